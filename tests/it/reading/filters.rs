//! Filters: each holds exactly the sessions that Shopee knows to match, alone and together.

use chrono::{DateTime, TimeDelta, Utc};
use entity::live_session;
use sandbox::{Region, SessionView};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, DatabaseConnection, EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::{argument, code, texts},
    introspection::text,
    world::{Start, World},
};

on_both!(
    each_filter_holds_what_matches,
    filters_together_hold_what_matches_all,
    a_search_takes_its_text_literally,
    a_filter_that_makes_no_sense_is_refused,
    a_list_of_one_owner_stays_its_own,
);

const LIST: &str = "query($filter: LiveSessionFilter) {
    liveSessions(first: 100, filter: $filter) { totalCount nodes { sessionId } } }";

/// Shopee's ids of the sessions that a filter holds, sorted.
async fn held(world: &World, filter: &Value) -> Vec<i64> {
    let data = world.data(LIST, json!({ "filter": filter })).await;
    let mut held: Vec<i64> = texts(&data["liveSessions"], "sessionId").iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(data["liveSessions"]["totalCount"].as_u64().unwrap().min(100), held.len() as u64, "{filter}");
    held.sort_unstable();
    held
}

/// The same as Shopee knows it.
fn matching(world: &World, matches: impl Fn(&SessionView) -> bool) -> Vec<i64> {
    let sessions = world.shopee().sessions().into_iter();
    let mut matching: Vec<i64> =
        sessions.filter(|session| matches(session)).map(|session| session.session_id).collect();
    matching.sort_unstable();
    assert!(matching.len() <= 100, "more than a page: {}", matching.len());
    matching
}

/// The studio's id, and its accounts' in the order of the panel.
async fn owners(world: &World) -> (Value, Vec<Value>) {
    let studios = "{ viewer { memberships { studio { id shopeeAccounts { nodes { id } } } } } }";
    let mut data = world.data(studios, json!({})).await;
    let studio = data["viewer"]["memberships"][0]["studio"].take();
    let accounts = studio["shopeeAccounts"]["nodes"].as_array().unwrap().iter();
    (studio["id"].clone(), accounts.map(|account| account["id"].clone()).collect())
}

async fn each_filter_holds_what_matches(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    let (_, accounts) = owners(&world).await;
    let users: Vec<i64> = world.shopee().accounts().iter().map(|account| account.user_id).collect();
    let turn = middle(&world);
    let on_air = matching(&world, |session| session.on_air);
    let cases = [
        (json!({ "shopeeAccountId": accounts[0] }), matching(&world, |session| session.user_id == users[0])),
        (json!({ "shopeeAccountId": accounts[1] }), matching(&world, |session| session.user_id == users[1])),
        (json!({ "region": "VN" }), matching(&world, |session| session.region == Region::Vn)),
        (json!({ "region": "BR" }), Vec::new()),
        (json!({ "status": ["ON_AIR"] }), on_air.clone()),
        (json!({ "status": ["ON_AIR", "UPCOMING", "ON_AIR"] }), on_air),
        (json!({ "status": ["UPCOMING"] }), Vec::new()),
        (json!({ "status": [] }), Vec::new()),
        (json!({ "startedFrom": turn }), matching(&world, |session| session.started_at >= turn)),
        (
            json!({ "startedFrom": turn + TimeDelta::milliseconds(1) }),
            matching(&world, |session| session.started_at > turn),
        ),
        (
            json!({ "region": "ID", "startedBefore": turn }),
            matching(&world, |session| session.region == Region::Id && session.started_at < turn),
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(held(&world, &filter).await, expected, "{filter}");
    }
    world.stop().await;
}

/// When some session in the middle of the list started, so that it lies on the edge of what is filtered.
fn middle(world: &World) -> DateTime<Utc> {
    let sessions = world.shopee().sessions();
    sessions[sessions.len() * 2 / 3].started_at
}

async fn filters_together_hold_what_matches_all(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    let (studio, accounts) = owners(&world).await;
    let users: Vec<i64> = world.shopee().accounts().iter().map(|account| account.user_id).collect();
    let (turn, until) = (middle(&world), world.shopee().clock().now - TimeDelta::days(2));
    let word = world.on_air().title.split(' ').next().unwrap().to_owned();
    let filter = json!({
        "studioId": studio, "shopeeAccountId": accounts[0], "region": "ID", "status": ["ENDED", "ON_AIR"],
        "startedFrom": turn, "startedBefore": until, "nameContains": word,
    });
    let expected = matching(&world, |session| {
        session.user_id == users[0]
            && session.started_at >= turn
            && session.started_at < until
            && session.title.contains(&word)
    });
    assert!(!expected.is_empty());
    assert_eq!(held(&world, &filter).await, expected);
    // What cannot go together holds nothing; what is null is not given.
    assert_eq!(held(&world, &json!({ "shopeeAccountId": accounts[0], "region": "VN" })).await, [0; 0]);
    let nulls = json!({ "region": "TH", "studioId": null, "status": null, "nameContains": null, "startedFrom": null });
    assert_eq!(held(&world, &nulls).await, matching(&world, |session| session.region == Region::Th));
    world.stop().await;
}

const NAMES: [&str; 10] = [
    "FLASH SALE 100% OFF",
    "flash sale 100 off",
    "a_b",
    "a-b",
    r"back\slash",
    "live 💕 bareng",
    "GIẢM GIÁ ĐẸP",
    "giảm giá đẹp",
    "'; DROP TABLE live_sessions; --",
    "Ünïcode",
];

async fn a_search_takes_its_text_literally(database: Database) {
    let world = World::start(&database).await;
    let ids = rename(&database.connect().await).await;
    for (search, expected) in [
        ("100%", vec![0]),
        ("%", vec![0]),
        ("_", vec![2, 8]),
        ("a_b", vec![2]),
        ("a-b", vec![3]),
        (r"\", vec![4]),
        (r"k\s", vec![4]),
        (r"\%", vec![]),
        ("💕", vec![5]),
        ("Flash Sale", vec![0, 1]),
        ("FLASH", vec![0, 1]),
        ("';", vec![8]),
        (" ", vec![0, 1, 5, 6, 7, 8]),
        ("nothing is called so", vec![]),
    ] {
        let mut expected: Vec<i64> = expected.into_iter().map(|place: usize| ids[place]).collect();
        expected.sort_unstable();
        assert_eq!(held(&world, &json!({ "nameContains": search })).await, expected, "{search:?}");
    }
    // A name is found by any part of itself, also where upper and lower case of its letters are not alike for the database.
    for (name, id) in NAMES.iter().zip(ids) {
        let part: String = name.chars().skip(1).collect();
        assert!(held(&world, &json!({ "nameContains": part })).await.contains(&id), "{part:?}");
    }
    world.stop().await;
}

/// Gives the first sessions these names and the others one without any of their letters.
async fn rename(connection: &DatabaseConnection) -> Vec<i64> {
    let rows =
        live_session::Entity::find().order_by_asc(live_session::Column::SessionId).all(connection).await.unwrap();
    for (place, row) in rows.iter().enumerate() {
        let mut row: live_session::ActiveModel = row.clone().into();
        row.session_name = Set((*NAMES.get(place).unwrap_or(&"xyz")).to_owned());
        row.update(connection).await.unwrap();
    }
    rows.iter().map(|row| row.session_id).take(NAMES.len()).collect()
}

async fn a_filter_that_makes_no_sense_is_refused(database: Database) {
    let world = World::start(&database).await;
    let (studio, accounts) = owners(&world).await;
    let refused = [
        (json!({ "studioId": accounts[0] }), "filter.studioId"),
        (json!({ "studioId": "1" }), "filter.studioId"),
        (json!({ "shopeeAccountId": studio }), "filter.shopeeAccountId"),
        (json!({ "shopeeAccountId": "" }), "filter.shopeeAccountId"),
        (json!({ "nameContains": "" }), "filter.nameContains"),
        (json!({ "nameContains": "a\0b" }), "filter.nameContains"),
        (json!({ "nameContains": "a".repeat(201) }), "filter.nameContains"),
        (json!({ "startedFrom": "+12345-01-01T00:00:00Z" }), "filter.startedFrom"),
        (json!({ "startedBefore": "-0044-03-15T00:00:00Z" }), "filter.startedBefore"),
        (json!({ "region": "XX" }), "filter.region"),
        (json!({ "status": ["ENDED", "ON_FIRE"] }), "filter.status.1"),
        (json!({ "status": "ON_FIRE" }), "filter.status"),
        (json!({ "startedFrom": "yesterday" }), "filter.startedFrom"),
        (json!({ "startedFrom": "2026-11-22" }), "filter.startedFrom"),
        (json!({ "startedFrom": 1_790_000_000 }), "filter.startedFrom"),
        (json!({ "nameContains": 7 }), "filter.nameContains"),
    ];
    for (filter, name) in refused {
        let answer = world.ask(LIST, json!({ "filter": filter })).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{filter}");
    }
    for filter in [json!({ "status": [null] }), json!({ "shoeSize": 43 })] {
        assert_eq!(code(&world.ask(LIST, json!({ "filter": filter })).await), "BAD_USER_INPUT", "{filter}");
    }
    // The longest search, of letters that take four bytes each.
    assert_eq!(held(&world, &json!({ "nameContains": "💕".repeat(200) })).await, [0; 0]);
    // As many states as a request may name, and more than a statement has places for.
    let states = vec!["ON_AIR"; 9_900];
    assert_eq!(held(&world, &json!({ "status": states })).await, held(&world, &json!({ "status": ["ON_AIR"] })).await);
    let states = json!({ "status": vec!["ON_AIR"; 70_000] });
    assert_eq!(code(&world.ask(LIST, json!({ "filter": states })).await), "PAYLOAD_TOO_LARGE");
    world.stop().await;
}

async fn a_list_of_one_owner_stays_its_own(database: Database) {
    let world = World::start_with(&database, Start { accounts: 2, ..Start::default() }).await;
    let (_, accounts) = owners(&world).await;
    let list = "query($id: ID!, $filter: LiveSessionFilter) { node(id: $id) { ... on ShopeeAccount {
        liveSessions(first: 100, filter: $filter) { nodes { shopeeAccount { id } } } } } }";
    for filter in [Value::Null, json!({}), json!({ "shopeeAccountId": accounts[1] })] {
        let data = world.data(list, json!({ "id": accounts[1], "filter": filter })).await;
        let nodes = data["node"]["liveSessions"]["nodes"].as_array().unwrap().clone();
        assert!(!nodes.is_empty() && nodes.iter().all(|node| node["shopeeAccount"]["id"] == accounts[1]), "{filter}");
    }
    let other = json!({ "id": accounts[1], "filter": { "shopeeAccountId": accounts[0] } });
    let answer = world.ask(list, other).await;
    assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", "filter.shopeeAccountId"));
    assert!(text(&answer["errors"][0]["message"]).contains("names another one"), "{answer}");
    world.stop().await;
}
