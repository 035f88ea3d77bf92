//! Gateways that share a Redis call Shopee no faster together than one alone may, and money comes through all the same.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use live_gateway::serve::Gateway;
use serde_json::{Value, json};
use testing::{Database, on_sqlite};

use super::{PRODUCTS, numbered};
use crate::support::{answer::code, client, eventually, redis::Redis, world::World};

const CALLS_PER_SECOND: u64 = 10;
const BURST: u64 = 5;

/// Gateways over one Redis, each of which may call so often.
async fn gateways(world: &World, database: &Database, redis: &Redis) -> [Gateway; 2] {
    let mut variables = redis.variables(60_000, 60_000);
    variables.extend([
        ("SHOPEE_CALLS_PER_SECOND", CALLS_PER_SECOND.to_string()),
        ("SHOPEE_CALL_BURST", BURST.to_string()),
        ("SHOPEE_TIMEOUT_MS", "8000".to_owned()),
    ]);
    let both = [world.another_gateway(database, &variables).await, world.another_gateway(database, &variables).await];
    for gateway in &both {
        shares(gateway).await;
    }
    both
}

async fn shares(gateway: &Gateway) {
    eventually("it shares", async || {
        let answer = client().get(format!("{}/readyz", gateway.url())).send().await.unwrap();
        answer.text().await.unwrap() == "ready\n"
    })
    .await;
}

/// As many reads of each gateway as can hardly get a turn; those that get none are told to come back.
async fn crowd(world: &World, gateways: &[Gateway; 2], first: usize) -> Duration {
    let (begun, session_id) = (Instant::now(), world.on_air().session_id);
    let of = |gateway, from: usize| {
        (from..from + 60).map(move |number| world.ask_of(gateway, PRODUCTS, numbered(session_id, number)))
    };
    let asked = of(&gateways[0], first).chain(of(&gateways[1], first + 60));
    for answer in join_all(asked).await {
        assert!(answer.get("errors").is_none() || code(&answer) == "SHOPEE_THROTTLED", "{answer}");
    }
    begun.elapsed()
}

/// How many calls one gateway alone may make in this time.
fn most_of_one(time: Duration) -> u64 {
    BURST + time.as_millis() as u64 * CALLS_PER_SECOND / 1000 + 1
}

async fn stop(world: World, gateways: [Gateway; 2]) {
    join_all(gateways.map(Gateway::stop)).await;
    world.stop().await;
}

#[tokio::test]
async fn two_gateways_keep_one_pace() {
    on_sqlite(async |database: Database| {
        let Some(redis) = Redis::start().await else { return };
        let world = World::start(&database).await;
        let gateways = gateways(&world, &database, &redis).await;
        let took = crowd(&world, &gateways, 0).await;
        let calls = world.shopee().calls("product_list");
        assert!((20..=most_of_one(took)).contains(&calls), "{calls} calls in {took:?}");
        stop(world, gateways).await;
    })
    .await;
}

#[tokio::test]
async fn money_comes_through_a_crowd_on_both() {
    on_sqlite(async |database: Database| {
        let Some(redis) = Redis::start().await else { return };
        let world = World::start(&database).await;
        let gateways = gateways(&world, &database, &redis).await;
        let query = "query($id: ID!) { liveSession(sessionId: $id) { id } }";
        let found = world.data(query, json!({ "id": world.on_air().session_id.to_string() })).await;
        let input = json!({
            "idempotencyKey": "in-a-crowd", "liveSessionId": found["liveSession"]["id"], "amount": 10, "recipients": 10,
        });
        let mutation = "mutation($input: GiveOutCoinsInput!) { giveOutCoins(input: $input) {
            coinGiveout { state refusal } userErrors { code } } }";
        let give = async {
            eventually("the crowd is there", async || world.shopee().calls("product_list") > BURST).await;
            world.ask_of(&gateways[1], mutation, json!({ "input": input })).await
        };
        let (_, given) = tokio::join!(crowd(&world, &gateways, 0), give);
        let expected = json!({ "state": "DONE", "refusal": Value::Null });
        assert_eq!(given["data"]["giveOutCoins"]["coinGiveout"], expected, "{given}");
        stop(world, gateways).await;
    })
    .await;
}

#[tokio::test]
async fn without_redis_each_keeps_its_own() {
    on_sqlite(async |database: Database| {
        let Some(mut redis) = Redis::start().await else { return };
        let world = World::start(&database).await;
        let gateways = gateways(&world, &database, &redis).await;
        redis.kill().await;
        let took = crowd(&world, &gateways, 0).await;
        let calls = world.shopee().calls("product_list");
        assert!((20..=2 * most_of_one(took)).contains(&calls), "{calls} calls in {took:?}");

        redis.start_again().await.unwrap();
        for gateway in &gateways {
            shares(gateway).await;
        }
        // What each had in its own queue is over by now.
        world.shopee().reset_calls();
        let took = crowd(&world, &gateways, 1_000).await;
        let calls = world.shopee().calls("product_list");
        assert!(calls <= most_of_one(took), "{calls} calls in {took:?}");
        stop(world, gateways).await;
    })
    .await;
}
