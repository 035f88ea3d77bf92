//! How long a studio's live screen takes: in one operation, beside the slowest of its calls, which is its limit, and beside the same
//! calls one after another, as pages did that had a REST endpoint for each. Once with a Shopee that answers at once, and once with one
//! that takes 50 ms: what that adds is one call's time here and every call's there, however busy the machine is.
//!
//! `just bench-dashboard`. Ends within a minute, and fails if the two ways did not make the same calls.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and fails by panicking"
)]

#[path = "dashboard/one_by_one.rs"]
mod one_by_one;
#[expect(dead_code, reason = "tests can do more with it")]
#[path = "../tests/it/support/stream.rs"]
mod stream;
#[expect(dead_code, reason = "tests can do more with it")]
#[path = "../tests/it/support/world.rs"]
mod world;

use std::time::{Duration, Instant};

use live_gateway::serve::runtime;
use sandbox::{CallRecord, Fault, FaultKind};
use serde_json::json;
use testing::Database;

use self::world::{Start, World};

/// What a call takes at Shopee, beside its way there and back.
const AT_SHOPEE: [Duration; 2] = [Duration::ZERO, Duration::from_millis(50)];
const ROUNDS: usize = 20;
/// No round begins later.
const TIME: Duration = Duration::from_secs(40);
const PATIENCE: Duration = Duration::from_secs(30);

/// What one round took.
struct Round {
    one_operation: Duration,
    slowest_call: Duration,
    one_by_one: Duration,
    calls: usize,
}

fn main() {
    runtime().unwrap().block_on(testing::on_sqlite(measure));
}

/// For the world, which is that of the tests.
fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).build().unwrap()
}

async fn measure(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    let started = Instant::now();
    let mut rounds = [Vec::new(), Vec::new()];
    while rounds[0].len() < ROUNDS && started.elapsed() < TIME {
        for (delay, rounds) in AT_SHOPEE.into_iter().zip(&mut rounds) {
            world.shopee().clear_faults();
            world.shopee().inject(Fault::new(FaultKind::Delay(delay.as_millis() as u64)));
            rounds.push(round(&world, &database).await);
        }
    }
    report(&world, &rounds);
    world.stop().await;
}

/// Both ways, each through a gateway that has no answers of Shopee yet, and no connections to it.
async fn round(world: &World, database: &Database) -> Round {
    let (one_operation, in_one) = one_operation(world, database).await;
    let gateway = world.another_gateway(database, &[]).await;
    world.shopee().reset_calls();
    let single = one_by_one::ask(&gateway.app.shopee, world.shopee()).await;
    assert_eq!(made(&world.shopee().call_log()), made(&in_one), "both ways make the same calls");
    gateway.stop().await;
    let (slowest_call, one_by_one) = (*single.iter().max().unwrap(), single.iter().sum());
    Round { one_operation, slowest_call, one_by_one, calls: in_one.len() }
}

/// How long the screen takes in one operation, over HTTP, and the calls it made.
async fn one_operation(world: &World, database: &Database) -> (Duration, Vec<CallRecord>) {
    let (_, operation) = web::examples().iter().find(|(name, _)| name.ends_with("dashboard")).unwrap();
    let variables = json!({ "studioId": world.studio_id().await });
    let gateway = world.another_gateway(database, &[]).await;
    // Its first statement opens its database, which is no part of a screen.
    world.ask_of(&gateway, "{ viewer { email } }", json!({})).await;
    world.shopee().reset_calls();
    let started = Instant::now();
    let answer = world.ask_of(&gateway, operation, variables).await;
    let took = started.elapsed();
    assert!(answer.get("errors").is_none(), "{answer:#}");
    gateway.stop().await;
    (took, world.shopee().call_log())
}

/// What was asked, in an order that does not depend on when.
fn made(calls: &[CallRecord]) -> Vec<(&'static str, Option<i64>, Option<i64>, String)> {
    let asked = |call: &CallRecord| (call.call, call.user_id, call.session_id, call.query.clone());
    let mut made: Vec<_> = calls.iter().map(asked).collect();
    made.sort_unstable();
    made
}

fn report(world: &World, rounds: &[Vec<Round>; 2]) {
    let (count, calls, on_air) = (rounds[0].len(), rounds[0][0].calls, world.shopee().on_air().len());
    let [at_once, later] = AT_SHOPEE.map(|delay| format!("{} ms", delay.as_millis()));
    println!("A studio's live screen with {on_air} sessions on air; medians of {count} rounds, in milliseconds\n");
    println!("{:28} {:>6} {:>12} {:>12} {:>12}", "each call takes at Shopee", "calls", at_once, later, "which adds");
    line("one operation", calls, rounds, |round| round.one_operation);
    line("limit: the slowest call", 1, rounds, |round| round.slowest_call);
    line("one call after another", calls, rounds, |round| round.one_by_one);
}

fn line(name: &str, calls: usize, rounds: &[Vec<Round>; 2], part: fn(&Round) -> Duration) {
    let [at_once, later] = [&rounds[0], &rounds[1]].map(|rounds| median(rounds.iter().map(part).collect()));
    println!("{name:28} {calls:6} {at_once:12.1} {later:12.1} {:12.1}", later - at_once);
}

/// In milliseconds.
fn median(mut durations: Vec<Duration>) -> f64 {
    durations.sort_unstable();
    durations[durations.len() / 2].as_secs_f64() * 1000.0
}
