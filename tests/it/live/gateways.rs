//! Several gateways that share a Redis: one poll for all of them, and no gap that nobody is told of.

mod fleet;
mod held_up;
mod killed;
mod reconnecting;
mod scale;

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use testing::{Database, on_both, on_sqlite};
use tokio::time::{Duration, Instant};

use self::fleet::{Fleet, INTERVAL, sequence};
use super::told;
use crate::support::{client, eventually, stream::Stream, world::World};

on_both!(two_gateways_ask_once);

/// Longer than any test runs: who takes over before that was given the lease.
const NEVER: u64 = 60_000;

/// Reads on to the event at this place at least.
async fn reach(stream: &mut Stream, place: i64) -> Value {
    stream.until("the others are as far", |event| sequence(event) >= place).await
}

/// Reads so many events, each of which has to follow the one before.
async fn follow(stream: &mut Stream, mut last: i64, events: usize) -> i64 {
    for _ in 0..events {
        let event = stream.data().await;
        assert_eq!((&told(&event)["gap"], &told(&event)["previousSequence"]), (&json!(false), &json!(last)), "{event}");
        last = sequence(&event);
    }
    last
}

async fn two_gateways_ask_once(database: Database) {
    let Some(fleet) = Fleet::start(&database, NEVER).await else { return };
    let (a, b) = (fleet.gateway().await, fleet.gateway().await);
    let (mut one, mut other) = (fleet.watch(&a, None).await, fleet.watch(&b, None).await);
    let first = sequence(&one.data().await);
    let mut last = reach(&mut other, first).await;
    fleet.world.shopee().reset_calls();
    let begin = Instant::now();
    for _ in 0..10 {
        last = other.data().await;
    }
    let (asked, passed) = (fleet.world.shopee().calls("overview"), begin.elapsed());
    let intervals = passed.as_millis() as u64 / (INTERVAL * 9 / 10);
    assert!((8..=intervals + 1).contains(&asked), "{asked} calls in {passed:?}");
    assert_eq!(reach(&mut one, sequence(&last)).await, last, "both see the same");
    drop((one, other));
    eventually("nobody asks any more", async || a.app.pollers.running() + b.app.pollers.running() == 0).await;
    fleet.stop([a, b]).await;
}

#[tokio::test]
async fn a_gateway_that_stops_hands_over() {
    on_sqlite(async |database: Database| {
        let Some(fleet) = Fleet::start(&database, NEVER).await else { return };
        let (holder, heir) = (fleet.gateway().await, fleet.gateway().await);
        let mut leaves = fleet.watch(&holder, None).await;
        let last = sequence(&leaves.data().await);
        let mut stays = fleet.watch(&heir, Some(last)).await;
        let last = follow(&mut stays, last, 3).await;
        holder.stop().await;
        follow(&mut stays, last, 5).await;
        drop((leaves, stays));
        fleet.stop([heir]).await;
    })
    .await;
}

#[tokio::test]
async fn the_last_watcher_of_a_gateway_leaves_its_turn_to_the_others() {
    on_sqlite(async |database: Database| {
        let Some(fleet) = Fleet::start(&database, NEVER).await else { return };
        let (holder, heir) = (fleet.gateway().await, fleet.gateway().await);
        let mut leaves = fleet.watch(&holder, None).await;
        let last = sequence(&leaves.data().await);
        let mut stays = fleet.watch(&heir, Some(last)).await;
        let last = follow(&mut stays, last, 2).await;
        drop(leaves);
        follow(&mut stays, last, 5).await;
        drop(stays);
        fleet.stop([holder, heir]).await;
    })
    .await;
}

#[tokio::test]
async fn a_stream_goes_on_through_a_rolling_restart() {
    on_sqlite(async |database: Database| {
        let Some(fleet) = Fleet::start(&database, NEVER).await else { return };
        let mut gateway = fleet.gateway().await;
        let mut stream = fleet.watch(&gateway, None).await;
        let mut last = sequence(&stream.data().await);
        for _ in 0..3 {
            last = follow(&mut stream, last, 2).await;
            drop(stream);
            let next = fleet.gateway().await;
            gateway.stop().await;
            gateway = next;
            // Nobody has watched on this one before, and nothing was asked meanwhile.
            stream = fleet.watch(&gateway, Some(last)).await;
        }
        follow(&mut stream, last, 2).await;
        drop(stream);
        fleet.stop([gateway]).await;
    })
    .await;
}

#[tokio::test]
async fn watchers_notice_nothing_while_redis_is_away() {
    on_sqlite(async |database: Database| {
        let Some(mut fleet) = Fleet::start(&database, NEVER).await else { return };
        let (a, b) = (fleet.gateway().await, fleet.gateway().await);
        let mut streams = [fleet.watch(&a, None).await, fleet.watch(&b, None).await];
        for round in 0..2 {
            everybody_sees(&fleet, &mut streams, 100 * round + 1).await;
            fleet.redis.kill().await;
            for number in 2..5 {
                everybody_sees(&fleet, &mut streams, 100 * round + number).await;
            }
            fleet.redis.start_again().await.unwrap();
            eventually("one asks for both", async || asked_during_ten_intervals(&fleet).await <= 13).await;
            everybody_sees(&fleet, &mut streams, 100 * round + 5).await;
        }
        drop(streams);
        fleet.stop([a, b]).await;
    })
    .await;
}

#[tokio::test]
async fn a_gateway_without_its_redis_is_ready_and_says_so() {
    on_sqlite(async |database: Database| {
        let Some(mut fleet) = Fleet::start(&database, NEVER).await else { return };
        let gateway = fleet.gateway().await;
        let says = async |expected: &str| {
            let answer = client().get(format!("{}/readyz", gateway.url())).send().await.unwrap();
            assert_eq!(answer.status(), 200, "it works without");
            answer.text().await.unwrap() == expected
        };
        eventually("it shares", async || says("ready\n").await).await;
        fleet.redis.kill().await;
        let away = "ready; Redis is away: this instance polls for itself\n";
        eventually("it says that Redis is away", async || says(away).await).await;
        fleet.redis.start_again().await.unwrap();
        eventually("it shares again", async || says("ready\n").await).await;
        fleet.stop([gateway]).await;
    })
    .await;
}

#[tokio::test]
async fn redis_may_forget_everything() {
    on_sqlite(async |database: Database| {
        let Some(fleet) = Fleet::start(&database, NEVER).await else { return };
        let (a, b) = (fleet.gateway().await, fleet.gateway().await);
        let mut streams = [fleet.watch(&a, None).await, fleet.watch(&b, None).await];
        for round in 1..4 {
            everybody_sees(&fleet, &mut streams, round).await;
            fleet.redis.forget_all().await;
        }
        everybody_sees(&fleet, &mut streams, 10).await;
        assert!(asked_during_ten_intervals(&fleet).await <= 13, "one asks for both");
        drop(streams);
        fleet.stop([a, b]).await;
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_says_nothing_holds_nobody_up() {
    on_sqlite(async |database: Database| {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        // Connections are accepted by the system, and nobody answers on them.
        let world = World::start(&database).await;
        let session_id = world.on_air().session_id;
        for scheme in ["redis", "rediss"] {
            let variables = [("REDIS_URL", format!("{scheme}://{address}"))];
            let gateway = world.another_gateway(&database, &variables).await;
            let mut stream = fleet::watch(&gateway.url(), &world.token, session_id, None).await;
            for viewers in [7, 9] {
                world.shopee().set_viewers(session_id, viewers).unwrap();
                stream.until("the new count", |event| told(event)["viewers"] == viewers).await;
            }
            drop(stream);
            gateway.stop().await;
        }
        world.stop().await;
    })
    .await;
}

/// A new count comes to everybody, nothing is called old, and no event stands before one that was seen.
async fn everybody_sees(fleet: &Fleet, streams: &mut [Stream], viewers: u64) {
    fleet.world.shopee().set_viewers(fleet.session_id(), viewers).unwrap();
    for stream in streams {
        let last = AtomicI64::new(0);
        let is_new = |event: &Value| {
            assert!(told(event)["staleSince"].is_null() && sequence(event) > last.load(Ordering::Relaxed), "{event}");
            last.store(sequence(event), Ordering::Relaxed);
            told(event)["viewers"] == viewers
        };
        stream.until("the new count", is_new).await;
    }
}

async fn asked_during_ten_intervals(fleet: &Fleet) -> u64 {
    let before = fleet.world.shopee().calls("overview");
    tokio::time::sleep(Duration::from_millis(INTERVAL * 10)).await;
    fleet.world.shopee().calls("overview") - before
}
