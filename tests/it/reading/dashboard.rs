//! What Shopee's dashboard says of a session: products, numbers by the minute, who watches, and whether it plays.

use chrono::{DateTime, TimeDelta, Utc};
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::{argument, code, texts},
    introspection::{list, text},
    world::World,
};

on_both!(
    products_add_up_to_what_the_session_sold,
    pages_of_products_tile_and_search,
    trends_are_numbers_by_the_minute,
    a_trend_that_makes_no_sense_asks_nobody,
    an_audience_adds_up_to_those_who_watched,
    a_probe_tells_whether_it_plays,
    a_link_to_share_names_the_session,
    what_the_dashboard_says_is_asked_once,
);

/// One field of the session on air.
async fn ask(world: &World, field: &str) -> Value {
    let query = format!("query($id: ID!) {{ liveSession(sessionId: $id) {{ {field} }} }}");
    world.ask(&query, json!({ "id": world.on_air().session_id.to_string() })).await
}

/// The same, of which there must be a value.
async fn value(world: &World, field: &str) -> Value {
    let mut answer = ask(world, field).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    let name = field.split([' ', '(']).next().unwrap();
    answer["data"]["liveSession"][name].take()
}

fn numbers(nodes: &Value, field: &str) -> Vec<i64> {
    list(nodes).iter().map(|node| node[field].as_i64().unwrap_or_else(|| panic!("no {field}: {node}"))).collect()
}

/// An amount as a count of 1/100000.
fn count(amount: &Value) -> i64 {
    let (units, fraction) = text(amount).split_once('.').unwrap_or((text(amount), ""));
    format!("{units}{fraction:0<5}").parse().unwrap()
}

async fn products_add_up_to_what_the_session_sold(database: Database) {
    let world = World::start(&database).await;
    let session = world.on_air();
    let page = value(&world, "products(pageSize: 100) { page pageSize total observedAt nodes { itemId title coverImageUrl
        minPrice { amount currencyCode } maxPrice { amount } placedOrders placedItemsSold placedSales { amount currencyCode } } }").await;
    let nodes = list(&page["nodes"]);
    assert_eq!((&page["page"], &page["pageSize"], &page["total"]), (&json!(1), &json!(100), &json!(nodes.len())));
    let sales: i64 = nodes.iter().map(|node| count(&node["placedSales"]["amount"])).sum();
    assert_eq!(sales, session.sales);
    assert_eq!(numbers(&page["nodes"], "placedItemsSold").iter().sum::<i64>(), session.items_sold as i64);
    for node in nodes {
        assert!(count(&node["minPrice"]["amount"]) <= count(&node["maxPrice"]["amount"]), "{node}");
        assert_eq!(node["minPrice"]["currencyCode"], session.currency);
        assert!(text(&node["coverImageUrl"]).starts_with("https://"), "{node}");
    }
    world.stop().await;
}

async fn pages_of_products_tile_and_search(database: Database) {
    let world = World::start(&database).await;
    let all = value(
        &world,
        "products(pageSize: 100, orderBy: { field: PRODUCT_CLICKS }) { nodes { itemId title productClicks } }",
    )
    .await;
    let clicks = numbers(&all["nodes"], "productClicks");
    assert!(clicks.len() > 5 && clicks.is_sorted_by(|left, right| left >= right), "{clicks:?}");
    let mut tiled = Vec::new();
    for page in 1..=clicks.len().div_ceil(3) {
        let part = format!(
            "products(page: {page}, pageSize: 3, orderBy: {{ field: PRODUCT_CLICKS }}) {{ nodes {{ itemId }} }}"
        );
        tiled.extend(texts(&value(&world, &part).await, "itemId"));
    }
    assert_eq!(tiled, texts(&all, "itemId"));

    let title = texts(&all, "title").remove(0);
    let found =
        value(&world, &format!("products(keyword: {}) {{ nodes {{ title }} }}", json!(title.to_uppercase()))).await;
    assert!(texts(&found, "title").contains(&title), "{found}");
    for (arguments, name) in [("page: 0", "page"), ("pageSize: 101", "pageSize")] {
        let answer = ask(&world, &format!("products({arguments}) {{ total }}")).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{arguments}");
    }
    world.stop().await;
}

async fn trends_are_numbers_by_the_minute(database: Database) {
    let world = World::start(&database).await;
    world.shopee().step(std::time::Duration::from_secs(600));
    let (session, now) = (world.on_air(), world.shopee().clock().now);
    let part = format!(
        "trends(metrics: [PLACED_SALES, CURRENT_VIEWERS, PLACED_ORDERS, PLACED_SALES], to: \"{}\") {{
            trends {{ metric points {{ at count amount {{ amount currencyCode }} }} }} }}",
        now.to_rfc3339()
    );
    let trends = value(&world, &part).await["trends"].take();
    let points = |metric: &str| {
        let of_metric = list(&trends).iter().filter(|trend| trend["metric"] == metric);
        of_metric.flat_map(|trend| list(&trend["points"])).collect::<Vec<_>>()
    };
    assert_eq!(list(&trends).len(), 3, "each metric once");
    let orders: i64 = points("PLACED_ORDERS").iter().map(|point| point["count"].as_i64().unwrap()).sum();
    assert_eq!(orders, session.orders as i64);
    let sales: i64 = points("PLACED_SALES").iter().map(|point| count(&point["amount"]["amount"])).sum();
    assert_eq!(sales, session.sales);
    assert!(points("PLACED_SALES").iter().all(|point| point["count"].is_null()));
    let minutes: Vec<DateTime<Utc>> =
        points("CURRENT_VIEWERS").iter().map(|point| text(&point["at"]).parse().unwrap()).collect();
    assert!(minutes.len() >= 10 && minutes.windows(2).all(|pair| pair[1] - pair[0] == TimeDelta::minutes(1)));

    let first = format!(
        "trends(metrics: CURRENT_VIEWERS, from: \"{0}\", to: \"{0}\") {{ trends {{ points {{ at }} }} }}",
        minutes[2].to_rfc3339()
    );
    let one = value(&world, &first).await;
    assert_eq!(list(&one["trends"][0]["points"]).len(), 1, "both ends belong to it: {one}");
    world.stop().await;
}

async fn a_trend_that_makes_no_sense_asks_nobody(database: Database) {
    let world = World::start(&database).await;
    for (arguments, name) in [
        ("metrics: []", "metrics"),
        (r#"metrics: ENTERING, from: "2026-09-02T00:00:00Z", to: "2026-09-01T00:00:00Z""#, "to"),
        (r#"metrics: ENTERING, from: "2026-09-01T00:00:00Z", to: "2026-09-02T00:01:00Z""#, "from"),
        (r#"metrics: ENTERING, from: "1969-09-01T00:00:00Z""#, "from"),
        (r#"metrics: ENTERING, to: "+260000-09-01T00:00:00Z""#, "to"),
    ] {
        let answer = ask(&world, &format!("sessionName trends({arguments}) {{ observedAt }}")).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{arguments}");
        assert!(answer["data"]["liveSession"]["sessionName"].is_string(), "the field alone is null: {answer}");
    }
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}

async fn an_audience_adds_up_to_those_who_watched(database: Database) {
    let world = World::start(&database).await;
    let viewers = world.on_air().total_viewers as i64;
    let people = |groups: &Value| numbers(groups, "people").iter().sum::<i64>();
    let profile = value(&world, "viewerProfile { breakdowns { criterion groups { name people } } }").await;
    let sums: Vec<i64> = list(&profile["breakdowns"]).iter().map(|part| people(&part["groups"])).collect();
    assert_eq!(sums, [viewers; 3], "{profile}");
    let source = value(&world, "viewerSource { groups { name people } }").await;
    assert_eq!(people(&source["groups"]), viewers);
    let buyers = value(&world, "overview { buyers }").await["buyers"].as_i64().unwrap();
    let profile = value(&world, "buyerProfile { breakdowns { criterion groups { name people } } }").await;
    let sums: Vec<i64> = list(&profile["breakdowns"]).iter().map(|part| people(&part["groups"])).collect();
    assert_eq!(sums, [buyers; 3], "{profile}");
    world.stop().await;
}

async fn a_probe_tells_whether_it_plays(database: Database) {
    let world = World::start(&database).await;
    let query = "{ liveSessions(first: 60) { nodes { sessionId playUrl { isOnAir url observedAt } } } }";
    for node in list(&world.data(query, json!({})).await["liveSessions"]["nodes"]) {
        let session = world.shopee().session(text(&node["sessionId"]).parse().unwrap()).unwrap();
        assert_eq!(node["playUrl"]["isOnAir"], session.on_air);
        assert_eq!(node["playUrl"]["url"].as_str().is_some_and(|url| url.starts_with("https://")), session.on_air);
    }
    let calls = world.shopee().call_log();
    assert!(!calls.is_empty() && world.shopee().calls("play_url") == calls.len() as u64, "no other call is made");
    world.stop().await;
}

async fn a_link_to_share_names_the_session(database: Database) {
    let world = World::start(&database).await;
    let link = format!("https://live.shopee.co.id/share?from=live&session={}", world.on_air().session_id);
    assert_eq!(value(&world, "shareUrl").await, link);
    let largest = i64::MAX;
    for argument in [format!("\"{largest}\""), largest.to_string()] {
        let credited = value(&world, &format!("shareUrl(shareUserId: {argument})")).await;
        assert_eq!(credited, format!("{link}&share_user_id={largest}"));
    }
    for wrong in ["0", "-1", r#""""#, r#""+1""#, r#""1&session=2""#, r#""9223372036854775808""#, r#""１""#] {
        let answer = ask(&world, &format!("shareUrl(shareUserId: {wrong})")).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", "shareUserId"), "{wrong}");
    }
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}

async fn what_the_dashboard_says_is_asked_once(database: Database) {
    let world = World::start(&database).await;
    let id = world.on_air().session_id;
    world.shopee().inject(Fault::new(FaultKind::Delay(300)));
    let fields = "products(pageSize: 5) { total } trends(metrics: [ENTERING, COMMENTS]) { observedAt }
        viewerProfile { observedAt } buyerProfile { observedAt } viewerSource { observedAt } playUrl { isOnAir }";
    let other = fields.replace("[ENTERING, COMMENTS]", "[COMMENTS, ENTERING, COMMENTS]");
    let query =
        format!("{{ a: liveSession(sessionId: {id}) {{ {fields} }} b: liveSession(sessionId: {id}) {{ {other} }} }}");
    for _ in 0..2 {
        world.data(&query, json!({})).await;
    }
    let calls = world.shopee().calls_by_name();
    let trends = calls.iter().filter(|(name, _)| *name == "trends");
    // Two, if a minute went by meanwhile.
    assert!(trends.map(|(_, times)| *times).sum::<u64>() <= 2, "{calls:?}");
    let others: Vec<_> = calls.iter().filter(|(name, _)| *name != "trends").collect();
    assert!(others.len() == 5 && others.iter().all(|(_, times)| **times == 1), "{calls:?}");
    world.stop().await;
}
