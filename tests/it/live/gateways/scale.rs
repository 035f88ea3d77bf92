//! Many sessions, many watchers, two gateways: what Shopee is asked.
//!
//! `WATCHED_SESSIONS` and `WATCHERS_EACH` make them more, `WATCHED_INTERVAL_MS` gives a slow machine the time for it.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use live_gateway::{
    serve::Gateway,
    session::sync::{Reach, sync_account},
};
use serde_json::json;
use testing::{Database, on_sqlite};
use tokio::time::{Duration, sleep};

use crate::support::{
    PATIENCE, eventually, from_environment,
    redis::Redis,
    stream::{Event, Stream},
    tell,
    world::{Start, World},
};

/// Subscriptions on one socket.
const ON_ONE_SOCKET: usize = 50;
const INTERVALS: u64 = 4;

#[tokio::test]
async fn each_session_is_asked_once_an_interval() {
    on_sqlite(asked_once).await;
}

async fn asked_once(database: Database) {
    let Some(redis) = Redis::start().await else { return };
    let (sessions, watchers) = (from_environment("WATCHED_SESSIONS", 8), from_environment("WATCHERS_EACH", 6));
    let interval = from_environment("WATCHED_INTERVAL_MS", 1_000);
    let world = World::start_with(&database, Start { accounts: 1, ..Start::default() }).await;
    let ids = begin(&world, sessions).await;
    let variables = redis.variables(5_000, interval);
    let gateways =
        [world.another_gateway(&database, &variables).await, world.another_gateway(&database, &variables).await];

    let heard = AtomicU64::new(0);
    let all: Vec<i64> = (0..watchers).flat_map(|_| ids.iter().copied()).collect();
    let crowd = join_all(
        all.chunks(ON_ONE_SOCKET).enumerate().map(|(number, ids)| listen(&world, &gateways[number % 2], ids, &heard)),
    );
    let counted = async {
        let everybody = all.len() as u64;
        let deadline = tokio::time::Instant::now() + PATIENCE * 10;
        while heard.load(Ordering::Relaxed) < everybody {
            assert!(
                tokio::time::Instant::now() < deadline,
                "{} of {everybody} have heard",
                heard.load(Ordering::Relaxed)
            );
            sleep(Duration::from_millis(50)).await;
        }
        // Those who came last have shifted nothing: polls go on in step.
        let before = world.shopee().calls("overview");
        sleep(Duration::from_millis(interval * INTERVALS)).await;
        world.shopee().calls("overview") - before
    };
    let asked = tokio::select! {
        asked = counted => asked,
        _ = crowd => unreachable!("the crowd stays"),
    };
    let polled = async || gateways.iter().map(|gateway| gateway.app.pollers.running()).sum::<usize>();
    eventually("nobody asks any more", async || polled().await == 0).await;
    let before = world.shopee().calls("overview");
    sleep(Duration::from_millis(2 * interval)).await;
    let after = world.shopee().calls("overview") - before;
    let per_interval = asked as f64 / INTERVALS as f64;
    tell(&format!(
        "{sessions} sessions x {watchers} watchers on two gateways: {per_interval} polls an interval of {interval} ms; after the last has left {after}"
    ));
    // An interval is up to a tenth shorter or longer.
    assert!(per_interval <= sessions as f64 * 1.12, "{per_interval}");
    assert!(per_interval >= sessions as f64 * 0.5, "{per_interval}");
    assert_eq!(after, 0);
    join_all(gateways.into_iter().map(Gateway::stop)).await;
    world.stop().await;
}

/// So many sessions on air, stored.
async fn begin(world: &World, sessions: u64) -> Vec<i64> {
    let account = world.first_account().user_id;
    let start = |number| world.shopee().start_session(account, format!("Live {number}")).unwrap();
    let ids: Vec<i64> = (0..sessions).map(start).collect();
    sync_account(&world.gateway.app, 1, Reach::All).await.unwrap();
    ids
}

/// Watches all of these on one socket, and goes on reading; counts the first event of each.
async fn listen(world: &World, gateway: &Gateway, ids: &[i64], heard: &AtomicU64) {
    let query = "subscription($id: ID!) { viewerCount(sessionId: $id) { sequence viewers } }";
    let of = |id: i64| json!({ "id": id.to_string() });
    let mut stream = Stream::open(&gateway.url(), Some(&world.token), query, of(ids[0])).await;
    for (number, id) in ids.iter().enumerate().skip(1) {
        stream.start(&(number + 1).to_string(), query, of(*id)).await;
    }
    let mut events = 0;
    loop {
        let event = stream.event().await;
        assert!(matches!(event, Event::Next(_)), "{event:?}");
        events += 1;
        if events <= ids.len() {
            heard.fetch_add(1, Ordering::Relaxed);
        }
    }
}
