//! Something that the gateway needs is away for a while: what clients see meanwhile, and that all comes back by itself.
//!
//! `OUTAGE_SECONDS` makes the long ones longer.

use std::{path::Path, process::Command, time::Duration};

use sandbox::{Options, Sandbox};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use serde_json::{Value, json};
use testing::{Database, on_both, on_postgres};
use tokio::{
    task::{JoinSet, block_in_place},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{Client, SESSIONS, Told, counted, longest};
use crate::support::{
    eventually, from_environment, left_out,
    postgres::Postgres,
    stream::Stream,
    tell,
    world::{Start, World},
};

on_both!(shopee_is_away_and_comes_back);

const SIGN_IN: &str = r#"mutation {
    signIn(input: { email: "nobody@studio.example", password: "not a password of anybody" }) { userErrors { code } } }"#;

fn viewer_count(world: &World) -> String {
    let session = world.on_air().session_id;
    format!(r#"subscription {{ viewerCount(sessionId: "{session}") {{ viewers staleSince }} }}"#)
}

fn owner(world: &World) -> Client {
    Client::new(world.gateway.url(), Some(&world.token))
}

fn is_stale(event: &Value) -> bool {
    !event["viewerCount"]["staleSince"].is_null()
}

/// Asks all the time, as several clients would, until told to stop.
struct Load(JoinSet<Vec<Told>>, CancellationToken);

impl Load {
    fn start(client: &Client) -> Self {
        let (mut clients, over) = (JoinSet::new(), CancellationToken::new());
        for _ in 0..6 {
            let (client, over) = (client.clone(), over.clone());
            clients.spawn(async move {
                let mut told = Vec::new();
                while !over.is_cancelled() {
                    told.push(client.ask(SESSIONS, json!({})).await);
                    sleep(Duration::from_millis(5)).await;
                }
                told
            });
        }
        Self(clients, over)
    }

    async fn stop(self) -> Vec<Told> {
        self.1.cancel();
        self.0.join_all().await.into_iter().flatten().collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_restarts_costs_time_and_no_answer() {
    let Some(postgres) = Postgres::start().await else { return };
    let world = World::start(&Database { url: postgres.url() }).await;
    let mut stream = world.subscribe(&viewer_count(&world)).await;
    stream.data().await;
    let (client, studio) = (owner(&world), world.studio_id().await);
    let (load, over) = (Load::start(&client), CancellationToken::new());
    let changes = tokio::spawn(invite(client.clone(), studio.clone(), over.clone()));
    sleep(Duration::from_millis(300)).await;
    for _ in 0..3 {
        block_in_place(|| {
            postgres.stop();
            postgres.start_again();
        });
        sleep(Duration::from_millis(300)).await;
    }
    let told = load.stop().await;
    over.cancel();
    let (changed, stored) = (changes.await.unwrap(), client.invited(&studio).await);
    tell(&format!(
        "three restarts of PostgreSQL: queries {:?}, the longest took {:?}; mutations {:?}, the longest took {:?}",
        counted(&told),
        longest(&told),
        counted(&changed),
        longest(&changed)
    ));
    assert_eq!(counted(&told).into_keys().collect::<Vec<_>>(), ["200 data"]);
    let expected = ["200 data", "200 DATABASE_UNAVAILABLE"];
    assert!(counted(&changed).keys().all(|outcome| expected.contains(&outcome.as_str())), "{changed:?}");
    let acknowledged = changed.iter().filter(|told| told.outcome() == "200 data").count() as u64;
    assert!((acknowledged..=changed.len() as u64).contains(&stored), "{acknowledged} acknowledged, {stored} stored");
    stream.until("the numbers are new again", |event| !is_stale(event)).await;
    drop(stream);
    world.stop().await;
}

/// Changes something all the time, until told to stop.
async fn invite(client: Client, studio: String, over: CancellationToken) -> Vec<Told> {
    let mut told = Vec::new();
    while !over.is_cancelled() {
        told.push(client.invite(&studio, &format!("guest-{}", told.len())).await);
        sleep(Duration::from_millis(5)).await;
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_is_told_and_comes_back() {
    let Some(postgres) = Postgres::start().await else { return };
    let world = World::start(&Database { url: postgres.url() }).await;
    let (client, nobody) = (owner(&world), Client::new(world.gateway.url(), None));
    let mut stream = world.subscribe(&viewer_count(&world)).await;
    stream.data().await;
    postgres.stop();
    eventually("not ready", async || client.status("/readyz").await == 503).await;
    assert_eq!(client.status("/livez").await, 200, "a restart would not help");

    let told = client.ask(SESSIONS, json!({})).await;
    assert_eq!((told.outcome().as_str(), told.retry_after.as_deref()), ("503 UNAVAILABLE", Some("1")), "{told:?}");
    let told = nobody.ask(SIGN_IN, json!({})).await;
    assert_eq!(told.outcome(), "200 DATABASE_UNAVAILABLE", "{told:?}");
    let error = &told.body["errors"][0];
    assert_eq!((&error["extensions"]["retryable"], &error["extensions"]["retryAfter"]), (&json!(true), &json!(2)));
    let words = told.body.to_string();
    assert!(!["pool", "onnect", "127.0.0.1", "sql"].iter().any(|inside| words.contains(inside)), "{words}");
    stream.until("the numbers grow old", is_stale).await;

    // Sockets go on without the database for a minute, some of which has passed.
    stream.read_on(Duration::from_secs(from_environment("OUTAGE_SECONDS", 0).min(40))).await;
    postgres.start_again();
    eventually("ready again", async || client.status("/readyz").await == 200).await;
    assert_eq!(client.ask(SESSIONS, json!({})).await.outcome(), "200 data");
    stream.until("the numbers are new again", |event| !is_stale(event)).await;
    drop(stream);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_without_a_connection_to_spare_is_told_and_comes_back() {
    on_postgres(|database: Database| async move {
        let variables = vec![("DATABASE_CONNECTIONS", "2".to_owned()), ("OPERATION_TIMEOUT_MS", "7000".to_owned())];
        let world = World::start_with(&database, Start { accounts: 1, variables }).await;
        let client = owner(&world);
        let connection = database.connect().await;
        let lock = connection.begin().await.unwrap();
        lock.execute_unprepared("LOCK TABLE live_sessions IN ACCESS EXCLUSIVE MODE").await.unwrap();
        let mut clients = JoinSet::new();
        for _ in 0..8 {
            let client = client.clone();
            clients.spawn(async move { client.ask(SESSIONS, json!({})).await });
        }
        let told = clients.join_all().await;
        tell(&format!("no connection to spare: {:?}, the longest answer took {:?}", counted(&told), longest(&told)));
        let expected = ["200 DATABASE_UNAVAILABLE", "503 UNAVAILABLE", "504 DEADLINE_EXCEEDED"];
        for told in &told {
            assert!(expected.contains(&told.outcome().as_str()), "{told:?}");
        }
        lock.rollback().await.unwrap();
        eventually("all is well", async || client.ask(SESSIONS, json!({})).await.outcome() == "200 data").await;
        eventually("ready again", async || client.status("/readyz").await == 200).await;
        connection.close().await.unwrap();
        world.stop().await;
    })
    .await;
}

/// A file system of a few megabytes, gone with the test.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "none"]).arg(folder.path()).output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            return Some(Self(folder));
        }
        left_out("nobody here may mount a disk that is soon full");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(self.path()).status());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_what_was_stored_is_read_on() {
    let Some(disk) = SmallDisk::new() else { return };
    let url = format!("sqlite://{}/live.db?mode=rwc", disk.path().display());
    let world = World::start(&Database { url }).await;
    let (client, studio) = (owner(&world), world.studio_id().await);
    let mut stream = world.subscribe(&viewer_count(&world)).await;
    let ballast = disk.path().join("ballast");
    // Writes as much as there is room for, and fails at the end.
    assert!(std::fs::write(&ballast, vec![0; 16 << 20]).is_err());
    let mut stored = 0;
    let full = loop {
        assert!(stored < 2_000, "it is never full");
        let told = client.invite(&studio, &format!("guest-{stored}")).await;
        if told.outcome() != "200 data" {
            break told;
        }
        stored += 1;
    };
    assert_eq!(full.outcome(), "200 DATABASE_UNAVAILABLE", "{full:?}");
    assert!(!full.body.to_string().contains("disk"), "{full:?}");
    assert_eq!(client.ask(SESSIONS, json!({})).await.outcome(), "200 data", "what is stored is read on");
    assert_eq!(client.status("/readyz").await, 200);
    assert!(!is_stale(&stream.data().await), "live numbers go on");

    std::fs::remove_file(&ballast).unwrap();
    assert_eq!(client.invite(&studio, "the-next").await.outcome(), "200 data");
    assert_eq!(client.invited(&studio).await, stored + 1, "what was acknowledged, and nothing else");
    drop(stream);
    world.stop().await;
}

async fn shopee_is_away_and_comes_back(database: Database) {
    let began = chrono::DateTime::from_timestamp(1_790_000_000, 0);
    let world = World::start_at(&database, Start { accounts: 1, ..Start::default() }, began).await;
    let (client, session) = (owner(&world), world.on_air().session_id.to_string());
    let stream = world.subscribe(&viewer_count(&world)).await;
    let World { gateway, sandbox, .. } = world;
    let options = Options { frozen: true, seed: 7, starts_at: began, listen: sandbox.address(), ..Options::default() };
    sandbox.stop().await;
    let stream = while_shopee_is_away(&client, stream, &session).await;

    let sandbox = Sandbox::start(options).await.unwrap();
    let mut stream = stream;
    stream.until("the numbers are new again", |event| !is_stale(event)).await;
    let query = "query ($id: ID!) { liveSession(sessionId: $id) { sessionName overview { currentViewers } } }";
    let told = client.ask(query, json!({ "id": session })).await;
    assert!(told.body["data"]["liveSession"]["overview"].is_object(), "{told:?}");
    drop(stream);
    gateway.stop().await;
    sandbox.stop().await;
}

async fn while_shopee_is_away(client: &Client, mut stream: Stream, session: &str) -> Stream {
    stream.until("the numbers grow old", is_stale).await;
    let query = "query ($id: ID!) { liveSession(sessionId: $id) { sessionName overview { currentViewers } } }";
    let told = client.ask(query, json!({ "id": session })).await;
    assert_eq!(told.outcome(), "200 SHOPEE_UNREACHABLE", "{told:?}");
    assert_eq!(told.body["errors"][0]["extensions"]["retryable"], true);
    assert!(told.body["data"]["liveSession"]["sessionName"].is_string(), "what is stored answers: {told:?}");
    assert_eq!(client.status("/readyz").await, 200, "others need the gateway all the same");
    stream.read_on(Duration::from_secs(from_environment("OUTAGE_SECONDS", 0))).await;
    stream
}
