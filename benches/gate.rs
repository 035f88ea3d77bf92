//! Whether the gateway has become dearer: the instructions of one operation and of one delivered message, counted by valgrind, and the
//! memory of a connection, each beside what was recorded in `benches/gate.json`. Fails when instructions are more than a twentieth above,
//! or memory, which comes in pages and is told less exactly, by more than a seventh.
//! Instructions tell what wall time cannot on a shared machine; unoptimised they are more than what is served, but grow with the same causes.
//!
//! `just gate`; `just gate record` records what it finds. Needs valgrind.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and fails by panicking"
)]

#[path = "shared/client.rs"]
mod client;
#[path = "gate/counted.rs"]
mod counted;
#[expect(dead_code, reason = "other measurements can do more with it")]
#[path = "shared/process.rs"]
mod process;
#[path = "gate/recorded.rs"]
mod recorded;
#[expect(dead_code, reason = "tests can do more with it")]
#[path = "../tests/it/support/stream.rs"]
mod stream;
#[expect(dead_code, reason = "tests can do more with it")]
#[path = "../tests/it/support/world.rs"]
mod world;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use live_gateway::serve::runtime;
use serde_json::json;
use testing::Database;
use tokio::time::sleep;

use self::{
    client::{Socket, Subscriber, Tally},
    counted::Counted,
    process::Server,
    recorded::Figures,
    world::{Start, World},
};

/// Under valgrind everything takes fifty times as long.
const PATIENCE: Duration = Duration::from_secs(120);
const OPERATION: &str = "{ liveSessions(first: 20) { nodes { sessionName status startedAt
    totalRevenue { amount currencyCode } totalViewers shopeeAccount { username } items(first: 5) { nodes { productName
    livePrice { amount currencyCode } quantitySold } } } pageInfo { hasNextPage endCursor } } }";
/// What goes before what is counted, so that nothing is done for the first time.
const WARM_UP: usize = 10;
const OPERATIONS: usize = 30;
const SUBSCRIBERS: usize = 60;
/// Over enough time that it makes no difference whether a round of pings more or less falls into it.
const CHANGES: i64 = 40;
const CONNECTIONS: [usize; 2] = [500, 4_000];

fn main() {
    let is_to_record = std::env::args().any(|argument| argument == "record");
    runtime()
        .unwrap()
        .block_on(testing::on_sqlite(async move |database: Database| measure(database, is_to_record).await));
}

/// For the world, which is that of the tests.
fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).build().unwrap()
}

async fn measure(database: Database, is_to_record: bool) {
    let world = World::start_with(&database, Start { accounts: 1, ..Start::default() }).await;
    let site = Site { session: world.on_air().session_id, world: &world, database: &database };
    let counted = Counted::start(&site.variables(Duration::from_millis(500))).await;
    let operation = operation(&site, &counted).await;
    let message = message(&site, &counted).await;
    drop(counted);
    let found = Figures { operation, message, connection: connection(&site).await };
    world.stop().await;
    recorded::compare(&found, is_to_record);
}

/// What there is to ask for.
struct Site<'a> {
    session: i64,
    world: &'a World,
    database: &'a Database,
}

impl Site<'_> {
    fn variables(&self, poll_every: Duration) -> HashMap<String, String> {
        let mut variables = world::variables(self.database, &self.world.sandbox, &[]);
        variables.insert("POLL_INTERVAL_MS".to_owned(), poll_every.as_millis().to_string());
        variables
    }

    async fn subscribers(&self, server: &Server, count: usize, tally: &Arc<Tally>) -> Vec<Subscriber> {
        let fields = "viewers peakViewers isOnAir observedAt staleSince";
        let query = format!(r#"subscription {{ viewerCount(sessionId: "{}") {{ {fields} }} }}"#, self.session);
        let mut subscribers = Vec::with_capacity(count);
        for whose in 0..count {
            let mut socket = self.socket(server).await;
            socket.subscribe(&query).await.unwrap();
            subscribers.push(socket.count(whose, tally.clone()));
        }
        until("each has got the number of the moment", || tally.events() >= count as u64).await;
        subscribers
    }

    /// Under valgrind and beside others, being signed in may take longer than a gateway waits for it.
    async fn socket(&self, server: &Server) -> Socket {
        let started = Instant::now();
        loop {
            match Socket::open(server.address, &self.world.token).await {
                Ok(socket) => return socket,
                Err(error) => assert!(started.elapsed() < PATIENCE, "{error}"),
            }
        }
    }
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// The instructions of a page of sessions with their products.
async fn operation(site: &Site<'_>, counted: &Counted) -> u64 {
    let (client, url) = (client(), format!("http://{}/graphql", counted.server.address));
    let body = json!({ "query": OPERATION });
    let ask = async || {
        let answer = client.post(&url).bearer_auth(&site.world.token).json(&body).send().await.unwrap();
        let answer: serde_json::Value = answer.json().await.unwrap();
        assert!(answer.get("errors").is_none(), "{answer:#}");
    };
    for _ in 0..WARM_UP {
        ask().await;
    }
    counted.begin();
    for _ in 0..OPERATIONS {
        ask().await;
    }
    counted.so_far() / OPERATIONS as u64
}

/// The instructions of a number on its way to one of many screens, its part of the poll included.
async fn message(site: &Site<'_>, counted: &Counted) -> u64 {
    let tally = Arc::new(Tally::default());
    let subscribers = site.subscribers(&counted.server, SUBSCRIBERS, &tally).await;
    let change = async |number: i64| {
        tally.take_arrivals();
        site.world.shopee().set_viewers(site.session, number.unsigned_abs()).unwrap();
        let arrived = std::cell::Cell::new(0);
        until("all are told", || {
            arrived.set(arrived.get() + tally.take_arrivals().iter().filter(|(_, seen, _)| *seen == number).count());
            arrived.get() >= SUBSCRIBERS
        })
        .await;
    };
    change(100_000).await;
    let before = tally.events();
    counted.begin();
    for number in 1..=CHANGES {
        change(100_000 + number).await;
    }
    let (instructions, messages) = (counted.so_far(), tally.events() - before);
    drop(subscribers);
    instructions / messages
}

/// The bytes of a connection with a subscription that waits.
async fn connection(site: &Site<'_>) -> u64 {
    let (server, tally) = (Server::gateway(&site.variables(Duration::from_secs(60))).await, Arc::new(Tally::default()));
    let [few, more] = CONNECTIONS;
    let first = site.subscribers(&server, few, &tally).await;
    let before = server.memory();
    let others = Arc::new(Tally::default());
    let second = site.subscribers(&server, more, &others).await;
    let each = server.memory().saturating_sub(before) / more as u64;
    drop((first, second));
    each
}
