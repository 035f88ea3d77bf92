//! A rule at work: pausing a campaign through the ledger, once a day, however many instances want it.

use chrono::NaiveDate;
use entity::intent::State;

use super::{reading::Reading, rule::Rule, store::rules};
use crate::{
    app::App,
    error::Result,
    identity::{actor::Actor, change::Change, scope::Scope},
    ledger::{self, begin::Begun, key::IdempotencyKey, refusal::Refusal},
    promotion::edit::{self, Campaign, Cause, Edit, Numbers, Order},
};

/// How often a day it is tried to pause one campaign: a refusal may pass, and what stays refused is for a person to see to.
const MOST_ATTEMPTS: u32 = 5;

/// Whose campaigns they are.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub studio_id: i64,
    pub account_id: i64,
}

/// Pauses a campaign, in the name of whoever has changed the rule last. Nothing happens if the rule has done so that day already: then
/// somebody has resumed it, and knows why.
pub async fn pause(
    app: &App,
    owner: Owner,
    (rule, user_id): (Rule, i64),
    day: NaiveDate,
    reading: &Reading,
) -> Result<()> {
    let Owner { studio_id, account_id } = owner;
    let Some(key) = next_key(app, owner, day, reading.campaign_id).await? else { return Ok(()) };
    let Reading { campaign_id, spent, sales, .. } = *reading;
    let numbers = Numbers { spent, sales, pauses_below_millionths: rule.pauses_below_millionths };
    let campaign = Campaign { campaign_id, studio_id, shopee_account_id: account_id };
    let order = Order { campaign, edit: Edit::Pause, key, user_id, cause: Cause::Rule(numbers) };
    let is_still_so = async |change: &Change| {
        let now = rules::of_studio(&change.scope, &change.transaction, studio_id).await?;
        Ok((!now.acts_as(&rule)).then_some(Refusal::RuleChanged))
    };
    let begun = edit::edit(app, Actor::gateway(), order, is_still_so).await?;
    if let Begun::Intent(intent) = begun {
        tracing::info!(studio_id, campaign_id, intent = intent.id, "a rule wanted a campaign paused");
    }
    Ok(())
}

/// The key of the day's next attempt; `None` when there is nothing to try any more. Two instances that ask find the same.
async fn next_key(app: &App, owner: Owner, day: NaiveDate, campaign_id: i64) -> Result<Option<IdempotencyKey>> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
    for attempt in 1..=MOST_ATTEMPTS {
        let key = IdempotencyKey::of_rule(&format!("{}/{campaign_id}/{day}/{attempt}", owner.account_id));
        let known = ledger::store::by_key(&scope, &statements, owner.studio_id, key.as_str()).await?;
        match known.map(|intent| intent.state) {
            None => return Ok(Some(key)),
            Some(State::Refused) => {}
            Some(_) => return Ok(None),
        }
    }
    Ok(None)
}
