//! Money: exact decimal text in whole units, with the currency of the region, from Shopee's wire through the database.

use entity::live_session;
use sandbox::{Region, SessionView};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    introspection::text,
    world::{Start, World},
};

on_both!(totals_are_exact_in_every_currency, an_amount_is_written_without_a_float);

/// A count of 1/100000 of the currency unit as decimal text, made digit by digit.
pub(crate) fn written(count: i64) -> String {
    let (sign, digits) = (if count < 0 { "-" } else { "" }, format!("{:06}", count.unsigned_abs()));
    let (units, fraction) = digits.split_at(digits.len() - 5);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{units}{point}{fraction}")
}

async fn totals_are_exact_in_every_currency(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    for region in [Region::Id, Region::Vn, Region::Th] {
        let query = format!(
            "{{ liveSessions(first: 100, filter: {{ region: {region} }}) {{ nodes {{
                sessionId totalRevenue {{ amount currencyCode }} shopeeAccount {{ currencyCode }}
                items {{ nodes {{ livePrice {{ amount currencyCode }} totalSalesAmount {{ amount currencyCode }} }} }} }} }} }}"
        );
        let data = world.data(&query, json!({})).await;
        let nodes = data["liveSessions"]["nodes"].as_array().unwrap();
        assert!(nodes.len() >= 60);
        for node in nodes {
            let session = world.shopee().session(text(&node["sessionId"]).parse().unwrap()).unwrap();
            let revenue = json!({ "amount": written(session.sales), "currencyCode": session.currency });
            assert_eq!(node["totalRevenue"], revenue, "{session:?}");
            assert_eq!(node["shopeeAccount"]["currencyCode"], session.currency);
            check_items(node, &session);
        }
    }
    world.stop().await;
}

/// What the items sold for adds up to what the session did, and is in its currency.
fn check_items(node: &Value, session: &SessionView) {
    let items = node["items"]["nodes"].as_array().unwrap();
    let count = |amount: &Value| {
        let (units, fraction) = text(amount).split_once('.').unwrap_or((text(amount), ""));
        format!("{units}{fraction:0<5}").parse::<i64>().unwrap()
    };
    let sum: i64 = items.iter().map(|item| count(&item["totalSalesAmount"]["amount"])).sum();
    assert_eq!(sum, session.sales, "{}", session.session_id);
    for item in items {
        assert_eq!(item["livePrice"]["currencyCode"], session.currency);
        assert_eq!(item["totalSalesAmount"]["currencyCode"], session.currency);
    }
}

async fn an_amount_is_written_without_a_float(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let row = live_session::Entity::find().one(&connection).await.unwrap().unwrap();
    let amounts = [
        (0, "0"),
        (1, "0.00001"),
        (-1, "-0.00001"),
        (10, "0.0001"),
        (99_999, "0.99999"),
        (100_000, "1"),
        (1_250_000, "12.5"),
        (8_300_000_000, "83000"),
        (9_007_199_254_740_993, "90071992547.40993"),
        (i64::MAX, "92233720368547.75807"),
        (i64::MIN, "-92233720368547.75808"),
    ];
    for (count, expected) in amounts {
        let mut changed: live_session::ActiveModel = row.clone().into();
        changed.campaign_spent = Set(Some(count));
        changed.update(&connection).await.unwrap();
        let query = format!(
            "{{ liveSession(sessionId: \"{}\") {{ campaignSpent {{ amount currencyCode }} }} }}",
            row.session_id
        );
        let spent = world.data(&query, json!({})).await["liveSession"]["campaignSpent"].take();
        assert_eq!(spent, json!({ "amount": expected, "currencyCode": "IDR" }), "{count}");
        assert_eq!(written(count), expected);
    }
    world.stop().await;
}
