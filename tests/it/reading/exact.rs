//! Money and ids of all 64 bits, unchanged all the way: from Shopee's wire into the database, and from there into the answer's
//! JSON. The numbers are those where floats, 32 bits and signs break, and some hundred at random.

mod shopee_of_numbers;

use std::collections::BTreeSet;

use entity::{live_session, live_session_item};
use live_gateway::{
    account::connect,
    identity::scope::Scope,
    session::sync::{self, Reach},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, DatabaseConnection, EntityTrait as _, IntoActiveModel as _};
use serde_json::{Value, json};
use shopee::{Credential, Region};
use testing::{Database, on_both};

use self::shopee_of_numbers::ShopeeOfNumbers;
use super::money::written;
use crate::support::{
    introspection::{list, text},
    world::{Start, World},
};

on_both!(what_is_stored_is_answered_exactly, what_shopee_sends_is_answered_exactly);

const RANDOM_NUMBERS: usize = 150;

/// Each number once, the smallest first.
fn numbers() -> Vec<i64> {
    let powers_of_ten = (0..=18).map(|exponent| 10_i64.pow(exponent));
    let powers_of_two = [31, 32, 53, 54, 62].map(|exponent| 1_i64 << exponent);
    let around = powers_of_ten.chain(powers_of_two).flat_map(|number| [number - 1, number, number + 1]);
    let signed = around.flat_map(|number| [number, -number]);
    let edges = [0, i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX];
    let mut dice = StdRng::seed_from_u64(20_261_123);
    // As many of each length: evenly drawn, nearly all would have nineteen digits.
    let random = (0..RANDOM_NUMBERS).map(|_| dice.random::<i64>() >> dice.random_range(0..63));
    let random: Vec<i64> = random.collect();
    BTreeSet::from_iter(signed.chain(edges).chain(random)).into_iter().collect()
}

/// The number `places` after this one, round and round: so that each number comes into each column, beside others.
fn after(numbers: &[i64], place: usize, places: usize) -> i64 {
    numbers[(place + places) % numbers.len()]
}

fn rupiah(count: i64) -> Value {
    json!({ "amount": written(count), "currencyCode": "IDR" })
}

async fn what_is_stored_is_answered_exactly(database: Database) {
    let world = World::start(&database).await;
    let numbers = numbers();
    store(&database.connect().await, &numbers).await;
    let answered = by_revenue(&world, numbers.len()).await;
    for (place, session) in answered.iter().enumerate() {
        assert_eq!(*session, stored_session(&numbers, place), "{}", numbers[place]);
    }
    for some in numbers.chunks(20) {
        let each = some.iter().zip(0..).map(|(number, alias)| {
            format!("s{alias}: liveSession(sessionId: \"{number}\", region: ID) {{ sessionId }} ")
        });
        let data = world.data(&format!("{{ {} }}", each.collect::<String>()), json!({})).await;
        for (number, alias) in some.iter().zip(0..) {
            assert_eq!(data[format!("s{alias}")]["sessionId"], number.to_string());
        }
    }
    world.stop().await;
}

/// Puts sessions and items of these numbers in place of all others.
async fn store(connection: &DatabaseConnection, numbers: &[i64]) {
    let session = live_session::Entity::find().one(connection).await.unwrap().unwrap();
    let item = live_session_item::Entity::find().one(connection).await.unwrap().unwrap();
    live_session::Entity::delete_many().exec(connection).await.unwrap();
    for place in 0..numbers.len() {
        let number = |places| after(numbers, place, places);
        let row = live_session::ActiveModel {
            session_id: Set(number(0)),
            total_revenue: Set(Some(number(0))),
            streamer_id: Set(Some(number(1))),
            campaign_id: Set(Some(number(2))),
            campaign_budget: Set(Some(number(3))),
            campaign_spent: Set(Some(number(4))),
            coin_total_value: Set(Some(number(5))),
            coins_distributed: Set(Some(number(6))),
            total_viewers: Set(Some(number(7))),
            ..session.clone().into_active_model().reset_all()
        };
        let row = live_session::ActiveModel { id: sea_orm::ActiveValue::NotSet, ..row };
        let row = live_session::Entity::insert(row).exec(connection).await.unwrap().last_insert_id;
        let row = live_session_item::ActiveModel {
            id: sea_orm::ActiveValue::NotSet,
            live_session_id: Set(row),
            item_id: Set(number(8)),
            shop_id: Set(Some(number(9))),
            regular_price: Set(Some(number(10))),
            live_price: Set(Some(number(11))),
            total_sales_amount: Set(Some(number(12))),
            total_commission: Set(Some(number(13))),
            quantity_sold: Set(Some(number(14))),
            ..item.clone().into_active_model().reset_all()
        };
        live_session_item::Entity::insert(row).exec(connection).await.unwrap();
    }
}

/// What a session of these numbers has to answer.
fn stored_session(numbers: &[i64], place: usize) -> Value {
    let number = |places| after(numbers, place, places);
    let id = |places| json!(number(places).to_string());
    let money = |places| rupiah(number(places));
    json!({
        "sessionId": id(0),
        "totalRevenue": money(0),
        "streamerId": id(1),
        "campaignId": id(2),
        "campaignBudget": money(3),
        "campaignSpent": money(4),
        "coinTotalValue": money(5),
        "coinsDistributed": number(6),
        "totalViewers": number(7),
        "items": { "nodes": [{
            "itemId": id(8),
            "shopId": id(9),
            "productUrl": format!("https://shopee.co.id/product/{}/{}", number(9), number(8)),
            "regularPrice": money(10),
            "livePrice": money(11),
            "totalSalesAmount": money(12),
            "totalCommission": money(13),
            "quantitySold": number(14),
        }] },
    })
}

/// All sessions by their revenue, the least first: page after page, so that the numbers go through cursors, too.
async fn by_revenue(world: &World, expected: usize) -> Vec<Value> {
    let query = "query($after: String) {
        liveSessions(first: 97, after: $after, orderBy: { field: TOTAL_REVENUE, direction: ASC }) {
            pageInfo { hasNextPage endCursor } nodes { sessionId totalRevenue { ...In } streamerId campaignId
                campaignBudget { ...In } campaignSpent { ...In } coinTotalValue { ...In } coinsDistributed totalViewers
                items { nodes { itemId shopId productUrl regularPrice { ...In } livePrice { ...In }
                    totalSalesAmount { ...In } totalCommission { ...In } quantitySold } } } } }
        fragment In on Money { amount currencyCode }";
    let (mut sessions, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = world.data(query, json!({ "after": after })).await["liveSessions"].take();
        sessions.extend(list(&page["nodes"]).to_vec());
        assert!(sessions.len() <= expected, "pages that overlap never end");
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(sessions.len(), expected);
            return sessions;
        }
    }
}

async fn what_shopee_sends_is_answered_exactly(database: Database) {
    let numbers = numbers();
    let shopee = ShopeeOfNumbers::start(numbers.clone()).await;
    let variables = vec![("SHOPEE_BASE_URL", shopee.base_url_template())];
    let world = World::start_with(&database, Start { accounts: 0, variables }).await;
    let (app, credential) = (&world.gateway.app, Credential::from_cookie_header("SPC_ST=a; SPC_EC=b").unwrap());
    let account = connect::connect(app, &Scope::job_runner(), 1, Region::Id, &credential).await.unwrap();
    let ids: Vec<i64> = shopee.ids();
    assert_eq!(sync::sync_account(app, account, Reach::All).await.unwrap(), ids.len() as u64);
    stored_as_sent(&world, &shopee).await;
    listed_as_sent(&world, &shopee).await;
    world.stop().await;
}

/// Wire → store → schema: each session and its product, by the session's id.
async fn stored_as_sent(world: &World, shopee: &ShopeeOfNumbers) {
    for some in shopee.ids().chunks(20) {
        let each = some.iter().zip(0..).map(|(id, alias)| {
            format!(
                "s{alias}: liveSession(sessionId: \"{id}\") {{ sessionId streamerId totalRevenue {{ amount currencyCode }}
                    items {{ nodes {{ itemId livePrice {{ amount currencyCode }}
                        totalSalesAmount {{ amount currencyCode }} }} }} }} "
            )
        });
        let data = world.data(&format!("{{ {} }}", each.collect::<String>()), json!({})).await;
        for (id, alias) in some.iter().zip(0..) {
            let sent = shopee.of(*id);
            let expected = json!({
                "sessionId": id.to_string(),
                "streamerId": i64::MAX.to_string(),
                "totalRevenue": rupiah(sent.revenue),
                "items": { "nodes": [{
                    "itemId": sent.item_id.to_string(),
                    "livePrice": rupiah(sent.price),
                    "totalSalesAmount": rupiah(sent.sales),
                }] },
            });
            assert_eq!(data[format!("s{alias}")], expected);
        }
    }
}

/// Wire → schema: what is asked of Shopee when it is selected. All numbers come, also those that are no id.
async fn listed_as_sent(world: &World, shopee: &ShopeeOfNumbers) {
    let query = "query($id: ID!, $page: Int!) { liveSession(sessionId: $id) {
        coins { state claimed } shopeeAccount { remoteSessions(page: $page, pageSize: 50) { nodes {
            sessionId placedSales { amount currencyCode } } }
        itemPromotions { nodes { promotionId items(page: $page, pageSize: 50) { nodes {
            itemId price { amount currencyCode } priceBeforeDiscount { amount currencyCode } } } } } } } }";
    let (mut sessions, mut items) = (Vec::new(), Vec::new());
    for (page, ids) in (1..).zip(shopee.ids().chunks(50)) {
        let data = world.data(query, json!({ "id": ids[0].to_string(), "page": page })).await;
        let session = &data["liveSession"];
        assert_eq!(session["coins"], json!({ "state": "UNKNOWN", "claimed": ids[0] }));
        let account = &session["shopeeAccount"];
        sessions.extend(list(&account["remoteSessions"]["nodes"]).to_vec());
        let promotion = &account["itemPromotions"]["nodes"][0];
        assert_eq!(text(&promotion["promotionId"]), i64::MAX.to_string());
        items.extend(list(&promotion["items"]["nodes"]).to_vec());
    }
    let ids = shopee.ids();
    let each = ids.iter().map(|id| (*id, shopee.of(*id)));
    let expected: Vec<Value> = each
        .clone()
        .map(|(id, sent)| json!({ "sessionId": id.to_string(), "placedSales": rupiah(sent.revenue) }))
        .collect();
    assert_eq!(sessions, expected);
    let expected: Vec<Value> = each
        .map(|(id, sent)| {
            json!({ "itemId": id.to_string(), "price": rupiah(sent.price), "priceBeforeDiscount": rupiah(sent.sales) })
        })
        .collect();
    assert_eq!(items, expected);
}
