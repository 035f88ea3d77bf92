//! What to do about a promotion, by what it has spent, how much of its day is over, what it brings and how that moves. Pure: two who
//! know the same say the same.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use entity::campaign_reading::State;
use rust_decimal::Decimal;

use super::{
    course::{Direction, Trend},
    rule::{Rule, Standing},
};
use crate::graphql::rate::quotient;

const DAY_MILLISECONDS: i64 = 86_400_000;
/// From which pace on a budget goes too fast for what it brings, in hundredths.
const FAST: i128 = 120;
/// How much of a budget is spent when more of it would be of use, in hundredths.
const NEARLY_SPENT: i128 = 50;
/// What becomes of a budget that is to be made smaller, and between what one is made larger, in hundredths.
const LOWERED: i128 = 80;
const RAISED: (i128, i128) = (120, 150);

/// What is known of a promotion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    pub standing: Standing,
    /// Of the region's day.
    pub passed: Passed,
    pub trend: Trend,
}

/// How much of a day is over, in milliseconds: some of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed(i64);

impl Passed {
    /// Of the day that began at this midnight.
    pub fn since(midnight: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self((now - midnight).num_milliseconds().clamp(1, DAY_MILLISECONDS))
    }

    /// So many of the day's milliseconds of what is so many of it now.
    fn projected(self, count: i64) -> i64 {
        saturated(i128::from(count) * i128::from(DAY_MILLISECONDS) / i128::from(self.0))
    }
}

/// The numbers, and what follows from them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// How much of the daily budget is spent; `None` without one.
    pub spent_share: Option<Decimal>,
    /// How much of the day is over.
    pub day_share: Decimal,
    /// The first by the second: 1 is evenly.
    pub pace: Option<Decimal>,
    /// What it has spent by midnight if it goes on so.
    pub projected_spend: i64,
    pub return_on_ad_spend: Option<Decimal>,
    pub trend: Trend,
    pub suggestion: Suggestion,
}

/// What to do, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub advice: Advice,
    pub reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    Leave,
    Pause,
    /// To this daily budget.
    Raise(i64),
    Lower(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    NotRunning,
    NoBudget,
    TooEarly,
    ReturnTooLow,
    ReturnFalling,
    SpendsTooFast,
    BudgetRunsOut,
    OnCourse,
}

/// Judges a promotion by a studio's rule, whether that is switched on or not.
pub fn judge(facts: &Facts, rule: &Rule) -> Judgement {
    let Facts { standing, passed, trend } = *facts;
    let limit = standing.limit();
    let share = |budget| quotient(standing.spent, budget);
    Judgement {
        spent_share: limit.and_then(share),
        day_share: quotient(passed.0, DAY_MILLISECONDS).unwrap_or_default(),
        pace: limit.and_then(|budget| quotient(passed.projected(standing.spent), budget)),
        projected_spend: passed.projected(standing.spent),
        return_on_ad_spend: if standing.spent > 0 { quotient(standing.sales, standing.spent) } else { None },
        trend,
        suggestion: suggest(facts, rule),
    }
}

fn suggest(facts: &Facts, rule: &Rule) -> Suggestion {
    let standing = facts.standing;
    let leave = |reason| Suggestion { advice: Advice::Leave, reason };
    if standing.state != State::Ongoing {
        return leave(Reason::NotRunning);
    }
    let Some(budget) = standing.limit() else { return leave(Reason::NoBudget) };
    if !rule.has_spent_enough(standing) {
        return leave(Reason::TooEarly);
    }
    if rule.pauses(standing) {
        return Suggestion { advice: Advice::Pause, reason: Reason::ReturnTooLow };
    }
    let changed = if rule.is_on_target(standing) { raised(facts, budget) } else { lowered(facts, budget) };
    changed.unwrap_or(leave(Reason::OnCourse))
}

/// It brings what it should, and could do so with more.
fn raised(facts: &Facts, budget: i64) -> Option<Suggestion> {
    let projected = facts.passed.projected(facts.standing.spent);
    let runs_out = projected > budget && is_share(facts.standing.spent, budget, NEARLY_SPENT);
    let would_pay = facts.trend.direction != Some(Direction::Falling);
    let wanted = projected.clamp(part(budget, RAISED.0), part(budget, RAISED.1));
    let wanted = two_digits(wanted);
    let suggestion = Suggestion { advice: Advice::Raise(wanted), reason: Reason::BudgetRunsOut };
    (runs_out && would_pay && wanted > budget).then_some(suggestion)
}

/// It brings less than it should, and spends on.
fn lowered(facts: &Facts, budget: i64) -> Option<Suggestion> {
    let is_fast = is_share(facts.passed.projected(facts.standing.spent), budget, FAST);
    let reason = match facts.trend.direction {
        Some(Direction::Falling) => Reason::ReturnFalling,
        _ if is_fast => Reason::SpendsTooFast,
        _ => return None,
    };
    // Shopee takes no budget that is less than what is spent.
    let wanted = two_digits(part(budget, LOWERED).max(facts.standing.spent));
    (wanted < budget).then_some(Suggestion { advice: Advice::Lower(wanted), reason })
}

/// Whether an amount is at least so many hundredths of another.
fn is_share(amount: i64, whole: i64, hundredths: i128) -> bool {
    i128::from(amount) * 100 >= i128::from(whole) * hundredths
}

fn part(whole: i64, hundredths: i128) -> i64 {
    saturated(i128::from(whole) * hundredths / 100)
}

/// The next amount with two digits and zeros: a budget that a person would choose, and that is a multiple of every step that Shopee is
/// known to ask for.
fn two_digits(amount: i64) -> i64 {
    let unit = 10_i64.pow(amount.max(1).ilog10().saturating_sub(1));
    saturated(
        i128::from(amount).div_euclid(unit.into()) * i128::from(unit)
            + if amount % unit == 0 { 0 } else { i128::from(unit) },
    )
}

fn saturated(count: i128) -> i64 {
    i64::try_from(count).unwrap_or(if count < 0 { i64::MIN } else { i64::MAX })
}
