//! A campaign as Shopee shows it: what forbids a change of it, and what tells afterwards whether one happened.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shopee::{Amount, BudgetForEdit, CampaignState};

use super::edit::Edit;
use crate::ledger::{effect::Verdict, refusal::Refusal};

/// A campaign as Shopee shows it; `None` throughout where it shows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shown {
    pub(super) state: Option<State>,
    pub(super) daily_budget: Option<i64>,
    /// What a budget may be; asked only for a change of it.
    pub(super) limits: Option<Limits>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    Ongoing,
    Scheduled,
    Paused,
    Over,
    Unknown,
}

impl From<&CampaignState> for State {
    fn from(state: &CampaignState) -> Self {
        match state {
            CampaignState::Ongoing => Self::Ongoing,
            CampaignState::Scheduled => Self::Scheduled,
            CampaignState::Paused => Self::Paused,
            CampaignState::Ended | CampaignState::Closed => Self::Over,
            CampaignState::Unknown(_) => Self::Unknown,
        }
    }
}

/// What a budget may be. What is not reported bounds nothing: Shopee itself refuses what it does not take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Limits {
    minimum: Option<i64>,
    maximum: Option<i64>,
    step: Option<i64>,
    may_decrease: Option<bool>,
    pub(super) log_key: Option<String>,
}

impl From<BudgetForEdit> for Limits {
    fn from(budget: BudgetForEdit) -> Self {
        let count = |amount: Option<Amount>| amount.map(|amount| amount.0);
        Self {
            minimum: count(budget.minimum),
            maximum: count(budget.maximum),
            step: count(budget.step),
            may_decrease: budget.may_decrease,
            log_key: budget.log_key,
        }
    }
}

impl Limits {
    fn objection(&self, now: Option<i64>, wanted: i64) -> Option<Refusal> {
        match self {
            Self { minimum: Some(minimum), .. } if wanted < *minimum => Some(Refusal::BudgetTooSmall),
            Self { maximum: Some(maximum), .. } if wanted > *maximum => Some(Refusal::BudgetTooLarge),
            Self { step: Some(step), .. } if *step > 0 && wanted % step != 0 => Some(Refusal::BudgetNotAStep),
            Self { may_decrease: Some(false), .. } if now.is_some_and(|now| wanted < now) => {
                Some(Refusal::BudgetMayNotDecrease)
            }
            _ => None,
        }
    }
}

impl Shown {
    pub(super) fn of(seen: &Value) -> Self {
        Self::deserialize(seen).unwrap_or_default()
    }

    pub(super) fn objection(&self, edit: Edit) -> Option<Refusal> {
        let Some(state) = self.state else { return Some(Refusal::NoSuchCampaign) };
        match (edit, state) {
            (_, State::Over) => Some(Refusal::CampaignEnded),
            (Edit::Pause, State::Paused) | (Edit::Resume, State::Ongoing | State::Scheduled) => {
                Some(Refusal::AlreadySo)
            }
            (Edit::ChangeBudget(wanted), _) if self.daily_budget == Some(wanted) => Some(Refusal::AlreadySo),
            (Edit::ChangeBudget(wanted), _) => self.limits.as_ref()?.objection(self.daily_budget, wanted),
            _ => None,
        }
    }

    /// Whether a change shows that was sent when the campaign looked like `before`. One change at a time is made of a campaign, so
    /// what differs is this one's doing, or that of somebody who used Shopee's own page meanwhile.
    pub(super) fn verdict(&self, before: &Self, edit: Edit) -> Verdict {
        let happened = match edit {
            Edit::Pause => self.state == Some(State::Paused),
            Edit::Resume => matches!(self.state, Some(State::Ongoing | State::Scheduled)),
            Edit::Stop => self.state == Some(State::Over),
            Edit::ChangeBudget(wanted) => self.daily_budget == Some(wanted),
        };
        let is_as_before = match edit {
            Edit::ChangeBudget(_) => self.daily_budget == before.daily_budget,
            _ => self.state == before.state,
        };
        match (happened, is_as_before) {
            (true, _) => Verdict::Happened,
            (false, true) => Verdict::NotYet,
            (false, false) => Verdict::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(state: State, daily_budget: i64) -> Shown {
        let limits = Limits { minimum: Some(10), maximum: Some(100), step: Some(5), ..Limits::default() };
        Shown { state: Some(state), daily_budget: Some(daily_budget), limits: Some(limits) }
    }

    #[test]
    fn what_shopee_shows_forbids_what_makes_no_sense() {
        let (ongoing, paused) = (shown(State::Ongoing, 50), shown(State::Paused, 50));
        for (shown, edit, expected) in [
            (&ongoing, Edit::Pause, None),
            (&ongoing, Edit::Resume, Some(Refusal::AlreadySo)),
            (&ongoing, Edit::Stop, None),
            (&paused, Edit::Pause, Some(Refusal::AlreadySo)),
            (&paused, Edit::Resume, None),
            (&shown(State::Over, 50), Edit::Resume, Some(Refusal::CampaignEnded)),
            (&Shown::default(), Edit::Pause, Some(Refusal::NoSuchCampaign)),
            (&ongoing, Edit::ChangeBudget(50), Some(Refusal::AlreadySo)),
            (&ongoing, Edit::ChangeBudget(5), Some(Refusal::BudgetTooSmall)),
            (&ongoing, Edit::ChangeBudget(105), Some(Refusal::BudgetTooLarge)),
            (&ongoing, Edit::ChangeBudget(52), Some(Refusal::BudgetNotAStep)),
            (&ongoing, Edit::ChangeBudget(45), None),
        ] {
            assert_eq!(shown.objection(edit), expected, "{edit:?} of {shown:?}");
        }
        let limits = Limits { may_decrease: Some(false), ..Limits::default() };
        assert_eq!(limits.objection(Some(50), 45), Some(Refusal::BudgetMayNotDecrease));
        assert_eq!(limits.objection(Some(50), 55), None);
    }

    #[test]
    fn what_shopee_shows_tells_whether_a_change_happened() {
        let before = shown(State::Ongoing, 50);
        for (now, edit, expected) in [
            (shown(State::Paused, 50), Edit::Pause, Verdict::Happened),
            (shown(State::Ongoing, 50), Edit::Pause, Verdict::NotYet),
            (shown(State::Ongoing, 60), Edit::Pause, Verdict::NotYet),
            (shown(State::Over, 50), Edit::Pause, Verdict::Unclear),
            (shown(State::Over, 50), Edit::Stop, Verdict::Happened),
            (shown(State::Ongoing, 60), Edit::ChangeBudget(60), Verdict::Happened),
            (shown(State::Paused, 50), Edit::ChangeBudget(60), Verdict::NotYet),
            (shown(State::Ongoing, 70), Edit::ChangeBudget(60), Verdict::Unclear),
        ] {
            assert_eq!(now.verdict(&before, edit), expected, "{edit:?}: {now:?}");
        }
        let scheduled = shown(State::Scheduled, 50);
        assert_eq!(scheduled.verdict(&shown(State::Paused, 50), Edit::Resume), Verdict::Happened);
    }
}
