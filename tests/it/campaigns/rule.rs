//! The rule that pauses: off by default, once however many gateways there are, and never against a person.

use chrono::TimeDelta;
use live_gateway::campaign::look;
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{
    EVERY, amount, audited, bad_campaign, edits, ledger, look_by, minutes, now, pass, start, switch_on, update_rule,
};
use crate::support::world::OWNER;

on_both!(
    nothing_is_paused_unless_somebody_wants_it,
    two_gateways_pause_once,
    what_a_person_resumes_stays_so_for_the_day,
    a_refusal_may_pass,
    a_rule_outlives_who_switched_it_on,
);

async fn nothing_is_paused_unless_somebody_wants_it(database: Database) {
    let world = start(&database, 0).await;
    pass(&world, 8, minutes(30)).await;
    bad_campaign(&world);
    assert_eq!((edits(&world), ledger(&world).await), (vec![], vec![]));
    update_rule(&world, json!({ "pausesBelowReturn": "0.9", "isEnabled": false })).await;
    look_by(&world.gateway, &world).await;
    assert_eq!(edits(&world), []);
    world.stop().await;
}

async fn two_gateways_pause_once(database: Database) {
    let world = start(&database, 0).await;
    let other = world.another_gateway(&database, &[]).await;
    pass(&world, 4, minutes(30)).await;
    let bad = bad_campaign(&world);
    switch_on(&world).await;
    let at = now(&world);
    for _ in 0..3 {
        let (one, two) = tokio::join!(look::take(&world.gateway.app, at, EVERY), look::take(&other.app, at, EVERY));
        one.and(two).unwrap();
    }
    assert_eq!(edits(&world), [(bad.campaign_id, "pause")]);
    let found = ledger(&world).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let edit = &found[0];
    assert_eq!((&edit["action"], &edit["state"]), (&json!("PAUSE"), &json!("DONE")));
    assert_eq!((&edit["campaignId"], &edit["undoes"]), (&json!(bad.campaign_id.to_string()), &Value::Null));
    assert_eq!(edit["requestedBy"]["email"], OWNER, "in the name of who switched it on");
    assert_eq!(edit["rule"]["spent"]["amount"], amount(bad.spent_today));
    assert_eq!(edit["rule"]["sales"]["amount"], amount(bad.sales_today));
    assert_eq!(edit["rule"]["pausesBelowReturn"], "1");

    let written = audited(&database, "PROMOTION_PAUSED_BY_RULE").await;
    assert_eq!(written.len(), 1);
    assert_eq!((written[0].user_id, &written[0].remote_address), (None, &None), "nobody did it");
    let after: Value = serde_json::from_str(written[0].after.as_ref().unwrap()).unwrap();
    let numbers = json!({ "campaign": bad.campaign_id.to_string(), "spent": bad.spent_today, "sales": bad.sales_today,
        "pausesBelowMillionths": 1_000_000 });
    assert_eq!(after, numbers);
    for action in ["PROMOTION_EDIT_REQUESTED", "PROMOTION_EDIT_SETTLED"] {
        let written = audited(&database, action).await;
        assert_eq!(written.iter().map(|entry| entry.user_id).collect::<Vec<_>>(), [None], "{action}");
    }
    other.stop().await;
    world.stop().await;
}

async fn what_a_person_resumes_stays_so_for_the_day(database: Database) {
    let world = start(&database, 0).await;
    switch_on(&world).await;
    pass(&world, 4, minutes(30)).await;
    let paused = edits(&world)[0].0;
    let id = ledger(&world).await[0]["id"].clone();
    let undo = "mutation ($id: ID!) { undoPromotionEdit(input: { promotionEditId: $id, idempotencyKey: \"back\" }) {
        promotionEdit { state undoes { id } rule { spent { amount } } } promotion { state } userErrors { code } } }";
    let undone = world.data(undo, json!({ "id": id })).await["undoPromotionEdit"].take();
    assert_eq!((&undone["promotionEdit"]["state"], &undone["promotion"]["state"]), (&json!("DONE"), &json!("ONGOING")));
    assert_eq!((&undone["promotionEdit"]["undoes"]["id"], &undone["promotionEdit"]["rule"]), (&id, &Value::Null));
    pass(&world, 4, minutes(30)).await;
    let done = [(paused, "pause"), (paused, "resume")];
    assert_eq!(edits(&world), done);
    // The next day is another one.
    world.shopee().step(minutes(24 * 60 - 8 * 30));
    pass(&world, 8, minutes(30)).await;
    assert_eq!(edits(&world)[..3], [done[0], done[1], (paused, "pause")]);
    world.stop().await;
}

async fn a_refusal_may_pass(database: Database) {
    let world = start(&database, 0).await;
    pass(&world, 4, minutes(30)).await;
    let bad = bad_campaign(&world);
    switch_on(&world).await;
    world.shopee().inject(Fault::new(FaultKind::RiskControl { status: 403 }).on("edit_live_stream"));
    look_by(&world.gateway, &world).await;
    assert_eq!(edits(&world), []);
    world.shopee().clear_faults();
    look_by(&world.gateway, &world).await;
    assert_eq!(edits(&world), [(bad.campaign_id, "pause")]);
    let found: Vec<Value> = ledger(&world).await.iter().map(|edit| edit["refusal"].clone()).collect();
    assert_eq!(found, [json!("RISK_CONTROL"), Value::Null]);

    // What stays refused is not tried for ever.
    let world_ahead = TimeDelta::days(1).to_std().unwrap();
    let undo = "mutation ($input: EditPromotionInput!) { editPromotion(input: $input) { userErrors { code } } }";
    let input = json!({ "idempotencyKey": "again", "shopeeAccountId": super::account_id(&database).await,
        "campaignId": bad.campaign_id.to_string(), "action": "RESUME" });
    world.data(undo, json!({ "input": input })).await;
    world.shopee().step(world_ahead);
    world.shopee().inject(Fault::new(FaultKind::RiskControl { status: 403 }).on("edit_live_stream"));
    world.shopee().reset_calls();
    for _ in 0..8 {
        look_by(&world.gateway, &world).await;
    }
    assert_eq!(world.shopee().calls("edit_live_stream"), 5);
    world.shopee().clear_faults();
    world.stop().await;
}

async fn a_rule_outlives_who_switched_it_on(database: Database) {
    let world = start(&database, 0).await;
    pass(&world, 4, minutes(30)).await;
    let bad = bad_campaign(&world);
    switch_on(&world).await;
    world.leave(OWNER).await;
    look_by(&world.gateway, &world).await;
    assert_eq!(edits(&world), [(bad.campaign_id, "pause")]);
    world.stop().await;
}
