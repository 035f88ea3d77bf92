//! Pages: however a list is walked, its pages hold every node once, in order, also where many nodes tie or have no value.

use chrono::{DateTime, TimeDelta};
use entity::{live_session, live_session_item, shopee_account};
use live_gateway::graphql::id::{GlobalId, Kind};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::ids,
    introspection::text,
    world::{Start, World},
};

on_both!(
    sessions_in_every_order_tile,
    lists_below_an_object_tile,
    what_is_stored_meanwhile_moves_no_page,
    a_page_may_lie_between_two_cursors,
    beyond_the_ends_is_nothing,
);

const PAGE: &str = "{ totalCount nodes { id } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";

/// A list, by the query for a page of it, in which `ARGUMENTS` and `PAGE` stand for themselves, and where the answer has it.
struct List {
    query: String,
    pointer: &'static str,
}

impl List {
    fn sessions(order: &str) -> Self {
        Self { query: format!("{{ liveSessions({order} ARGUMENTS) PAGE }}"), pointer: "/liveSessions" }
    }

    fn below(node: &str, list: &str) -> Self {
        let query = format!(
            r#"{{ node(id: "{node}") {{
                ... on LiveSession {{ items(ARGUMENTS) @include(if: {items}) PAGE }}
                ... on Studio {{ liveSessions(ARGUMENTS) @include(if: {sessions}) PAGE
                                 shopeeAccounts(ARGUMENTS) @include(if: {accounts}) PAGE }}
                ... on ShopeeAccount {{ liveSessions(ARGUMENTS) @include(if: {sessions}) PAGE }} }} }}"#,
            items = list == "items",
            sessions = list == "liveSessions",
            accounts = list == "shopeeAccounts",
        );
        let pointer = match list {
            "items" => "/node/items",
            "liveSessions" => "/node/liveSessions",
            _ => "/node/shopeeAccounts",
        };
        Self { query, pointer }
    }

    async fn page(&self, world: &World, arguments: &str) -> Value {
        let query = self.query.replace("ARGUMENTS", arguments).replace("PAGE", PAGE);
        world.data(&query, json!({})).await.pointer(self.pointer).unwrap().clone()
    }

    /// All ids of the list, page by page from its start.
    async fn forward(&self, world: &World, size: usize) -> Vec<String> {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.page(world, &format!("first: {size}{after}")).await;
            check_edges(&page);
            assert_eq!(page["pageInfo"]["hasPreviousPage"], !all.is_empty(), "{page:#}");
            all.extend(ids(&page));
            let more = page["totalCount"] != all.len();
            assert_eq!(page["pageInfo"]["hasNextPage"], more, "after {}: {page:#}", all.len());
            if !more {
                return all;
            }
            assert_eq!(ids(&page).len(), size);
            after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        }
    }

    /// All ids of the list, page by page from its end.
    async fn backward(&self, world: &World, size: usize) -> Vec<String> {
        let (mut all, mut before) = (Vec::new(), String::new());
        loop {
            let page = self.page(world, &format!("last: {size}{before}")).await;
            check_edges(&page);
            assert_eq!(page["pageInfo"]["hasNextPage"], !all.is_empty(), "{page:#}");
            all.splice(..0, ids(&page));
            let more = page["totalCount"] != all.len();
            assert_eq!(page["pageInfo"]["hasPreviousPage"], more, "before {}: {page:#}", all.len());
            if !more {
                return all;
            }
            assert_eq!(ids(&page).len(), size);
            before = format!(", before: {}", page["pageInfo"]["startCursor"]);
        }
    }
}

/// Edges hold the same as nodes, and their outermost cursors are the page's.
fn check_edges(page: &Value) {
    let edges = page["edges"].as_array().unwrap();
    let by_edge: Vec<&str> = edges.iter().map(|edge| text(&edge["node"]["id"])).collect();
    assert_eq!(by_edge, ids(page));
    let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
    assert_eq!(page["pageInfo"]["startCursor"], cursor(edges.first()));
    assert_eq!(page["pageInfo"]["endCursor"], cursor(edges.last()));
}

async fn sessions_in_every_order_tile(database: Database) {
    let world = World::start(&database).await;
    let rows = with_ties(&database.connect().await).await;
    for (field, value) in ORDERS {
        let mut expected: Vec<&live_session::Model> = rows.iter().collect();
        expected.sort_by_key(|row| (value(row), row.id));
        let mut expected: Vec<String> = expected.into_iter().map(|row| global_id(Kind::LiveSession, row.id)).collect();
        for direction in ["ASC", "DESC"] {
            let list = List::sessions(&format!("orderBy: {{ field: {field}, direction: {direction} }},"));
            assert_eq!(list.forward(&world, 7).await, expected, "{field} {direction}, forward");
            assert_eq!(list.backward(&world, 7).await, expected, "{field} {direction}, backward");
            expected.reverse();
        }
    }
    world.stop().await;
}

/// Every order, and what it compares: nothing counts as less than zero.
/// What an order compares.
type Compared = fn(&live_session::Model) -> i64;

const ORDERS: [(&str, Compared); 5] = [
    ("STARTED_AT", |row| row.started_at.timestamp_micros()),
    ("TOTAL_VIEWERS", |row| row.total_viewers.unwrap_or(-1)),
    ("PEAK_VIEWERS", |row| row.peak_viewers.unwrap_or(-1)),
    ("TOTAL_ORDERS", |row| row.total_orders.unwrap_or(-1)),
    ("TOTAL_REVENUE", |row| row.total_revenue.unwrap_or(-1)),
];

/// Changes the stored sessions so that many tie in every order, some have no value, and values are as large as can be.
async fn with_ties(connection: &DatabaseConnection) -> Vec<live_session::Model> {
    let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let rows =
        live_session::Entity::find().order_by_asc(live_session::Column::SessionId).all(connection).await.unwrap();
    for (place, row) in (0..).zip(&rows) {
        let mut changed: live_session::ActiveModel = row.clone().into();
        // Instants that differ by a microsecond, by a millisecond, and not at all.
        let apart = [0, 0, 1, 1_000][place % 4] + 1_000_000 * (place as i64 / 8);
        changed.started_at = Set(start + TimeDelta::microseconds(apart));
        changed.total_viewers = Set((place % 7 != 0).then_some(place as i64 % 5));
        changed.peak_viewers = Set(None);
        changed.total_orders = Set([None, Some(0), Some(i64::MAX)][place % 3]);
        changed.total_revenue = Set(Some(0));
        changed.update(connection).await.unwrap();
    }
    live_session::Entity::find().all(connection).await.unwrap()
}

fn global_id(kind: Kind, key: i64) -> String {
    GlobalId::new(kind, key).encode().0
}

async fn lists_below_an_object_tile(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    let connection = database.connect().await;
    let accounts = shopee_account::Entity::find().order_by_asc(shopee_account::Column::Id).all(&connection).await;
    let accounts = accounts.unwrap();
    let studio = global_id(Kind::Studio, accounts[0].studio_id);
    let expected: Vec<String> = accounts.iter().map(|row| global_id(Kind::ShopeeAccount, row.id)).collect();
    both_ways(&world, &List::below(&studio, "shopeeAccounts"), 3, &expected).await;

    let sessions = live_session::Entity::find().order_by_desc(live_session::Column::StartedAt);
    let sessions = sessions.order_by_desc(live_session::Column::Id).all(&connection).await.unwrap();
    let ids_of = |account: Option<i64>| -> Vec<String> {
        let of_account = sessions.iter().filter(|row| account.is_none_or(|id| row.shopee_account_id == id));
        of_account.map(|row| global_id(Kind::LiveSession, row.id)).collect()
    };
    both_ways(&world, &List::below(&studio, "liveSessions"), 50, &ids_of(None)).await;
    both_ways(&world, &List::below(&expected[1], "liveSessions"), 7, &ids_of(Some(accounts[1].id))).await;

    let items = live_session_item::Entity::find().filter(live_session_item::Column::LiveSessionId.eq(sessions[9].id));
    let items = items.order_by_asc(live_session_item::Column::Id).all(&connection).await.unwrap();
    let items: Vec<String> = items.iter().map(|row| global_id(Kind::LiveSessionItem, row.id)).collect();
    both_ways(&world, &List::below(&ids_of(None)[9], "items"), 7, &items).await;
    world.stop().await;
}

async fn both_ways(world: &World, list: &List, size: usize, expected: &[String]) {
    assert!(expected.len() > size, "{} {}", list.query, expected.len());
    assert_eq!(list.forward(world, size).await, expected, "{}", list.query);
    assert_eq!(list.backward(world, size).await, expected, "{}", list.query);
}

async fn what_is_stored_meanwhile_moves_no_page(database: Database) {
    let world = World::start(&database).await;
    let list = List::sessions("");
    let all = list.forward(&world, 100).await;
    let first = list.page(&world, "first: 10").await;

    let connection = database.connect().await;
    let newest = live_session::Entity::find().order_by_desc(live_session::Column::StartedAt).one(&connection).await;
    let mut newer: live_session::ActiveModel = newest.unwrap().unwrap().into();
    newer.id = sea_orm::ActiveValue::NotSet;
    newer.session_id = Set(1);
    newer.started_at = Set(newer.started_at.unwrap() + TimeDelta::days(1));
    newer.insert(&connection).await.unwrap();

    let second = list.page(&world, &format!("first: 10, after: {}", first["pageInfo"]["endCursor"])).await;
    assert_eq!((ids(&first), ids(&second)), (all[..10].to_vec(), all[10..20].to_vec()));
    assert_eq!(second["totalCount"], all.len() + 1);
    world.stop().await;
}

async fn a_page_may_lie_between_two_cursors(database: Database) {
    let world = World::start(&database).await;
    let list = List::sessions("");
    let page = list.page(&world, "first: 30").await;
    let cursor = |place: usize| page["edges"][place]["cursor"].to_string();
    let between = format!(", after: {}, before: {}", cursor(4), cursor(9));
    for (size, expected, [previous, next]) in [
        ("first: 100", 5..9, [true, false]),
        ("last: 100", 5..9, [false, true]),
        ("first: 2", 5..7, [true, true]),
        ("last: 2", 7..9, [true, true]),
    ] {
        let part = list.page(&world, &format!("{size}{between}")).await;
        assert_eq!(ids(&part), ids(&page)[expected], "{size}");
        assert_eq!(part["pageInfo"]["hasPreviousPage"], previous, "{size}");
        assert_eq!(part["pageInfo"]["hasNextPage"], next, "{size}");
    }
    let nothing = list.page(&world, &format!("first: 5, after: {}, before: {}", cursor(9), cursor(4))).await;
    assert_eq!(ids(&nothing), [""; 0]);
    world.stop().await;
}

async fn beyond_the_ends_is_nothing(database: Database) {
    let world = World::start(&database).await;
    let list = List::sessions("");
    let (start, end) = (list.page(&world, "first: 1").await, list.page(&world, "last: 1").await);
    let before = format!("last: 5, before: {}", start["pageInfo"]["startCursor"]);
    let after = format!("first: 5, after: {}", end["pageInfo"]["endCursor"]);
    for (arguments, previous, next) in [(before, false, true), (after, true, false)] {
        let page = list.page(&world, &arguments).await;
        assert_eq!(page["edges"], json!([]), "{arguments}");
        let info = json!({ "hasPreviousPage": previous, "hasNextPage": next, "startCursor": null, "endCursor": null });
        assert_eq!(page["pageInfo"], info, "{arguments}");
    }
    // Without a size a page has twenty.
    assert_eq!(ids(&list.page(&world, "first: null").await).len(), 20);
    world.stop().await;
}
