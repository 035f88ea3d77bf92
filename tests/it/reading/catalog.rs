//! Promotions whose items may be sold live, and their items: what Shopee lists, page by page.

use serde_json::{Value, json};
use shopee::{Account, Credential, OffsetPage, PromotionItem, PromotionQuery, Region};
use testing::{Database, on_both};

use super::money::written;
use crate::support::{
    answer::{argument, cache_hits, code, shopee_calls, texts},
    introspection::list,
    world::World,
};

on_both!(promotions_and_their_items_are_those_of_shopee, promotions_and_items_are_found, pages_that_shopee_cannot_give);

const PROMOTIONS: &str =
    "query($keyword: String, $page: Int, $pageSize: Int, $word: String, $number: Int, $size: Int) {
    liveSessions(first: 1) { nodes { shopeeAccount { username
        itemPromotions(keyword: $keyword, page: $page, pageSize: $pageSize) {
            page pageSize total hasMore nodes { promotionId title status itemCount startsAt endsAt
                items(keyword: $word, page: $number, pageSize: $size) { page pageSize total hasMore nodes {
                    itemId shopId productName productImageUrl productUrl displayStock
                    price { amount currencyCode } priceBeforeDiscount { amount currencyCode } } } } } } } } }";

/// The answer's `itemPromotions`.
fn promotions(data: &Value) -> &Value {
    &data["liveSessions"]["nodes"][0]["shopeeAccount"]["itemPromotions"]
}

/// What the account is told by Shopee's client, which the exchanges bind to the wire.
struct Truth<'a> {
    world: &'a World,
    credential: Credential,
}

impl<'a> Truth<'a> {
    fn of(world: &'a World) -> Self {
        Self { world, credential: Credential::from_cookie_header(&world.first_account().cookie).unwrap() }
    }

    fn account(&self) -> Account<'_> {
        Account { key: 77, region: Region::Id, credential: &self.credential }
    }

    async fn promotions(&self) -> OffsetPage<shopee::ItemPromotion> {
        let query = PromotionQuery { limit: 50, ..PromotionQuery::default() };
        self.world.gateway.app.shopee.item_promotions(&self.account(), &query).await.unwrap()
    }

    async fn items(&self, promotion_id: i64) -> Vec<PromotionItem> {
        let query = PromotionQuery { limit: 200, ..PromotionQuery::default() };
        self.world.gateway.app.shopee.promotion_items(&self.account(), promotion_id, &query).await.unwrap().list
    }
}

async fn promotions_and_their_items_are_those_of_shopee(database: Database) {
    let world = World::start(&database).await;
    let truth = Truth::of(&world);
    let listed = truth.promotions().await;
    let (mut found, mut first) = (Vec::new(), 0);
    for (number, length) in [(1, 4), (2, 2)] {
        let data = world.data(PROMOTIONS, json!({ "page": number, "pageSize": 4, "size": 100 })).await;
        let page = promotions(&data);
        assert_eq!((&page["page"], &page["pageSize"], &page["total"]), (&json!(number), &json!(4), &json!(6)));
        assert_eq!(page["hasMore"], number == 1);
        assert_eq!(list(&page["nodes"]).len(), length);
        for (node, told) in list(&page["nodes"]).iter().zip(&listed.list[first..]) {
            assert_promotion(node, told);
            let items = truth.items(told.promotion_id).await;
            assert_eq!(node["items"]["total"], json!(told.item_count));
            assert_eq!(node["items"]["nodes"], json!(items.iter().map(item).collect::<Vec<_>>()));
        }
        found.extend(texts(page, "promotionId"));
        first += length;
    }
    assert_eq!(found, listed.list.iter().map(|told| told.promotion_id.to_string()).collect::<Vec<_>>());
    world.stop().await;
}

fn assert_promotion(node: &Value, told: &shopee::ItemPromotion) {
    let status = match told.status.unwrap() {
        shopee::ItemPromotionStatus::Upcoming => "UPCOMING",
        shopee::ItemPromotionStatus::Ongoing => "ONGOING",
        other => panic!("the sandbox has none that is {other:?}"),
    };
    assert_eq!((&node["title"], &node["status"]), (&json!(told.title), &json!(status)));
    assert_eq!(node["itemCount"], json!(told.item_count));
    let moment = |name: &str| node[name].as_str().map(|text| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    assert_eq!((moment("startsAt"), moment("endsAt")), (told.started_at, told.ends_at));
}

/// How an item has to be listed.
fn item(told: &PromotionItem) -> Value {
    let money = |amount: Option<shopee::Amount>| json!({ "amount": written(amount.unwrap().0), "currencyCode": "IDR" });
    let shop_id = told.shop_id.unwrap();
    json!({
        "itemId": told.item_id.to_string(),
        "shopId": shop_id.to_string(),
        "productName": told.name,
        "productImageUrl": format!("https://cf.shopee.co.id/file/{}", told.image.as_ref().unwrap()),
        "productUrl": format!("https://shopee.co.id/product/{shop_id}/{}", told.item_id),
        "displayStock": told.display_stock,
        "price": money(told.price),
        "priceBeforeDiscount": money(told.price_before_discount),
    })
}

async fn promotions_and_items_are_found(database: Database) {
    let world = World::start(&database).await;
    let truth = Truth::of(&world);
    let answer = world.ask(PROMOTIONS, json!({ "size": 100 })).await;
    let page = promotions(&answer["data"]);
    assert_eq!((&page["page"], &page["pageSize"]), (&json!(1), &json!(10)));
    assert_eq!(shopee_calls(&answer), 7, "the promotions, and the items of each");
    let again = world.ask(PROMOTIONS, json!({ "size": 100 })).await;
    assert_eq!((shopee_calls(&again), cache_hits(&again), &again["data"]), (0, 7, &answer["data"]));

    let title = truth.promotions().await.list[2].title.clone().unwrap();
    let data = world.data(PROMOTIONS, json!({ "keyword": format!("  {}  ", title.to_uppercase()) })).await;
    assert!(!list(&promotions(&data)["nodes"]).is_empty());
    assert!(texts(promotions(&data), "title").iter().all(|found| found.contains(&title)), "{data}");
    let name = page["nodes"][0]["items"]["nodes"][1]["productName"].as_str().unwrap();
    let data = world.data(PROMOTIONS, json!({ "word": name })).await;
    let found = texts(&promotions(&data)["nodes"][0]["items"], "productName");
    assert!(found.contains(&name.to_owned()) && found.iter().all(|found| found.contains(name)), "{found:?}");
    let data = world.data(PROMOTIONS, json!({ "number": 100_000, "size": 100 })).await;
    let beyond = &promotions(&data)["nodes"][0]["items"];
    assert_eq!((&beyond["nodes"], &beyond["hasMore"]), (&json!([]), &json!(false)));
    assert_eq!(beyond["total"], page["nodes"][0]["itemCount"]);
    world.stop().await;
}

async fn pages_that_shopee_cannot_give(database: Database) {
    let world = World::start(&database).await;
    for (variables, name) in [
        (json!({ "page": 0 }), "page"),
        (json!({ "page": 100_001 }), "page"),
        (json!({ "pageSize": 0 }), "pageSize"),
        (json!({ "pageSize": 51 }), "pageSize"),
        (json!({ "keyword": "a".repeat(201) }), "keyword"),
    ] {
        let answer = world.ask(PROMOTIONS, variables.clone()).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{variables}");
        assert!(promotions(&answer["data"]).is_null(), "{answer}");
        assert!(answer["data"]["liveSessions"]["nodes"][0]["shopeeAccount"]["username"].is_string(), "{answer}");
    }
    assert!(world.shopee().calls_by_name().is_empty());
    for (variables, name) in [
        (json!({ "number": -1 }), "page"),
        (json!({ "size": 101 }), "pageSize"),
        (json!({ "word": "a".repeat(201) }), "keyword"),
    ] {
        let answer = world.ask(PROMOTIONS, variables.clone()).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{variables}");
        let node = &promotions(&answer["data"])["nodes"][0];
        assert!(node["items"].is_null() && node["title"].is_string(), "the field alone is null: {answer}");
    }
    assert_eq!(world.shopee().calls("promotion_items"), 0);
    world.stop().await;
}
