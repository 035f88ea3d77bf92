//! Promotions of items, and their items: found, paged, and their sellers' own.

use std::collections::BTreeSet;

use sandbox::Region;
use serde_json::Value;

use crate::support::{Desk, body, data};

fn rows<'a>(page: &'a Value, list: &str) -> &'a [Value] {
    page[list].as_array().unwrap()
}

#[tokio::test]
async fn promotions_and_their_items_are_paged_and_found() {
    let desk = Desk::open().await;
    let host = desk.host();
    let whole = data(desk.live(&host, "/item/promotion?limit=50")).await;
    assert_eq!((rows(&whole, "promotions").len(), &whole["has_more"]), (6, &Value::Bool(false)));
    let statuses: BTreeSet<_> = rows(&whole, "promotions").iter().map(|row| row["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [0, 1].into());
    let part = data(desk.live(&host, "/item/promotion?offset=4&limit=1")).await;
    assert_eq!((&part["promotions"][0], &part["has_more"]), (&whole["promotions"][4], &Value::Bool(true)));
    let found = data(desk.live(&host, "/item/promotion?kw=GRATIS")).await;
    assert_eq!((rows(&found, "promotions").len(), &found["total_count"]), (1, &1.into()));

    let promotion = &whole["promotions"][0];
    let path = format!("/item/promotion/{}", promotion["promotion_id"]);
    let items = data(desk.live(&host, &format!("{path}?limit=200"))).await;
    assert_eq!(items["total_count"], promotion["item_count"]);
    let prices = |row: &Value| (row["price"].as_i64().unwrap(), row["price_before_discount"].as_i64().unwrap());
    assert!(rows(&items, "items").iter().map(prices).all(|(now, before)| 0 < now && now <= before));
    let mut tiles = Vec::new();
    for offset in (0..20).step_by(4) {
        let tile = data(desk.live(&host, &format!("{path}?limit=4&offset={offset}"))).await;
        tiles.extend(rows(&tile, "items").to_vec());
    }
    assert_eq!(tiles, rows(&items, "items"));
    let name = items["items"][1]["name"].as_str().unwrap();
    let found = data(desk.live(&host, &path).query(&[("kw", name)])).await;
    assert!(rows(&found, "items").iter().any(|row| row["item_id"] == items["items"][1]["item_id"]));
}

#[tokio::test]
async fn they_are_of_the_account_and_for_its_sessions() {
    let desk = Desk::open().await;
    let (host, other) = (desk.host(), desk.account_in(Region::Vn));
    let id = data(desk.live(&other, "/item/promotion")).await["promotions"][0]["promotion_id"].take();
    assert_eq!(body(desk.live(&host, &format!("/item/promotion/{id}"))).await["err_code"], 3_000_201);
    let session = desk.on_air().session_id;
    assert_eq!(body(desk.live(&host, &format!("/item/promotion?session_id={session}"))).await["err_code"], 0);
    assert_eq!(body(desk.live(&other, &format!("/item/promotion?session_id={session}"))).await["err_code"], 3_000_001);
    let bag: Vec<i64> = data(desk.live(&host, &format!("/session/{session}/items?limit=200"))).await["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["shop_id"].as_i64().unwrap())
        .collect();
    assert!(bag.iter().all(|shop| *shop == host.shop_id));
}
