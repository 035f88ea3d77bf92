//! How promotions do, what to do about them, and a rule that does it: against what Shopee itself knows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod dry_run;
mod judged;
mod looks;
mod rule;
mod settings;
mod undo;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use entity::{audit_entry, shopee_account};
use live_gateway::{
    campaign::look,
    clock::Clock,
    graphql::id::{GlobalId, Kind},
    serve::Gateway,
};
use sandbox::CampaignView;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};
use testing::Database;

use crate::support::world::{Start, World};

/// Looks come so often that none has to wait for the one before.
const EVERY: Duration = Duration::ZERO;

/// A world with one account whose Shopee stands at the midnight of its region, so many days ago. Changes show at once.
async fn start(database: &Database, days_ago: i64) -> World {
    let day = Clock.now().with_timezone(&chrono_tz::Asia::Jakarta).date_naive() - TimeDelta::days(days_ago);
    let midnight = chrono_tz::Asia::Jakarta.from_local_datetime(&day.and_hms_opt(0, 0, 0).unwrap()).unwrap().to_utc();
    let world = World::start_at(database, Start { accounts: 1, ..Start::default() }, Some(midnight)).await;
    world.shopee().set_edit_lag(Duration::ZERO);
    world
}

fn now(world: &World) -> DateTime<Utc> {
    world.shopee().clock().now
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// One look of a gateway at the moment at which Shopee stands.
async fn look_by(gateway: &Gateway, world: &World) {
    look::take(&gateway.app, now(world), EVERY).await.unwrap();
}

/// Lets time pass in steps, with a look after each.
async fn pass(world: &World, steps: usize, step: Duration) {
    for _ in 0..steps {
        world.shopee().step(step);
        look_by(&world.gateway, world).await;
    }
}

/// The account's campaigns as they are.
fn campaigns(world: &World) -> Vec<CampaignView> {
    let user = world.first_account().user_id;
    world.shopee().campaigns().into_iter().filter(|campaign| campaign.user_id == user).collect()
}

/// What was done to each campaign, the oldest first.
fn edits(world: &World) -> Vec<(i64, &'static str)> {
    world.shopee().edits().iter().map(|edit| (edit.campaign_id, edit.kind)).collect()
}

/// The campaign that costs much and brings little: the rule pauses it.
fn bad_campaign(world: &World) -> CampaignView {
    let found = campaigns(world).into_iter().find(|campaign| {
        campaign.state == "ongoing" && campaign.spent_today > 0 && campaign.sales_today < campaign.spent_today
    });
    found.unwrap_or_else(|| panic!("none pays too little: {:#?}", campaigns(world)))
}

async fn account_id(database: &Database) -> String {
    let account = shopee_account::Entity::find().order_by_asc(shopee_account::Column::Id);
    let account = account.one(&database.connect().await).await.unwrap().unwrap();
    GlobalId::new(Kind::ShopeeAccount, account.id).encode().0
}

const RULE: &str = "isEnabled pausesBelowReturn targetReturn minimumSpentPercent changedBy { email }";

/// Changes the rule as the owner; the payload.
async fn update_rule(world: &World, mut input: Value) -> Value {
    input["studioId"] = json!(world.studio_id().await);
    let mutation = format!(
        "mutation ($input: UpdateCampaignRuleInput!) {{ updateCampaignRule(input: $input) {{
            campaignRule {{ {RULE} }} userErrors {{ code field }} }} }}"
    );
    world.data(&mutation, json!({ "input": input })).await["updateCampaignRule"].take()
}

async fn switch_on(world: &World) {
    let payload = update_rule(world, json!({ "isEnabled": true })).await;
    assert_eq!(payload["campaignRule"]["isEnabled"], true, "{payload}");
}

const EDITS: &str = "query { viewer { memberships { studio { promotionEdits(first: 100) { nodes {
    id campaignId action state refusal idempotencyKey requestedBy { email } undoes { id action } dailyBudget { amount }
    rule { spent { amount } sales { amount } returnOnAdSpend pausesBelowReturn }
} } } } } }";

/// The studio's changes of promotions, the oldest first.
async fn ledger(world: &World) -> Vec<Value> {
    let mut found = world.data(EDITS, json!({})).await;
    let page = &mut found["viewer"]["memberships"][0]["studio"]["promotionEdits"]["nodes"];
    let Value::Array(mut nodes) = page.take() else { panic!("no nodes") };
    nodes.reverse();
    nodes
}

/// Entries of the audit log with this action, the oldest first.
async fn audited(database: &Database, action: &str) -> Vec<audit_entry::Model> {
    let log = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq(action));
    log.order_by_asc(audit_entry::Column::Id).all(&database.connect().await).await.unwrap()
}

/// An amount as clients get it.
fn amount(count: i64) -> Value {
    json!(rust_decimal::Decimal::new(count, 5).normalize().to_string())
}
