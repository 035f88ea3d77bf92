//! How many SQL statements an operation costs: a fixed number, whatever the size of its pages.
//!
//! On several threads, as in a deployment: whatever collects keys by waiting collects fewer there.

use serde_json::{Value, json};
use testing::{Database, on_both, on_postgres};

use crate::support::{
    answer,
    wire::Wire,
    world::{Start, World},
};

/// What a list shows of each session: its own fields and one of every kind of neighbour.
const SESSION: &str = "sessionName status totalRevenue { amount } studio { name } shopeeAccount { username }
    items(first: 20) { nodes { productName quantitySold livePrice { amount } } }";

const SIZES: [u64; 3] = [10, 50, 100];

/// An operation over `SIZE` sessions, and the statements it costs.
struct Shape {
    name: &'static str,
    query: &'static str,
    statements: u64,
}

/// One statement each for signing in, sessions, studios, accounts and items is five.
const SHAPES: &[Shape] = &[
    Shape { name: "own fields only", query: "{ liveSessions(first: SIZE) { nodes { sessionName } } }", statements: 2 },
    Shape { name: "nodes", query: "{ liveSessions(first: SIZE) { nodes { SESSION } } }", statements: 5 },
    Shape {
        name: "edges",
        query: "{ liveSessions(first: SIZE) { edges { cursor node { SESSION } } } }",
        statements: 5,
    },
    Shape {
        name: "neighbours skipped",
        query: "{ liveSessions(first: SIZE) { totalCount @skip(if: true) nodes { sessionName ... @include(if: false) { SESSION } } } }",
        statements: 2,
    },
    Shape { name: "from the end", query: "{ liveSessions(last: SIZE) { nodes { SESSION } } }", statements: 5 },
    Shape {
        name: "ordered and filtered",
        query: r#"{ liveSessions(first: SIZE, orderBy: { field: TOTAL_VIEWERS }, filter: { status: [ON_AIR, ENDED], nameContains: "a" }) { nodes { SESSION } } }"#,
        statements: 5,
    },
    Shape {
        name: "totals of sessions and items",
        query: "{ liveSessions(first: SIZE) { totalCount nodes { sessionName studio { name } shopeeAccount { username }
            items(first: 20) { totalCount nodes { productName } } } } }",
        statements: 7,
    },
    Shape {
        name: "fragments",
        query: "{ liveSessions(first: SIZE) { ...Page } }
            fragment Page on LiveSessionConnection { nodes { ... on Node { ... on LiveSession { ...Session } } } }
            fragment Session on LiveSession { SESSION }",
        statements: 5,
    },
    Shape {
        name: "aliases",
        query: "{ page: liveSessions(first: SIZE) { list: nodes {
            title: sessionName house: studio { title: name } who: shopeeAccount { title: username }
            bag: items(first: 20) { list: nodes { title: productName } } } } }",
        statements: 5,
    },
    Shape {
        name: "nodes and edges at once",
        query: "{ liveSessions(first: SIZE) { nodes { SESSION } edges { node { SESSION } } } }",
        statements: 5,
    },
    Shape {
        name: "items in two fragments",
        query: "{ liveSessions(first: SIZE) { nodes { SESSION ...Total ...Names } } }
            fragment Total on LiveSession { items(first: 20) { totalCount } }
            fragment Names on LiveSession { items(first: 20) { edges { node { productName } } } }",
        statements: 6,
    },
    Shape {
        name: "items twice",
        query: "{ liveSessions(first: SIZE) { nodes { SESSION last: items(last: 2) { nodes { productName } } } } }",
        statements: 6,
    },
    Shape {
        name: "histories",
        query: r#"{ liveSessions(first: SIZE) { nodes { SESSION
            metricHistory(from: "2026-11-22T00:00:00Z", to: "2026-11-23T00:00:00Z", interval: MINUTE) { viewers }
        } } }"#,
        statements: 6,
    },
    Shape {
        name: "the account's studio",
        query: "{ liveSessions(first: SIZE) { nodes { shopeeAccount { studio { name } } } } }",
        statements: 4,
    },
    Shape {
        name: "Studio.liveSessions",
        query: r#"{ studio(id: "STUDIO") { liveSessions(first: SIZE) { nodes { SESSION } } } }"#,
        statements: 6,
    },
    Shape {
        name: "ShopeeAccount.liveSessions",
        query: r#"{ node(id: "ACCOUNT") { ... on ShopeeAccount { liveSessions(first: SIZE) { nodes { SESSION } } } } }"#,
        statements: 6,
    },
    Shape {
        name: "every account's sessions",
        query: r#"{ studio(id: "STUDIO") { shopeeAccounts { nodes { liveSessions(first: SIZE) { nodes { sessionName } } } } } }"#,
        statements: 7,
    },
];

/// The ids that shapes need.
struct Places {
    studio: String,
    account: String,
}

impl Places {
    async fn of(world: &World) -> Self {
        let data =
            world.data("{ viewer { memberships { studio { id shopeeAccounts { nodes { id } } } } } }", json!({})).await;
        let studio = &data["viewer"]["memberships"][0]["studio"];
        let account = answer::ids(&studio["shopeeAccounts"]).remove(0);
        Self { studio: studio["id"].as_str().unwrap().to_owned(), account }
    }

    fn query(&self, shape: &Shape, size: u64) -> String {
        let query = shape.query.replace("SESSION", SESSION).replace("SIZE", &size.to_string());
        query.replace("STUDIO", &self.studio).replace("ACCOUNT", &self.account)
    }
}

mod a_page_costs_the_same_whatever_its_size {
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn sqlite() {
        testing::on_sqlite(super::a_page_costs_the_same_whatever_its_size).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn postgres() {
        testing::on_postgres(super::a_page_costs_the_same_whatever_its_size).await;
    }
}

async fn a_page_costs_the_same_whatever_its_size(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    let places = Places::of(&world).await;
    let mut table = format!("{:<30} {SIZES:>4?}\n", "statements");
    let mut wrong = Vec::new();
    for shape in SHAPES {
        let mut figures = Vec::new();
        for size in SIZES {
            let answer = world.ask(&places.query(shape, size), json!({})).await;
            assert!(answer.get("errors").is_none(), "{}: {answer:#}", shape.name);
            assert_eq!(answer::shopee_calls(&answer), 0, "{}", shape.name);
            figures.push(answer::statements(&answer));
        }
        table += &format!("{:<30} {figures:>4?}\n", shape.name);
        if figures != [shape.statements; SIZES.len()] {
            wrong.push(shape.name);
        }
    }
    #[expect(clippy::print_stdout, reason = "the figures are for whoever asks for them with --nocapture")]
    {
        println!("{table}");
    }
    assert!(wrong.is_empty(), "not as expected: {wrong:?}\n{table}");
    assert!(world.shopee().calls_by_name().is_empty(), "{:?}", world.shopee().calls_by_name());
    world.stop().await;
}

on_both!(a_hundred_ids_cost_one_statement_a_kind);

async fn a_hundred_ids_cost_one_statement_a_kind(database: Database) {
    let world = World::start(&database).await;
    let ids = ids_of_every_kind(&world).await;
    for count in [10, 50, 100] {
        let chosen: Vec<&String> = ids.iter().cycle().take(count).collect();
        let query = NODES.replace("SESSION", SESSION);
        let answer = world.ask(&query, json!({ "ids": chosen })).await;
        let nodes = answer["data"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
        assert!(nodes.len() == count && !nodes.contains(&Value::Null), "{answer:#}");
        // Signing in, four kinds of nodes, and three of neighbours.
        assert_eq!((answer::statements(&answer), answer::shopee_calls(&answer)), (8, 0), "of {count}");
    }
    world.stop().await;
}

const NODES: &str = "query($ids: [ID!]!) { nodes(ids: $ids) {
    id ... on Studio { name } ... on ShopeeAccount { username } ... on LiveSession { SESSION }
    ... on LiveSessionItem { productName } } }";

/// The studio, its account, a few sessions and their items, mixed.
async fn ids_of_every_kind(world: &World) -> Vec<String> {
    let places = Places::of(world).await;
    let sessions = world.data("{ liveSessions(first: 6) { nodes { id items { nodes { id } } } } }", json!({})).await;
    let mut ids = vec![places.studio, places.account];
    for session in sessions["liveSessions"]["nodes"].as_array().unwrap() {
        ids.push(session["id"].as_str().unwrap().to_owned());
        ids.extend(answer::ids(&session["items"]));
    }
    ids
}

#[tokio::test]
async fn what_is_reported_is_what_goes_over_the_wire() {
    on_postgres(what_is_reported_is_what_goes_over_the_wire_of).await;
}

async fn what_is_reported_is_what_goes_over_the_wire_of(database: Database) {
    let wire = Wire::before(&database.url).await;
    let variables = vec![("DATABASE_URL", wire.url.clone())];
    let world = World::start_with(&database, Start { accounts: 2, variables }).await;
    let places = Places::of(&world).await;
    let live = "{ liveSessions(first: 2) { nodes { overview { viewers } info { title } } } }";
    let shapes = SHAPES.iter().map(|shape| places.query(shape, 50));
    for query in shapes.chain(["{ __typename }".to_owned(), "{ viewer { email } }".to_owned(), live.to_owned()]) {
        let mut told = Vec::new();
        for _ in 0..TRIES {
            let before = wire.executed();
            let answer = world.ask(&query, json!({})).await;
            told.push((answer::statements(&answer), wire.executed() - before));
        }
        assert!(told.iter().any(|(reported, executed)| reported == executed), "{query}: {told:?}");
        assert!(told.iter().all(|(reported, executed)| reported <= executed), "{query}: {told:?}");
    }
    world.stop().await;
}

/// The gateway's jobs look at the database every few seconds, too, and may come in between: not each time.
const TRIES: usize = 4;
