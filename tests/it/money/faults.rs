//! Every way in which a giveout can go wrong, with what is known in the end and what happened at Shopee.

use sandbox::{Fault, FaultKind};
use serde_json::json;
use testing::{Database, on_both};

use super::{assert_books, giveout, offers, refusals, room, settled, start_hurried};

on_both!(each_fault_has_one_outcome, what_cannot_be_seen_before_is_not_done);

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

async fn each_fault_has_one_outcome(database: Database) {
    let world = start_hurried(&database).await;
    let (session_id, session) = room(&database, &world).await;
    for (number, (kind, state, refusal, calls)) in (0..).zip(FAULTS) {
        let before = offers(world.shopee(), session_id).len();
        world.shopee().reset_calls();
        world.shopee().inject(Fault::new(kind.clone()).on("coin_giveout").times(1));
        let input = giveout(&session, &format!("fault-{number}"), 100 + number, 10 + number);
        let payload = settled(&world, "giveOutCoins", &input).await;
        world.shopee().clear_faults();
        let found = (&payload["coinGiveout"]["state"], &payload["coinGiveout"]["refusal"]);
        assert_eq!(found, (&json!(state), &json!(refusal)), "{kind:?}: {payload:#}");
        let codes = if refusal.is_some() { vec![("REFUSED", None)] } else { vec![] };
        assert_eq!(refusals(&payload), codes, "{kind:?}");
        assert_eq!(offers(world.shopee(), session_id).len() - before, usize::from(state == "DONE"), "{kind:?}");
        assert_eq!(world.shopee().calls("coin_giveout"), calls, "{kind:?}");
        assert_books(&database, &world, session_id).await;
    }
    world.stop().await;
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

fn start_of(session: &str, number: i64) -> serde_json::Value {
    json!({ "idempotencyKey": format!("start-{number}"), "liveSessionId": session, "amount": 10 })
}
