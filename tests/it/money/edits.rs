//! Changing promotions: once for each key, whatever goes wrong on the way.

use std::time::Duration;

use entity::shopee_account;
use live_gateway::graphql::id::{GlobalId, Kind};
use sandbox::{CampaignView, Fault, FaultKind};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{refusals, start, start_hurried};
use crate::support::{PATIENCE, world::World};

on_both!(
    a_promotion_is_paused_resumed_and_stopped,
    a_budget_is_changed_within_its_limits,
    what_shows_late_is_pending_until_it_does,
    each_fault_has_one_outcome,
    the_same_key_is_the_same_change,
);

const EDIT: &str = "mutation ($input: EditPromotionInput!) {
    editPromotion(input: $input) {
        promotionEdit {
            id campaignId action dailyBudget { amount currencyCode } state refusal toCheck attempts settledAt
            shopeeAccount { region } requestedBy { email }
        }
        promotion { state dailyBudget { amount } }
        userErrors { code field message }
    }
}";

/// A campaign that runs, and the account that has it, as the schema names them.
struct Ad {
    account: String,
    campaign: CampaignView,
}

impl Ad {
    async fn of(database: &Database, world: &World) -> Self {
        let account = shopee_account::Entity::find().order_by_asc(shopee_account::Column::Id);
        let account = account.one(&database.connect().await).await.unwrap().unwrap();
        let user = world.first_account().user_id;
        let mut campaigns = world.shopee().campaigns().into_iter();
        let campaign = campaigns.find(|campaign| campaign.user_id == user && campaign.state == "ongoing").unwrap();
        Self { account: GlobalId::new(Kind::ShopeeAccount, account.id).encode().0, campaign }
    }

    fn input(&self, key: &str, action: &str) -> Value {
        json!({
            "idempotencyKey": key,
            "shopeeAccountId": self.account,
            "campaignId": self.campaign.campaign_id.to_string(),
            "action": action,
        })
    }

    /// With a budget in 1/100000 of the currency unit.
    fn budget(&self, key: &str, budget: i64) -> Value {
        let mut input = self.input(key, "CHANGE_BUDGET");
        let amount = rust_decimal::Decimal::new(budget, 5).to_string();
        input["dailyBudget"] = json!({ "amount": amount, "currencyCode": "IDR" });
        input
    }

    fn effects(&self, world: &World) -> Vec<&'static str> {
        let edits = world.shopee().edits().into_iter();
        edits.filter(|edit| edit.campaign_id == self.campaign.campaign_id).map(|edit| edit.kind).collect()
    }
}

async fn edit(world: &World, input: &Value) -> Value {
    world.data(EDIT, json!({ "input": input })).await["editPromotion"].take()
}

async fn settled(world: &World, input: &Value) -> Value {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            let payload = edit(world, input).await;
            if payload["promotionEdit"]["settledAt"].is_string() {
                return payload;
            }
        }
    });
    found.await.unwrap()
}

fn outcome(payload: &Value) -> (&Value, &Value) {
    (&payload["promotionEdit"]["state"], &payload["promotionEdit"]["refusal"])
}

async fn a_promotion_is_paused_resumed_and_stopped(database: Database) {
    let world = start(&database).await;
    world.shopee().set_edit_lag(Duration::ZERO);
    let ad = Ad::of(&database, &world).await;
    for (key, action, shown, refusal) in [
        ("1", "RESUME", "ONGOING", json!("ALREADY_SO")),
        ("2", "PAUSE", "PAUSED", Value::Null),
        ("3", "PAUSE", "PAUSED", json!("ALREADY_SO")),
        ("4", "RESUME", "ONGOING", Value::Null),
        ("5", "STOP", "ENDED", Value::Null),
        ("6", "RESUME", "ENDED", json!("CAMPAIGN_ENDED")),
    ] {
        let payload = edit(&world, &ad.input(key, action)).await;
        let state = if refusal.is_null() { "DONE" } else { "REFUSED" };
        assert_eq!(outcome(&payload), (&json!(state), &refusal), "{action}: {payload:#}");
        assert_eq!(payload["promotion"]["state"], shown, "{action}");
        assert_eq!(refusals(&payload).len(), usize::from(state == "REFUSED"));
    }
    assert_eq!(ad.effects(&world), ["pause", "resume", "stop"]);
    let log = "{ viewer { memberships { studio { promotionEdits(filter: { state: DONE }) { totalCount nodes { action } } } } } }";
    let found = world.data(log, json!({})).await["viewer"]["memberships"][0]["studio"]["promotionEdits"].take();
    assert_eq!(
        found,
        json!({ "totalCount": 3, "nodes": [{ "action": "STOP" }, { "action": "RESUME" }, { "action": "PAUSE" }] })
    );
    world.stop().await;
}

async fn a_budget_is_changed_within_its_limits(database: Database) {
    let world = start(&database).await;
    world.shopee().set_edit_lag(Duration::ZERO);
    let ad = Ad::of(&database, &world).await;
    let (now, step) = (ad.campaign.daily_budget, 1_000 * 100_000);
    for (number, (budget, refusal)) in (0..).zip([
        (now, json!("ALREADY_SO")),
        (step, json!("BUDGET_TOO_SMALL")),
        (200_000_000 * 100_000, json!("BUDGET_TOO_LARGE")),
        (now + step / 2, json!("BUDGET_NOT_A_STEP")),
        (now + step, Value::Null),
    ]) {
        world.shopee().reset_calls();
        let payload = edit(&world, &ad.budget(&number.to_string(), budget)).await;
        assert_eq!(payload["promotionEdit"]["refusal"], refusal, "{payload:#}");
        let about = |name: &str| name.starts_with("BUDGET").then_some("dailyBudget");
        let told = refusal.as_str().map(|name| ("REFUSED", about(name)));
        assert_eq!(refusals(&payload), Vec::from_iter(told), "{payload:#}");
        assert_eq!(world.shopee().calls("edit_live_stream"), u64::from(refusal.is_null()));
    }
    assert_eq!(world.shopee().campaign(ad.campaign.campaign_id).unwrap().daily_budget, now + step);
    for (input, field) in [
        (ad.input("a", "CHANGE_BUDGET"), "dailyBudget"),
        (ad.budget("b", 0), "dailyBudget"),
        (ad.input("", "PAUSE"), "idempotencyKey"),
    ] {
        assert_eq!(refusals(&edit(&world, &input).await), [("INVALID", Some(field))]);
    }
    world.stop().await;
}

async fn what_shows_late_is_pending_until_it_does(database: Database) {
    let world = start_hurried(&database).await;
    let ad = Ad::of(&database, &world).await;
    let payload = edit(&world, &ad.input("1", "PAUSE")).await;
    assert_eq!(outcome(&payload), (&json!("PENDING"), &Value::Null), "time stands still: {payload:#}");
    assert_eq!(payload["promotion"]["state"], "ONGOING");
    assert_eq!(refusals(&edit(&world, &ad.input("2", "STOP")).await), [("BUSY", None)]);
    world.shopee().step(Duration::from_secs(3));
    assert_eq!(outcome(&settled(&world, &ad.input("1", "PAUSE")).await), (&json!("DONE"), &Value::Null));
    assert_eq!(ad.effects(&world), ["pause"]);
    world.stop().await;
}

/// A fault of the one call that changes, what is known in the end, why nothing happened, and how often the call came.
const FAULTS: [(FaultKind, &str, Option<&str>, u64); 11] = [
    (FaultKind::Refused { code: 100_400 }, "REFUSED", Some("REFUSED_BY_SHOPEE"), 1),
    (FaultKind::RateLimited { retry_after: None }, "REFUSED", Some("THROTTLED"), 1),
    (FaultKind::RiskControl { status: 403 }, "REFUSED", Some("RISK_CONTROL"), 1),
    (FaultKind::Forbidden, "REFUSED", Some("NO_PERMISSION"), 1),
    (FaultKind::Hang, "DONE", None, 2),
    (FaultKind::ServerError(502), "DONE", None, 2),
    (FaultKind::HangAfterEffect, "DONE", None, 1),
    (FaultKind::ServerErrorAfterEffect(500), "DONE", None, 1),
    (FaultKind::CutBody, "DONE", None, 1),
    (FaultKind::Html, "DONE", None, 1),
    (FaultKind::WrongTypes, "DONE", None, 1),
];

async fn each_fault_has_one_outcome(database: Database) {
    let world = start_hurried(&database).await;
    world.shopee().set_edit_lag(Duration::ZERO);
    let ad = Ad::of(&database, &world).await;
    let mut paused = false;
    for (number, (kind, state, refusal, calls)) in FAULTS.into_iter().enumerate() {
        let before = ad.effects(&world).len();
        world.shopee().reset_calls();
        world.shopee().inject(Fault::new(kind.clone()).on("edit_live_stream").times(1));
        let action = if paused { "RESUME" } else { "PAUSE" };
        let payload = settled(&world, &ad.input(&format!("fault-{number}"), action)).await;
        world.shopee().clear_faults();
        assert_eq!(outcome(&payload), (&json!(state), &json!(refusal)), "{kind:?}: {payload:#}");
        assert_eq!(ad.effects(&world).len() - before, usize::from(state == "DONE"), "{kind:?}");
        assert_eq!(world.shopee().calls("edit_live_stream"), calls, "{kind:?}");
        paused ^= state == "DONE";
    }
    world.stop().await;
}

async fn the_same_key_is_the_same_change(database: Database) {
    let world = start(&database).await;
    world.shopee().set_edit_lag(Duration::ZERO);
    let ad = Ad::of(&database, &world).await;
    let first = edit(&world, &ad.input("1", "PAUSE")).await;
    let world = world.restarted(&database, |_| {}).await;
    assert_eq!(edit(&world, &ad.input("1", "PAUSE")).await["promotionEdit"], first["promotionEdit"]);
    assert_eq!(refusals(&edit(&world, &ad.input("1", "STOP")).await), [("KEY_REUSED", Some("idempotencyKey"))]);
    assert_eq!(ad.effects(&world), ["pause"]);
    world.stop().await;
}
