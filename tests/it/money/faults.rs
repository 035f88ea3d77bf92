//! Every way in which giving coins can go wrong, with what is known in the end and what happened at Shopee.

use entity::shopee_account;
use live_gateway::graphql::id::{GlobalId, Kind};
use sandbox::{Fault, FaultKind};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{assert_books, giveout, offers, refusals, room, settled, start_hurried};
use crate::support::world::World;

on_both!(
    each_fault_of_a_giveout_has_one_outcome,
    each_fault_of_a_start_has_one_outcome,
    what_cannot_be_seen_before_is_not_done,
);

/// A fault of the one call that gives, what is known in the end, why nothing happened, and how often the call came.
const FAULTS: [(FaultKind, &str, Option<&str>, u64); 14] = [
    (FaultKind::Refused { code: 3_000_104 }, "REFUSED", Some("REFUSED_BY_SHOPEE"), 1),
    (FaultKind::NotLiving, "REFUSED", Some("REFUSED_BY_SHOPEE"), 1),
    (FaultKind::RateLimited { retry_after: Some(1) }, "REFUSED", Some("THROTTLED"), 1),
    (FaultKind::RiskControl { status: 403 }, "REFUSED", Some("RISK_CONTROL"), 1),
    (FaultKind::RiskControl { status: 200 }, "REFUSED", Some("RISK_CONTROL"), 1),
    (FaultKind::Forbidden, "REFUSED", Some("NO_PERMISSION"), 1),
    // Nothing happened, and no answer says so: it is made again once that is certain.
    (FaultKind::Hang, "DONE", None, 2),
    (FaultKind::ServerError(502), "DONE", None, 2),
    // It happened, and no answer says so: what Shopee shows does.
    (FaultKind::HangAfterEffect, "DONE", None, 1),
    (FaultKind::ServerErrorAfterEffect(500), "DONE", None, 1),
    (FaultKind::CutBody, "DONE", None, 1),
    (FaultKind::Html, "DONE", None, 1),
    (FaultKind::InvalidUtf8, "DONE", None, 1),
    (FaultKind::WrongTypes, "DONE", None, 1),
];

async fn each_fault_of_a_giveout_has_one_outcome(database: Database) {
    let world = start_hurried(&database).await;
    let (session_id, session) = room(&database, &world).await;
    for (number, fault) in (0..).zip(FAULTS) {
        let input = giveout(&session, &format!("fault-{number}"), 100 + number, 10 + number);
        assert_outcome(&world, ("giveOutCoins", "coin_giveout"), session_id, &input, fault).await;
        assert_books(&database, &world, session_id).await;
    }
    world.stop().await;
}

/// Each in a session of its own: while viewers still claim a round, Shopee starts no other.
async fn each_fault_of_a_start_has_one_outcome(database: Database) {
    let world = start_hurried(&database).await;
    for (number, fault) in (0..).zip(FAULTS) {
        let (session_id, session) = another_session(&database, &world, number).await;
        let input = start_of(&session, number);
        assert_outcome(&world, ("startCoins", "coin_start"), session_id, &input, fault).await;
        assert_books(&database, &world, session_id).await;
    }
    world.stop().await;
}

/// A mutation whose call fails once is settled as the table says, and happened exactly if it says so.
async fn assert_outcome(
    world: &World,
    (mutation, call): (&str, &str),
    session_id: i64,
    input: &Value,
    (kind, state, refusal, calls): (FaultKind, &str, Option<&str>, u64),
) {
    let before = offers(world.shopee(), session_id).len();
    world.shopee().reset_calls();
    world.shopee().inject(Fault::new(kind.clone()).on(call).times(1));
    let payload = settled(world, mutation, input).await;
    world.shopee().clear_faults();
    let found = (&payload["coinGiveout"]["state"], &payload["coinGiveout"]["refusal"]);
    assert_eq!(found, (&json!(state), &json!(refusal)), "{kind:?}: {payload:#}");
    let codes = if refusal.is_some() { vec![("REFUSED", None)] } else { vec![] };
    assert_eq!(refusals(&payload), codes, "{kind:?}");
    assert_eq!(offers(world.shopee(), session_id).len() - before, usize::from(state == "DONE"), "{kind:?}");
    assert_eq!(world.shopee().calls(call), calls, "{kind:?}");
}

/// One more session on air, as Shopee names it and as the schema does.
async fn another_session(database: &Database, world: &World, number: i64) -> (i64, String) {
    let session_id = world.shopee().start_session(world.first_account().user_id, format!("Live {number}")).unwrap();
    let account = shopee_account::Entity::find().one(&database.connect().await).await.unwrap().unwrap();
    let account = GlobalId::new(Kind::ShopeeAccount, account.id).encode();
    let input = json!({ "shopeeAccountId": account, "sessionId": session_id.to_string() });
    let create =
        "mutation ($input: CreateLiveSessionInput!) { createLiveSession(input: $input) { liveSession { id } } }";
    let made = world.data(create, json!({ "input": input })).await;
    (session_id, made["createLiveSession"]["liveSession"]["id"].as_str().unwrap().to_owned())
}

async fn what_cannot_be_seen_before_is_not_done(database: Database) {
    let world = start_hurried(&database).await;
    let (session_id, session) = room(&database, &world).await;
    for (number, (kind, refusal)) in (0..).zip([
        (FaultKind::ServerError(500), "UNREACHABLE"),
        (FaultKind::Html, "GARBLED"),
        (FaultKind::RiskControl { status: 403 }, "RISK_CONTROL"),
        (FaultKind::Expired, "SIGNED_OUT"),
    ]) {
        world.shopee().inject(Fault::new(kind.clone()).on("coin_reward_info"));
        let payload = settled(&world, "startCoins", &start_of(&session, number)).await;
        world.shopee().clear_faults();
        assert_eq!(payload["coinGiveout"]["refusal"], refusal, "{kind:?}: {payload:#}");
    }
    assert_eq!(offers(world.shopee(), session_id), []);
    assert_eq!(world.shopee().calls("coin_start"), 0);
    world.stop().await;
}

fn start_of(session: &str, number: i64) -> Value {
    json!({ "idempotencyKey": format!("start-{number}"), "liveSessionId": session, "amount": 10 })
}
