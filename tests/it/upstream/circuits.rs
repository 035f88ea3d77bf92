//! Hosts that fail are left alone, and shops that hang hold nobody else up.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both, on_sqlite};

use super::{extensions, numbered, products, two_accounts};
use crate::support::{answer::code, eventually, world::World};

on_both!(a_circuit_opens_and_a_probe_closes_it);

/// How long an open circuit lets nothing through.
const REST: u64 = 5;

/// The account's promotions that have this number in their names: each number makes a call of its own, to a host that nothing else here
/// asks, so that nothing has succeeded there of late.
async fn promotions(world: &World, session_id: i64, number: usize) -> Value {
    let query = "query($id: ID!, $keyword: String) { liveSession(sessionId: $id) {
        sessionName shopeeAccount { promotionsToday(name: $keyword) { total } } } }";
    world.ask(query, numbered(session_id, number)).await
}

async fn fail(world: &World, session_id: i64, times: usize) -> Vec<Value> {
    let answers = join_all((0..times).map(|number| promotions(world, session_id, number))).await;
    assert!(answers.iter().all(|answer| code(answer) == "SHOPEE_UNREACHABLE"));
    answers
}

/// Asks until nothing is sent any more.
async fn open_circuit(world: &World, session_id: i64) -> Value {
    loop {
        let refused = fail(world, session_id, 30).await.pop().unwrap();
        if extensions(&refused).get("retryAfter").is_some() {
            return refused;
        }
    }
}

async fn a_circuit_opens_and_a_probe_closes_it(database: Database) {
    let world = World::start(&database).await;
    let (shopee, session_id) = (world.shopee(), world.on_air().session_id);
    shopee.inject(Fault::new(FaultKind::ServerError(500)).on("campaigns"));
    let refused = open_circuit(&world, session_id).await;
    assert!((1..=REST).contains(&extensions(&refused)["retryAfter"].as_u64().unwrap()), "{refused}");
    assert_eq!(extensions(&refused)["retryable"], true);
    assert!(
        refused["data"]["liveSession"]["sessionName"].is_string(),
        "what is stored answers all the same: {refused}"
    );

    shopee.reset_calls();
    let begun = Instant::now();
    eventually("a probe is sent", async || {
        fail(&world, session_id, 10).await;
        shopee.calls("campaigns") > 0
    })
    .await;
    let (sent, most) = (shopee.calls("campaigns"), 1 + begun.elapsed().as_secs() / REST);
    assert!(sent <= most, "{sent} probes, one each five seconds");

    shopee.clear_faults();
    shopee.reset_calls();
    eventually("the circuit closes", async || promotions(&world, session_id, 0).await.get("errors").is_none()).await;
    assert_eq!(shopee.calls("campaigns"), 1, "the probe was the first to be sent");
    assert!(promotions(&world, session_id, 1).await.get("errors").is_none());
    world.stop().await;
}

#[tokio::test]
async fn an_outage_is_not_made_worse() {
    on_sqlite(async |database: Database| {
        let world = World::start(&database).await;
        world.shopee().inject(Fault::new(FaultKind::ServerError(503)));
        let begun = Instant::now();
        fail(&world, world.on_air().session_id, 100).await;
        // On a machine so slow that twenty calls take longer than ten seconds, two are repeated in each ten all the same.
        let (sent, most) = (world.shopee().calls("campaigns"), 110 + begun.elapsed().as_secs() / 10 * 2);
        assert!(sent <= most, "{sent} requests for a hundred calls");
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_shop_that_hangs_holds_no_other_up() {
    on_sqlite(async |database: Database| {
        let world = two_accounts(&database).await;
        let accounts = world.shopee().accounts();
        let (slow, quick) = (&accounts[0], &accounts[1]);
        let session = |user_id| {
            let sessions = world.shopee().sessions();
            sessions.into_iter().find(|session| session.user_id == user_id).unwrap().session_id
        };
        world.shopee().inject(Fault::new(FaultKind::Hang).account(slow.user_id));
        let quick_ones = async {
            let mut longest = Duration::ZERO;
            for number in 0..20 {
                let begun = Instant::now();
                let answer = products(&world, session(quick.user_id), number).await;
                assert!(answer.get("errors").is_none(), "{answer}");
                longest = longest.max(begun.elapsed());
            }
            longest
        };
        let session_id = session(slow.user_id);
        let slow_ones = join_all((0..100).map(|number| products(&world, session_id, number)));
        let (slow_ones, longest) = tokio::join!(slow_ones, quick_ones);
        assert!(slow_ones.iter().all(|answer| code(answer) == "SHOPEE_UNREACHABLE"));
        assert!(longest < Duration::from_secs(2), "none waited until another was given up: {longest:?}");
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn money_is_not_sent_to_a_host_that_fails() {
    on_sqlite(async |database: Database| {
        let world = World::start(&database).await;
        world.shopee().inject(Fault::new(FaultKind::ServerError(500)).on("coin"));
        let query = "query($id: ID!) { liveSession(sessionId: $id) { id coins { claimed } } }";
        let mut answer = Value::Null;
        while answer.pointer("/errors/0/extensions/retryAfter").is_none() {
            answer = world.ask(query, json!({ "id": world.on_air().session_id.to_string() })).await;
        }
        let input = json!({
            "idempotencyKey": "left-alone", "liveSessionId": answer["data"]["liveSession"]["id"], "amount": 10, "recipients": 10,
        });
        let mutation = "mutation($input: GiveOutCoinsInput!) { giveOutCoins(input: $input) {
            coinGiveout { state refusal attempts } userErrors { code } } }";
        let given = world.data(mutation, json!({ "input": input })).await["giveOutCoins"].take();
        let expected = json!({ "state": "REFUSED", "refusal": "UNREACHABLE", "attempts": 0 });
        assert_eq!(given["coinGiveout"], expected, "{given}");
        assert_eq!(world.shopee().calls("coin_giveout"), 0);
        world.stop().await;
    })
    .await;
}
