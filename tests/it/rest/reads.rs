//! What changes nothing.

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{Things, call, data, row, stored, timeless};
use crate::support::world::World;

on_both!(what_is_stored_is_what_graphql_answers, what_shopee_is_asked_is_what_graphql_answers, lists_go_on);

async fn what_is_stored_is_what_graphql_answers(database: Database) {
    let world = World::start(&database).await;
    let things = Things::of(&world).await;

    let variables = json!({ "filter": { "status": ["ON_AIR"] }, "orderBy": { "field": "STARTED_AT" } });
    let listed = stored(&world, "RestLiveSessions", variables).await["live_sessions"]["nodes"].take();
    let expected: Vec<Value> = listed.as_array().unwrap().iter().cloned().map(row).collect();
    assert!(!expected.is_empty());
    assert_eq!(data(&world, ("GET", "sessions?status=on_air&studio_id="), Value::Null).await, json!(expected));

    let mut session = stored(&world, "RestLiveSession", json!({ "id": things.session })).await["live_session"].take();
    session["items"] = session["items"]["nodes"].take();
    assert!(session["items"].as_array().is_some_and(|items| !items.is_empty()), "{session:#}");
    for id in [&things.session, &things.session_id] {
        assert_eq!(data(&world, ("GET", &format!("sessions/{id}")), Value::Null).await, row(session.clone()));
    }

    let (from, to) = ("2020-01-01", "2020-01-03");
    let variables = json!({ "studioId": things.studio, "from": from, "to": to });
    let days = stored(&world, "RestLiveAnalytics", variables).await["live_analytics"].take();
    for (names, studio) in [("from={from}&to={to}", ""), ("start_date={from}&end_date={to}", "&studio_id={studio}")] {
        let query = format!("analytics?{names}{studio}");
        let query = query.replace("{from}", from).replace("{to}", to).replace("{studio}", &things.studio);
        assert_eq!(data(&world, ("GET", &query), Value::Null).await, days);
    }

    let variables = json!({ "studioId": things.studio, "days": 30 });
    let summary = stored(&world, "RestAnalyticsSummary", variables).await["analytics_summary"].take();
    assert!(summary["figures"]["total_sessions"].as_i64().is_some_and(|count| count > 0), "{summary:#}");
    for query in ["analytics/summary", "analytics/summary?days=30"] {
        assert_eq!(data(&world, ("GET", query), Value::Null).await, summary);
    }
    world.stop().await;
}

async fn what_shopee_is_asked_is_what_graphql_answers(database: Database) {
    let world = World::start(&database).await;
    let things = Things::of(&world).await;
    let account = &things.account;
    let node = async |name: &str, more: Value, field: &str| {
        let mut variables = json!({ "id": account });
        variables.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        timeless(stored(&world, name, variables).await["node"][field].take())
    };
    // An old frontend sends its token along, which nobody looks at, and no account where there is one.
    let old = json!({ "access_token": "secret", "region": "ID" });
    let named = json!({ "shopee_account_id": account });
    let page = json!({ "shopee_account_id": account, "page": "1", "page_size": 2 });
    let running = json!({ "state": "ongoing" });
    let two = json!({ "page": 1, "pageSize": 2 });
    for (route, body, name, variables, field) in [
        ("creator/user-info", &old, "RestCreator", json!({}), "creator"),
        ("creator/user-info", &named, "RestCreator", json!({}), "creator"),
        ("creator/session-list", &page, "RestRemoteSessions", two.clone(), "remote_sessions"),
        ("promotions/today", &running, "RestPromotionsToday", json!({ "state": "ONGOING" }), "promotions_today"),
        ("campaign/expense-today", &named, "RestCampaignExpenseToday", json!({}), "campaign_expense_today"),
        ("ads-data", &old, "RestAds", json!({}), "ads"),
        ("items/promotion", &page, "RestItemPromotions", two, "item_promotions"),
    ] {
        let expected = node(name, variables, field).await;
        assert!(expected.is_object(), "{route}: {expected}");
        assert_eq!(timeless(data(&world, ("POST", route), body.clone()).await), expected, "{route}");
    }

    for id in [&things.session, &things.session_id] {
        let link = data(&world, ("GET", &format!("share-link/{id}")), Value::Null).await;
        let expected = stored(&world, "RestShareUrl", json!({ "id": things.session })).await["live_session"].take();
        assert!(link["share_url"].is_string());
        assert_eq!(link, expected);
    }
    let variables = json!({ "shopId": "1", "itemId": "2", "region": "ID" });
    let product = stored(&world, "RestProductUrl", variables).await;
    for query in ["product-url?shop_id=1&item_id=2", "product-url?shopId=1&itemId=2&region=id"] {
        assert_eq!(data(&world, ("GET", query), Value::Null).await, product);
    }
    world.stop().await;
}

async fn lists_go_on(database: Database) {
    let world = World::start(&database).await;
    let total = world.data("{ liveSessions { totalCount } }", json!({})).await["liveSessions"]["totalCount"].take();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let query = format!("sessions?limit=25&order_by=started_at&direction=asc&cursor={cursor}");
        let (status, answer) = call(&world, ("GET", &query), Value::Null).await;
        assert_eq!((status, &answer["pagination"]["total"]), (200, &total));
        let rows = answer["data"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["started_at"].as_str().unwrap().to_owned()));
        if answer["pagination"]["has_next_page"] == false {
            break;
        }
        cursor = answer["pagination"]["end_cursor"].as_str().unwrap().to_owned();
    }
    assert_eq!((json!(seen.len()), seen.is_sorted()), (total, true));
    world.stop().await;
}
