//! What a key stands for, and for how long.

use entity::membership::Role;
use futures_util::future::join_all;
use serde_json::json;
use testing::{Database, on_both};

use super::{assert_books, document, give, giveout, offers, refusals, room, start};
use crate::support::{answer::code, from_environment};

on_both!(
    the_same_key_is_the_same_giveout,
    another_input_is_refused,
    one_effect_from_two_gateways_at_once,
    an_input_that_makes_no_sense_is_told_field_by_field,
    everything_is_in_the_audit_log,
);

/// Rounds in which both gateways are asked at once, unless `KEY_ROUNDS` says otherwise.
const ROUNDS: u64 = 50;

async fn the_same_key_is_the_same_giveout(database: Database) {
    let world = start(&database).await;
    let (session_id, session) = room(&database, &world).await;
    let input = giveout(&session, "one", 100, 10);
    let first = give(&world, "giveOutCoins", &input).await;
    assert_eq!(first["coinGiveout"]["state"], "DONE", "{first:#}");
    let again = give(&world, "giveOutCoins", &input).await;
    assert_eq!(again, first);
    let world = world.restarted(&database, |_| {}).await;
    assert_eq!(give(&world, "giveOutCoins", &input).await, first);
    let other = json!({ "idempotencyKey": "two", "liveSessionId": session, "amount": 50 });
    let started = give(&world, "startCoins", &other).await;
    assert_eq!((&started["coinGiveout"]["kind"], &started["coinGiveout"]["state"]), (&json!("START"), &json!("DONE")));
    assert_eq!(offers(world.shopee(), session_id), [(100, 10), (50, 100)]);
    assert_books(&database, &world, session_id).await;
    world.stop().await;
}

async fn another_input_is_refused(database: Database) {
    let world = start(&database).await;
    let (session_id, session) = room(&database, &world).await;
    give(&world, "giveOutCoins", &giveout(&session, "one", 100, 10)).await;
    for (mutation, input) in [
        ("giveOutCoins", giveout(&session, "one", 101, 10)),
        ("giveOutCoins", giveout(&session, "one", 100, 11)),
        ("startCoins", json!({ "idempotencyKey": "one", "liveSessionId": session, "amount": 100 })),
    ] {
        let payload = give(&world, mutation, &input).await;
        assert_eq!(refusals(&payload), [("KEY_REUSED", Some("idempotencyKey"))]);
        assert_eq!(payload["coinGiveout"], json!(null));
    }
    assert_eq!(offers(world.shopee(), session_id), [(100, 10)]);
    world.stop().await;
}

async fn one_effect_from_two_gateways_at_once(database: Database) {
    let world = start(&database).await;
    let other = world.another_gateway(&database, &[]).await;
    let (session_id, session) = room(&database, &world).await;
    let urls = [world.gateway.url(), other.url()];
    let rounds = from_environment("KEY_ROUNDS", ROUNDS);
    for round in 0..rounds {
        let input = giveout(&session, &format!("round-{round}"), 1, 1 + round as i64);
        let body = json!({ "query": document("giveOutCoins"), "variables": { "input": input } });
        let sent = urls.each_ref().map(|url| {
            let client = crate::support::client();
            let request = client.post(format!("{url}/graphql")).bearer_auth(&world.token).json(&body);
            async move { request.send().await.unwrap().json::<serde_json::Value>().await.unwrap() }
        });
        let mut answers = join_all(sent).await;
        let payloads: Vec<_> = answers.iter_mut().map(|answer| answer["data"]["giveOutCoins"].take()).collect();
        assert_eq!(payloads[0]["coinGiveout"]["state"], "DONE", "{answers:?} {payloads:?}");
        assert_eq!(payloads[0], payloads[1]);
    }
    let expected: Vec<(u64, u64)> = (0..rounds).map(|round| (1, 1 + round)).collect();
    assert_eq!(offers(world.shopee(), session_id), expected);
    assert_eq!(world.shopee().calls("coin_giveout"), rounds);
    assert_books(&database, &world, session_id).await;
    other.stop().await;
    world.stop().await;
}

async fn an_input_that_makes_no_sense_is_told_field_by_field(database: Database) {
    let world = start(&database).await;
    let (session_id, session) = room(&database, &world).await;
    let payload = give(&world, "giveOutCoins", &giveout(&session, "a b", 0, -1)).await;
    let fields = ["idempotencyKey", "amount", "recipients"].map(|field| ("INVALID", Some(field)));
    assert_eq!(refusals(&payload), fields);
    let payload = give(&world, "giveOutCoins", &giveout(&session, "one", 10_000_001, 1_000_001)).await;
    assert_eq!(refusals(&payload), ["amount", "recipients"].map(|field| ("INVALID", Some(field))));
    assert_eq!(offers(world.shopee(), session_id), []);
    let analyst = world.token_with_role(Role::Analyst).await;
    let variables = json!({ "input": giveout(&session, "one", 1, 1) });
    let answer = world.ask_as(Some(&analyst), &document("giveOutCoins"), variables).await;
    assert_eq!(code(&answer), "FORBIDDEN");
    world.stop().await;
}

async fn everything_is_in_the_audit_log(database: Database) {
    let world = start(&database).await;
    let (_, session) = room(&database, &world).await;
    give(&world, "giveOutCoins", &giveout(&session, "one", 100, 10)).await;
    let log = "{ viewer { memberships { studio { auditLog(first: 2) {
        nodes { action actor { email } subjectKind before after } } } } } }";
    let log = world.data(log, json!({})).await["viewer"]["memberships"][0]["studio"]["auditLog"]["nodes"].take();
    let (settled, requested) = (&log[0], &log[1]);
    assert_eq!((&requested["action"], &settled["action"]), (&json!("COINS_REQUESTED"), &json!("COINS_SETTLED")));
    assert_eq!(requested["after"]["input"]["amount"], 100);
    assert_eq!(settled["before"], json!({ "state": "PENDING" }));
    assert_eq!(settled["after"], json!({ "state": "DONE", "refusal": null, "attempts": 1 }));
    for entry in [settled, requested] {
        assert_eq!(
            (&entry["actor"]["email"], &entry["subjectKind"]),
            (&json!("owner@first.example"), &json!("CoinGiveout"))
        );
    }
    world.stop().await;
}
