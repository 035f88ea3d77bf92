//! What a live number costs on its way to many screens: the server's processor time for each message that reaches a client, beside that
//! of a plain broadcast of one frame that is ready, which is the least there can be, and beside async-graphql-axum, which executes and
//! writes for each subscriber; the memory of a connection that waits; how long it takes until the last of ten thousand knows, and until
//! ten thousand who come at once are in; and what a client that does not read costs, the others and in memory.
//!
//! `just bench-fanout`; `FANOUT_PERCENT=10` takes that part of the clients, which tries the measurement out and says nothing of its
//! limits. Servers are processes of their own; gateway and Shopee are the real ones, polls included. Some minutes.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and fails by panicking"
)]

#[path = "shared/client.rs"]
mod client;
#[path = "shared/figures.rs"]
mod figures;
#[path = "shared/process.rs"]
mod process;
#[path = "fanout/servers.rs"]
mod servers;
#[expect(dead_code, reason = "tests can do more with it")]
#[path = "../tests/it/support/stream.rs"]
mod stream;
#[expect(dead_code, reason = "tests can do more with it")]
#[path = "../tests/it/support/world.rs"]
mod world;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::{join_all, try_join_all};
use live_gateway::serve::runtime;
use tempfile::TempDir;
use testing::Database;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use self::{
    client::{Socket, Subscriber, Tally},
    figures::quantile,
    process::Server,
    world::{Start, World},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PATIENCE: Duration = Duration::from_secs(30);
/// Time between two numbers.
const EVERY: Duration = Duration::from_millis(250);
/// How long processor time is measured, and how often it is, the servers in turn.
const MEASURE: Duration = Duration::from_secs(6);
const ROUNDS: usize = 3;
const CROWD: usize = 10_000;
/// Changes that the crowd is to see.
const CHANGES: i64 = 40;
/// Clients that do not read, for the memory of one.
const STALLED: usize = 50;

fn main() {
    let part = std::env::args().nth(1).unwrap_or_default();
    let runtime = runtime().unwrap();
    match part.as_str() {
        "raw" => runtime.block_on(servers::raw()),
        "stock" => runtime.block_on(servers::stock()),
        _ => runtime.block_on(testing::on_sqlite(measure)),
    }
}

/// As many clients as are to be tried of so many.
fn part_of(count: usize) -> usize {
    count * std::env::var("FANOUT_PERCENT").map_or(100, |text| text.parse().unwrap()) / 100
}

/// For the world, which is that of the tests.
fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).build().unwrap()
}

async fn measure(database: Database) {
    let world = World::start_with(&database, Start { accounts: 1, ..Start::default() }).await;
    let site = Site::new(&world, &database);
    println!("{:58} {:>10} {:>10}", "", "measured", "limit");
    for subscribers in [1_000, 5_000] {
        processor_time(&site, part_of(subscribers)).await;
    }
    memory(&site).await;
    crowd(&site).await;
    at_once(&site).await;
    stalled(&site).await;
    world.stop().await;
}

fn line(what: &str, measured: &str, limit: &str) {
    println!("{what:58} {measured:>10} {limit:>10}");
}

/// What there is to subscribe to, and from where servers start.
struct Site<'a> {
    world: &'a World,
    database: &'a Database,
    session: i64,
    query: String,
    folder: TempDir,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Raw,
    Gateway,
    Stock,
}

impl<'a> Site<'a> {
    fn new(world: &'a World, database: &'a Database) -> Self {
        let session = world.on_air().session_id;
        let fields = "viewers peakViewers isOnAir observedAt staleSince";
        let query = format!(r#"subscription {{ viewerCount(sessionId: "{session}") {{ {fields} }} }}"#);
        Self { world, database, session, query, folder: tempfile::tempdir().unwrap() }
    }

    async fn server(&self, kind: Kind, poll_every: Duration) -> Server {
        let mut variables = world::variables(self.database, &self.world.sandbox, &[]);
        variables.insert("POLL_INTERVAL_MS".to_owned(), poll_every.as_millis().to_string());
        variables.insert("TMPDIR".to_owned(), self.folder.path().display().to_string());
        match kind {
            Kind::Raw => Server::of_this_program("raw", &variables).await,
            Kind::Stock => Server::of_this_program("stock", &variables).await,
            Kind::Gateway => Server::gateway(&variables).await,
        }
    }

    async fn subscribers(&self, server: &Server, count: usize, tally: &Arc<Tally>) -> Vec<Subscriber> {
        let mut subscribers = Vec::with_capacity(count);
        for whose in 0..count {
            let mut socket = Socket::open(server.address, &self.world.token).await.unwrap();
            socket.subscribe(&self.query).await.unwrap();
            subscribers.push(socket.count(whose, tally.clone()));
        }
        subscribers
    }
}

/// Sends a ready frame to all, again and again, until it is dropped.
fn ticking(server: &Server, kind: Kind) -> Option<tokio_util::task::AbortOnDropHandle<()>> {
    let url = format!("http://{}/tick", server.address);
    let ticking = async move {
        let (client, mut ticks) = (client(), interval(EVERY));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for number in 10_000.. {
            ticks.tick().await;
            let event = format!(
                r#"{{"viewers":{number},"peakViewers":54321,"isOnAir":true,"observedAt":"2026-11-22T20:51:36.486+00:00","staleSince":null}}"#
            );
            let frame = format!(r#"{{"type":"next","id":"1","payload":{{"data":{{"viewerCount":{event}}}}}}}"#);
            drop(client.post(&url).body(frame).send().await);
        }
    };
    (kind == Kind::Raw).then(|| tokio_util::task::AbortOnDropHandle::new(tokio::spawn(ticking)))
}

/// The server's processor time for each delivered message.
async fn processor_time(site: &Site<'_>, subscribers: usize) {
    let mut costs: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for round in 0..ROUNDS {
        for (name, kind) in [("raw", Kind::Raw), ("gateway", Kind::Gateway), ("stock", Kind::Stock)] {
            if kind == Kind::Stock && round > 0 {
                continue;
            }
            costs.entry(name).or_default().push(cost(site, kind, subscribers).await);
        }
    }
    let [raw, gateway, stock] = ["raw", "gateway", "stock"].map(|name| median(costs[name].clone()));
    let ratio = |cost: f64| format!("{:.2}x", cost / raw);
    let unit = |cost: f64| format!("{cost:.2} us");
    line(&format!("processor time a message, {subscribers} subscribers: raw broadcast"), &unit(raw), "");
    line("  the gateway", &unit(gateway), "");
    line("  the gateway, times the raw broadcast", &ratio(gateway), "1.25x");
    line("  async-graphql-axum, times the raw broadcast", &ratio(stock), "");
}

/// In microseconds.
async fn cost(site: &Site<'_>, kind: Kind, count: usize) -> f64 {
    let (server, tally) = (site.server(kind, EVERY).await, Arc::new(Tally::default()));
    let subscribers = site.subscribers(&server, count, &tally).await;
    let _ticking = ticking(&server, kind);
    sleep(2 * EVERY + Duration::from_secs(1)).await;
    let (cpu, events) = (server.cpu(), tally.events());
    sleep(MEASURE).await;
    let (cpu, events) = (server.cpu() - cpu, tally.events() - events);
    assert!(events > count as u64 * 4, "{events} events for {count} subscribers");
    drop(subscribers);
    cpu.as_secs_f64() * 1e6 / events as f64
}

/// The memory of a connection with a subscription that waits.
async fn memory(site: &Site<'_>) {
    let (server, tally) = (site.server(Kind::Gateway, Duration::from_secs(60)).await, Arc::new(Tally::default()));
    let mut held = site.subscribers(&server, 500, &tally).await;
    sleep(Duration::from_secs(2)).await;
    let before = server.memory();
    let more = part_of(4_000);
    held.append(&mut site.subscribers(&server, more, &tally).await);
    sleep(Duration::from_secs(2)).await;
    assert!(tally.events() >= 500 + more as u64, "each has got the number of the moment");
    let each = server.memory().saturating_sub(before) as f64 / more as f64 / 1024.0;
    line("memory of an idle subscribed connection", &format!("{each:.1} KiB"), "12 KiB");
}

/// How long it takes until the last of many knows of a change.
async fn crowd(site: &Site<'_>) {
    let every = Duration::from_secs(1);
    let (server, tally) = (site.server(Kind::Gateway, every).await, Arc::new(Tally::default()));
    let count = part_of(CROWD);
    let crowd = site.subscribers(&server, count, &tally).await;
    sleep(3 * every).await;
    tally.take_arrivals();
    let mut last = Vec::new();
    let mut spread = Vec::new();
    for number in 1..=CHANGES {
        let (changed, took) = change(site, &tally, 100_000 + number, count).await;
        last.push((*took.iter().max().unwrap() - changed).as_secs_f64() * 1e3);
        spread.push((*took.iter().max().unwrap() - *took.iter().min().unwrap()).as_secs_f64() * 1e3);
    }
    let of = |name: &str| format!("  {name}");
    line(&format!("{count} connections held, {CHANGES} changes: delivered to all"), "yes", "all");
    line(&of("a change until the last client has it, p50"), &milliseconds(quantile(&last, 0.5)), "");
    line(&of("a change until the last client has it, p99"), &milliseconds(quantile(&last, 0.99)), "");
    line(&of("of it from the first client to the last, p50"), &milliseconds(quantile(&spread, 0.5)), "");
    line(&of("of it from the first client to the last, p99"), &milliseconds(quantile(&spread, 0.99)), "");
    line(&of("of it up to one interval until the next poll"), &milliseconds(every.as_secs_f64() * 1e3), "");
    drop(crowd);
}

/// How long it takes until all have what they want when they come at once, to a gateway that has just started.
async fn at_once(site: &Site<'_>) {
    let (server, tally) = (site.server(Kind::Gateway, Duration::from_secs(1)).await, Arc::new(Tally::default()));
    let (count, begun) = (part_of(CROWD), Instant::now());
    let come = (0..count).map(|whose| {
        let (address, token, query) = (server.address, site.world.token.clone(), site.query.clone());
        let tally = tally.clone();
        let come = tokio::spawn(async move {
            let mut socket = Socket::open(address, &token).await?;
            socket.subscribe(&query).await?;
            std::io::Result::Ok(socket.count(whose, tally))
        });
        async { come.await.unwrap() }
    });
    let crowd = try_join_all(come).await.expect("everybody gets in");
    let mut told = HashSet::with_capacity(count);
    while told.len() < count {
        assert!(begun.elapsed() < 2 * PATIENCE, "{} of {count} are told", told.len());
        sleep(Duration::from_millis(5)).await;
        told.extend(tally.take_arrivals().into_iter().map(|(whose, _, _)| whose));
    }
    let took = begun.elapsed().as_secs_f64() * 1e3;
    line(&format!("{count} connections made at once: all in, and told after"), &milliseconds(took), "all");
    drop(crowd);
}

/// Changes the number; when that was, and when it reached each of so many.
async fn change(site: &Site<'_>, tally: &Tally, number: i64, count: usize) -> (Instant, Vec<Instant>) {
    let changed = Instant::now();
    site.world.shopee().set_viewers(site.session, number.unsigned_abs()).unwrap();
    let mut arrived = HashMap::with_capacity(count);
    while arrived.len() < count {
        assert!(changed.elapsed() < PATIENCE, "{number} reaches {} of {count}", arrived.len());
        sleep(Duration::from_millis(2)).await;
        // The same number comes again with the next poll: the first time counts.
        for (whose, _, at) in tally.take_arrivals().into_iter().filter(|(_, seen, _)| *seen == number) {
            arrived.entry(whose).or_insert(at);
        }
    }
    (changed, arrived.into_values().collect())
}

/// Whether a client that does not read costs a thousand others anything.
async fn stalled(site: &Site<'_>) {
    let every = Duration::from_millis(100);
    let (server, tally) = (site.server(Kind::Gateway, every).await, Arc::new(Tally::default()));
    let count = part_of(1_000);
    let others = site.subscribers(&server, count, &tally).await;
    sleep(Duration::from_secs(1)).await;
    let mut without = Vec::new();
    let mut with = Vec::new();
    for round in 0..6_i64 {
        let stalled = match round % 2 {
            0 => None,
            _ => Some(does_not_read(site, &server).await),
        };
        let into = if stalled.is_some() { &mut with } else { &mut without };
        for number in 0..25 {
            let (changed, arrived) = change(site, &tally, 200_000 + round * 100 + number, count).await;
            into.extend(arrived.into_iter().map(|at| (at - changed).as_secs_f64() * 1e3));
        }
    }
    let [without, with] = [without, with].map(|took| quantile(&took, 0.99));
    line(&format!("a change until 99 % of {count} clients have it"), &milliseconds(without), "");
    line("  the same beside one that does not read", &milliseconds(with), &milliseconds(without * 1.1));
    let before = server.memory();
    let stalled = join_all((0..STALLED).map(|_| does_not_read(site, &server))).await;
    let each = server.memory().saturating_sub(before) as f64 / STALLED as f64 / 1024.0;
    line("  memory of one that does not read", &format!("{each:.0} KiB"), "1024 KiB");
    drop((others, stalled));
}

/// A subscriber that has been sent more than fits into all the buffers, and reads none of it. Pongs cost the server nothing else, so
/// what is measured is the stall.
async fn does_not_read(site: &Site<'_>, server: &Server) -> Socket {
    let mut socket = Socket::open(server.address, &site.world.token).await.unwrap();
    socket.subscribe(&site.query).await.unwrap();
    let ping = serde_json::json!({ "type": "ping", "payload": { "a": "x".repeat(60_000) } }).to_string();
    // Until the server does not read either.
    while timeout(Duration::from_secs(1), socket.send(&ping)).await.is_ok() {}
    socket
}

fn milliseconds(value: f64) -> String {
    format!("{value:.1} ms")
}

fn median(values: Vec<f64>) -> f64 {
    quantile(&values, 0.5)
}
