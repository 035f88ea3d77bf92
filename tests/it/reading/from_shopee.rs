//! Fields that Shopee answers: they say what the panel of the simulated Shopee says, of the same instant.

use sandbox::SessionView;
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::{argument, code, texts},
    introspection::text,
    world::{Start, World},
};

on_both!(
    an_overview_tells_the_numbers_of_now,
    what_a_session_is_comes_from_shopee,
    a_creator_is_who_shopee_says,
    whoever_is_on_air_is_told,
    numbered_pages_tile_what_shopee_lists,
    shopee_orders_and_searches_its_list,
    a_page_that_makes_no_sense_asks_nobody,
);

/// A session's metric in the sandbox's own words.
type Measure = fn(&SessionView) -> i64;

async fn an_overview_tells_the_numbers_of_now(database: Database) {
    let world = World::start(&database).await;
    world.shopee().set_viewers(world.on_air().session_id, 4_321).unwrap();
    world.shopee().step(std::time::Duration::from_secs(600));
    let query = "{ liveSessions(first: 40) { nodes { sessionId overview { status currentViewers peakViewers viewers likes comments
        placedOrders placedItemsSold placedSales { amount currencyCode } } } } }";
    let data = world.data(query, json!({})).await;
    let nodes = data["liveSessions"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|node| node["overview"]["currentViewers"] == 4_321));
    for node in nodes {
        let session = world.shopee().session(text(&node["sessionId"]).parse().unwrap()).unwrap();
        assert_eq!(node["overview"], overview(&session), "{}", session.session_id);
    }
    world.stop().await;
}

/// What an overview of this session has to say.
fn overview(session: &SessionView) -> Value {
    json!({
        "status": if session.on_air { "ON_AIR" } else { "ENDED" },
        "currentViewers": session.viewers,
        "peakViewers": session.peak_viewers,
        "viewers": session.total_viewers,
        "likes": session.likes,
        "comments": session.comments,
        "placedOrders": session.orders,
        "placedItemsSold": session.items_sold,
        "placedSales": { "amount": super::money::written(session.sales), "currencyCode": session.currency },
    })
}

async fn what_a_session_is_comes_from_shopee(database: Database) {
    let world = World::start(&database).await;
    let on_air = world.on_air();
    let query = "query($id: ID!) { liveSession(sessionId: $id) { info { status title streamUrl startedAt } } }";
    let info = world.data(query, json!({ "id": on_air.session_id.to_string() })).await["liveSession"]["info"].take();
    assert_eq!((&info["status"], &info["title"]), (&json!("ON_AIR"), &json!(on_air.title)));
    assert!(text(&info["streamUrl"]).starts_with("https://"), "{info}");
    let started_at: chrono::DateTime<chrono::Utc> = text(&info["startedAt"]).parse().unwrap();
    assert_eq!(started_at.timestamp_millis(), on_air.started_at.timestamp_millis());
    world.stop().await;
}

async fn a_creator_is_who_shopee_says(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    for account in accounts(&world, "shopeeUserId username region creator { userId userName avatarUrl }").await {
        let shopee = world.shopee().accounts();
        let known = shopee.iter().find(|known| account["shopeeUserId"] == json!(known.user_id.to_string())).unwrap();
        assert_eq!(account["creator"]["userId"], account["shopeeUserId"]);
        assert_eq!(account["creator"]["userName"], known.username);
        assert_eq!(
            (&account["username"], &account["region"]),
            (&json!(known.username), &json!(known.region.to_string()))
        );
        assert!(text(&account["creator"]["avatarUrl"]).starts_with("https://"), "{account}");
    }
    assert_eq!(world.shopee().calls("user_info"), 4);
    world.stop().await;
}

/// The studio's accounts, in the order of the panel.
pub(super) async fn accounts(world: &World, fields: &str) -> Vec<Value> {
    let data = world.data("{ viewer { memberships { studio { id } } } }", json!({})).await;
    let id = &data["viewer"]["memberships"][0]["studio"]["id"];
    let query = format!("query($id: ID!) {{ studio(id: $id) {{ shopeeAccounts {{ nodes {{ {fields} }} }} }} }}");
    let data = world.data(&query, json!({ "id": id })).await;
    data["studio"]["shopeeAccounts"]["nodes"].as_array().unwrap().clone()
}

async fn whoever_is_on_air_is_told(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    for account in accounts(&world, "shopeeUserId ongoingLive { sessionId title viewers }").await {
        let on_air = world.shopee().on_air().into_iter();
        let own = on_air.filter(|session| account["shopeeUserId"] == json!(session.user_id.to_string()));
        let newest = own.max_by_key(|session| session.started_at);
        let expected = newest.map(|session| {
            json!({ "sessionId": session.session_id.to_string(), "title": session.title, "viewers": session.viewers })
        });
        assert_eq!(account["ongoingLive"], json!(expected));
    }
    world.stop().await;
}

const REMOTE: &str = "query($page: Int, $pageSize: Int, $name: String, $orderBy: RemoteSessionOrder) {
    liveSessions(first: 1) { nodes { shopeeAccount {
        remoteSessions(page: $page, pageSize: $pageSize, name: $name, orderBy: $orderBy) {
            page pageSize total nodes { sessionId title isOnAir startedAt viewers peakViewers likes comments placedOrders
                placedSales { amount currencyCode } } } } } } }";

async fn remote(world: &World, variables: Value) -> Value {
    world.data(REMOTE, variables).await["liveSessions"]["nodes"][0]["shopeeAccount"]["remoteSessions"].take()
}

/// The account's sessions, the newest first.
fn own_sessions(world: &World) -> Vec<SessionView> {
    let user_id = world.first_account().user_id;
    let mut sessions = world.shopee().sessions();
    sessions.retain(|session| session.user_id == user_id);
    sessions.sort_by_key(|session| std::cmp::Reverse(session.started_at));
    sessions
}

async fn numbered_pages_tile_what_shopee_lists(database: Database) {
    let world = World::start(&database).await;
    let expected = own_sessions(&world);
    let mut listed = Vec::new();
    for number in 1..=5 {
        let page = remote(&world, json!({ "page": number, "pageSize": 15 })).await;
        assert_eq!((&page["page"], &page["pageSize"]), (&json!(number), &json!(15)));
        assert_eq!(page["total"], expected.len());
        listed.extend(page["nodes"].as_array().unwrap().clone());
    }
    let beyond = remote(&world, json!({ "page": 100_000, "pageSize": 100 })).await;
    assert_eq!((&beyond["nodes"], &beyond["total"]), (&json!([]), &json!(expected.len())));
    assert_eq!(listed, expected.iter().map(remote_session).collect::<Vec<_>>());
    world.stop().await;
}

/// How a session has to be listed.
fn remote_session(session: &SessionView) -> Value {
    json!({
        "sessionId": session.session_id.to_string(),
        "title": session.title,
        "isOnAir": session.on_air,
        "startedAt": session.started_at.to_rfc3339(),
        "viewers": session.total_viewers,
        "peakViewers": session.peak_viewers,
        "likes": session.likes,
        "comments": session.comments,
        "placedOrders": session.orders,
        "placedSales": { "amount": super::money::written(session.sales), "currencyCode": session.currency },
    })
}

async fn shopee_orders_and_searches_its_list(database: Database) {
    let world = World::start(&database).await;
    let sessions = own_sessions(&world);
    let orders: [(&str, Measure); 6] = [
        ("VIEWERS", |session| session.total_viewers as i64),
        ("PEAK_VIEWERS", |session| session.peak_viewers as i64),
        ("LIKES", |session| session.likes as i64),
        ("COMMENTS", |session| session.comments as i64),
        ("PLACED_ORDERS", |session| session.orders as i64),
        ("PLACED_SALES", |session| session.sales),
    ];
    for (field, metric) in orders {
        let mut expected: Vec<i64> = sessions.iter().map(metric).collect();
        expected.sort_unstable();
        for ascending in [true, false] {
            let order = json!({ "field": field, "ascending": ascending });
            let page = remote(&world, json!({ "pageSize": 100, "orderBy": order })).await;
            let of = |id: &String| metric(&world.shopee().session(id.parse().unwrap()).unwrap());
            let metrics: Vec<i64> = texts(&page, "sessionId").iter().map(of).collect();
            assert_eq!(metrics, expected, "{order}");
            expected.reverse();
        }
    }
    let title = &sessions[3].title;
    let named = sessions.iter().filter(|session| session.title == *title).count();
    let page = remote(&world, json!({ "pageSize": 100, "name": format!("  {}  ", title.to_uppercase()) })).await;
    assert_eq!(texts(&page, "title"), vec![title.clone(); named]);
    world.stop().await;
}

async fn a_page_that_makes_no_sense_asks_nobody(database: Database) {
    let world = World::start(&database).await;
    for (variables, name) in [
        (json!({ "page": 0 }), "page"),
        (json!({ "page": -1 }), "page"),
        (json!({ "page": 100_001 }), "page"),
        (json!({ "pageSize": 0 }), "pageSize"),
        (json!({ "pageSize": 101 }), "pageSize"),
        (json!({ "pageSize": i32::MAX }), "pageSize"),
        (json!({ "name": "a".repeat(201) }), "name"),
    ] {
        let answer = world.ask(REMOTE, variables.clone()).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{variables}");
        let account = &answer["data"]["liveSessions"]["nodes"][0]["shopeeAccount"];
        assert_eq!(account["remoteSessions"], Value::Null, "the field alone is null: {answer}");
        assert!(account.is_object(), "{answer}");
    }
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}
