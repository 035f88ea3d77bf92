//! `ops/topology.sh`, which starts what `docker-compose.yml` describes: both gateways are replaced, one after the other, while clients
//! ask, change and watch through the one port. No request fails, nothing is done twice, and no event is missing.
//!
//! `ROLLS` replaces them more often.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use serde_json::{Value, json};
use testing::Database;
use tokio::{
    net::TcpListener,
    task::{JoinSet, spawn_blocking},
    time::sleep,
};

use super::{Client, SESSIONS};
use crate::{
    process::Machine,
    support::{from_environment, left_out, stream::Stream, tell, world::OWNER},
};

const QUERIES: usize = 4;
const MUTATIONS: usize = 2;
const WATCHERS: usize = 6;

/// How long the programs may take to say something: they are built without optimisation.
const PATIENCE: Duration = Duration::from_secs(120);

/// The script at work; it stops with the test.
struct Topology {
    script: Child,
    says: mpsc::Receiver<String>,
}

impl Topology {
    fn start(port: u16, shopee: &str) -> Self {
        let programs = Path::new(env!("CARGO_BIN_EXE_live-gateway")).parent().unwrap();
        let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/topology.sh"));
        command.env("PORT", port.to_string()).env("PROGRAMS", programs).env("SHOPEE_BASE_URL", shopee);
        // So often that something always comes while somebody is on the way to the other gateway.
        command.env("POLL_INTERVAL_MS", "300");
        // One user asks more than anybody does otherwise.
        command.env("COST_BUCKET", "100000000").env("COST_REFILL_PER_SECOND", "1000000");
        let mut script = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let (say, says) = mpsc::channel();
        let lines = BufReader::new(script.stdout.take().unwrap()).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| say.send(line)));
        Self { script, says }
    }

    /// Waits until it says something that begins so.
    fn says(&self, beginning: &str) -> String {
        loop {
            let line = self.says.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it never says {beginning}"));
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.script.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Topology {
    fn drop(&mut self) {
        // It stops what it started, and then itself.
        self.signal("TERM");
        self.script.wait().ok();
    }
}

/// What clients see meanwhile.
#[derive(Default)]
struct Seen {
    over: AtomicBool,
    queries: AtomicU64,
    mutations: AtomicU64,
    events: AtomicU64,
    reconnects: AtomicU64,
    failures: Mutex<Vec<String>>,
}

impl Seen {
    fn goes_on(&self) -> bool {
        !self.over.load(Ordering::Relaxed)
    }

    fn failed(&self, what: String) {
        self.failures.lock().unwrap().push(what);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_both_gateways_are_replaced() {
    if Command::new("haproxy").arg("-v").output().is_err() {
        return left_out("no haproxy to replace gateways behind");
    }
    let port = free_ports().await;
    let url = format!("postgres://gateway@127.0.0.1:{}/gateway", port + 3);
    let mut machine = Machine::with(&Database { url }).await;
    machine.shopee.panel().resume();
    for (name, value) in demo_secrets() {
        machine.set(&name, value);
    }
    let shopee = machine.shopee.base_url_template();
    let (topology, url) = spawn_blocking(move || {
        let topology = Topology::start(port, &shopee);
        let url = topology.says("ready: ");
        (topology, url)
    })
    .await
    .unwrap();
    let connected = machine.connect("First Studio", OWNER, &machine.account().cookie).await;
    assert_eq!(connected.code, Some(0), "{connected:?}");
    let token = machine.succeed(&["token", "--email", OWNER]).await.trim().to_owned();

    let seen = Arc::new(Seen::default());
    let mut clients = JoinSet::new();
    let asker = Client::new(&url, Some(&token));
    let studio = asker.studio().await;
    (0..QUERIES).for_each(|_| drop(clients.spawn(ask(asker.clone(), seen.clone()))));
    (0..MUTATIONS).for_each(|place| drop(clients.spawn(invite(asker.clone(), studio.clone(), place, seen.clone()))));
    let account = machine.account().user_id;
    let on_air = machine.shopee.panel().on_air().into_iter().find(|session| session.user_id == account);
    let watched = on_air.unwrap().session_id.to_string();
    (0..WATCHERS).for_each(|_| drop(clients.spawn(watch(url.clone(), token.clone(), watched.clone(), seen.clone()))));

    let topology = roll(topology, from_environment("ROLLS", 1)).await;
    // Whoever was sent away at last is to be back, and to have seen more.
    sleep(Duration::from_secs(2)).await;
    seen.over.store(true, Ordering::Relaxed);
    clients.join_all().await;

    let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
    tell(&format!(
        "both gateways replaced: {} queries, {} mutations, {} events, {} reconnects, failures: {:?}",
        count(&seen.queries),
        count(&seen.mutations),
        count(&seen.events),
        count(&seen.reconnects),
        seen.failures.lock().unwrap(),
    ));
    assert_eq!(*seen.failures.lock().unwrap(), [""; 0]);
    assert_eq!(asker.invited(&studio).await, count(&seen.mutations), "each that was acknowledged, and no other");
    assert!(count(&seen.reconnects) >= WATCHERS as u64, "each watcher was on one of the two");
    spawn_blocking(move || drop(topology)).await.unwrap();
}

/// Replaces both, so often.
async fn roll(topology: Topology, times: u64) -> Topology {
    let rolled = spawn_blocking(move || {
        for _ in 0..times {
            topology.signal("HUP");
            topology.says("replaced both");
        }
        topology
    });
    rolled.await.unwrap()
}

async fn ask(client: Client, seen: Arc<Seen>) {
    while seen.goes_on() {
        let told = client.ask(SESSIONS, json!({})).await;
        seen.queries.fetch_add(1, Ordering::Relaxed);
        if told.outcome() != "200 data" {
            seen.failed(format!("a query: {told:?}"));
        }
        sleep(Duration::from_millis(20)).await;
    }
}

async fn invite(client: Client, studio: String, place: usize, seen: Arc<Seen>) {
    for number in 0.. {
        if !seen.goes_on() {
            return;
        }
        let told = client.invite(&studio, &format!("guest-{place}-{number}")).await;
        seen.mutations.fetch_add(1, Ordering::Relaxed);
        if told.outcome() != "200 data" || !told.body["data"]["inviteMember"]["invitation"].is_object() {
            seen.failed(format!("a mutation: {told:?}"));
        }
        sleep(Duration::from_millis(50)).await;
    }
}

const WATCH: &str = "subscription ($id: ID!, $after: Long) {
    viewerCount(sessionId: $id, after: $after) { sequence previousSequence gap } }";

/// Watches, and comes back with what it had last when it is sent away.
async fn watch(url: String, token: String, session: String, seen: Arc<Seen>) {
    let mut last: Option<i64> = None;
    while seen.goes_on() {
        let mut stream = Stream::open(&url, Some(&token), WATCH, json!({ "id": session, "after": last })).await;
        while seen.goes_on() {
            match stream.data_or_close().await {
                Ok(event) => last = Some(follows(&event["viewerCount"], last, &seen)),
                Err(1012) => break,
                Err(code) => seen.failed(format!("a socket was closed with {code}")),
            }
        }
        seen.reconnects.fetch_add(u64::from(seen.goes_on()), Ordering::Relaxed);
    }
}

/// An event has to name the one that came before it.
fn follows(event: &Value, last: Option<i64>, seen: &Seen) -> i64 {
    seen.events.fetch_add(1, Ordering::Relaxed);
    let follows = last.is_none() || (event["previousSequence"].as_i64() == last && event["gap"] == false);
    if !follows {
        seen.failed(format!("after {last:?} came {event}"));
    }
    event["sequence"].as_i64().unwrap()
}

/// The first of six ports in a row that nobody has.
async fn free_ports() -> u16 {
    loop {
        let first = rand::random_range(20_000..30_000);
        let mut held = Vec::new();
        for port in first..first + 6 {
            held.extend(TcpListener::bind(("127.0.0.1", port)).await);
        }
        if held.len() == 6 {
            return first;
        }
    }
}

/// What `ops/demo.env` sets that signs and encrypts.
fn demo_secrets() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/demo.env")).unwrap();
    let set = text.lines().filter_map(|line| line.split_once('='));
    let secrets = set.filter(|(name, _)| ["TOKEN_SECRET", "CREDENTIAL_KEY"].contains(name));
    secrets.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
