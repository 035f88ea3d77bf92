//! By what a studio has its campaigns judged, and whether those that fall below it are paused.

use std::ops::RangeInclusive;

use entity::{campaign_reading::State, campaign_rule::Model, membership::Role};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{reading::Reading, store::rules};
use crate::{
    app::App,
    error::Result,
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{Action, Entry},
        change::Change,
        scope::Viewer,
    },
};

/// What returns may be, in millionths: of a campaign that brings a thousand times its cost nobody needs a rule.
pub const RETURNS: RangeInclusive<i64> = 1..=1_000_000_000;
pub const PERCENT: RangeInclusive<i64> = 1..=100;
/// Millionths in one.
const ONE: i64 = 1_000_000;

/// A studio's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub is_enabled: bool,
    pub pauses_below_millionths: i64,
    pub target_millionths: i64,
    pub minimum_spent_percent: i64,
    /// In whose name it acts.
    pub changed_by: Option<i64>,
}

impl Default for Rule {
    /// What counts until a studio says otherwise: nothing is paused.
    fn default() -> Self {
        Self {
            is_enabled: false,
            pauses_below_millionths: ONE,
            target_millionths: 3 * ONE,
            minimum_spent_percent: 20,
            changed_by: None,
        }
    }
}

impl From<&Model> for Rule {
    fn from(row: &Model) -> Self {
        Self {
            is_enabled: row.is_enabled,
            pauses_below_millionths: row.pauses_below_millionths,
            target_millionths: row.target_millionths,
            minimum_spent_percent: row.minimum_spent_percent,
            changed_by: row.changed_by,
        }
    }
}

/// What money in campaigns did, as far as a rule looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    /// Zero for no limit.
    pub daily_budget: Option<i64>,
    pub spent: i64,
    pub sales: i64,
}

impl From<&Reading> for Standing {
    fn from(reading: &Reading) -> Self {
        let Reading { state, daily_budget, spent, sales, .. } = *reading;
        Self { state, daily_budget, spent, sales }
    }
}

impl Standing {
    /// What it may spend, if that is limited.
    pub fn limit(self) -> Option<i64> {
        self.daily_budget.filter(|budget| *budget > 0)
    }

    /// Whether its return is below so many millionths; not of one that cost nothing.
    fn is_below(self, millionths: i64) -> bool {
        self.spent > 0 && i128::from(self.sales) * i128::from(ONE) < i128::from(self.spent) * i128::from(millionths)
    }
}

impl Rule {
    /// Whether it pauses a campaign, were it switched on.
    pub fn pauses(&self, standing: Standing) -> bool {
        standing.state == State::Ongoing
            && self.has_spent_enough(standing)
            && standing.is_below(self.pauses_below_millionths)
    }

    /// Whether a campaign has spent so much of its budget that its return says something.
    pub fn has_spent_enough(&self, standing: Standing) -> bool {
        let share = |budget| i128::from(budget) * i128::from(self.minimum_spent_percent);
        standing.limit().is_some_and(|budget| i128::from(standing.spent) * 100 >= share(budget))
    }

    /// Whether a campaign brings as much as the studio wants.
    pub fn is_on_target(&self, standing: Standing) -> bool {
        !standing.is_below(self.target_millionths)
    }

    /// Whether another rule does the same.
    pub fn acts_as(&self, other: &Self) -> bool {
        let bounds = |rule: &Self| (rule.is_enabled, rule.pauses_below_millionths, rule.minimum_spent_percent);
        bounds(self) == bounds(other)
    }

    fn told(&self) -> Value {
        json!({
            "isEnabled": self.is_enabled,
            "pausesBelowReturn": decimal(self.pauses_below_millionths),
            "targetReturn": decimal(self.target_millionths),
            "minimumSpentPercent": self.minimum_spent_percent,
        })
    }
}

/// A return as clients see it.
pub fn decimal(millionths: i64) -> Decimal {
    Decimal::new(millionths, 6).normalize()
}

/// What is to change; what is left out stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes {
    pub is_enabled: Option<bool>,
    pub pauses_below_millionths: Option<i64>,
    pub target_millionths: Option<i64>,
    pub minimum_spent_percent: Option<i64>,
}

impl Changes {
    pub fn applied_to(self, before: Rule) -> Rule {
        Rule {
            is_enabled: self.is_enabled.unwrap_or(before.is_enabled),
            pauses_below_millionths: self.pauses_below_millionths.unwrap_or(before.pauses_below_millionths),
            target_millionths: self.target_millionths.unwrap_or(before.target_millionths),
            minimum_spent_percent: self.minimum_spent_percent.unwrap_or(before.minimum_spent_percent),
            changed_by: before.changed_by,
        }
    }
}

/// How changing a rule went.
pub enum Updated {
    Done(Rule),
    /// The target would be below what is paused.
    TargetTooLow,
}

/// Changes a studio's rule, by an owner of it.
pub async fn update(app: &App, viewer: &Viewer, actor: Actor, studio_id: i64, wanted: Changes) -> Result<Updated> {
    let change = Change::begin(app, actor, viewer.user_id, studio_id, Role::Owner).await?;
    let before = rules::of_studio(&change.scope, &change.transaction, studio_id).await?;
    let now = wanted.applied_to(before);
    if now.target_millionths < now.pauses_below_millionths {
        return Ok(Updated::TargetTooLow);
    }
    if now == before {
        return Ok(Updated::Done(now));
    }
    let now = Rule { changed_by: Some(viewer.user_id), ..now };
    rules::put(&change.scope, &change.transaction, studio_id, now, change.now).await?;
    let entry = Entry::in_studio(Action::CampaignRuleUpdated, studio_id, Kind::Studio, studio_id);
    change.record(entry.before(before.told())?.after(now.told())?).await?;
    change.commit().await?;
    Ok(Updated::Done(now))
}
