//! What a campaign had done by one moment of its region's day.

use chrono::{DateTime, NaiveDate, Utc};
use entity::campaign_reading::{Model, State};
use shopee::{CampaignState, ListedCampaign};

/// A reading. Of a campaign of which Shopee does not tell what it cost and brought there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub campaign_id: i64,
    pub name: Option<String>,
    /// The day in the region's time zone that it is about.
    pub day: NaiveDate,
    pub state: State,
    /// Zero for no limit.
    pub daily_budget: Option<i64>,
    pub spent: i64,
    pub sales: i64,
    pub orders: Option<i64>,
    pub read_at: DateTime<Utc>,
}

impl Reading {
    /// A campaign as today's list has it.
    pub fn of(listed: &ListedCampaign, day: NaiveDate, read_at: DateTime<Utc>) -> Option<Self> {
        Some(Self {
            campaign_id: listed.campaign_id,
            name: listed.title.clone(),
            day,
            state: listed.state.as_ref().map_or(State::Unknown, state),
            daily_budget: listed.daily_budget.map(|budget| budget.0),
            spent: listed.report.cost?.0,
            sales: listed.report.broad_sales?.0,
            orders: listed.report.broad_orders,
            read_at,
        })
    }

    /// Whether there is something to note that the reading before does not say.
    pub fn is_news(&self, before: Option<&Self>) -> bool {
        let has_done_nothing = self.spent == 0 && self.sales == 0;
        let Some(before) = before else {
            return !has_done_nothing || matches!(self.state, State::Ongoing | State::Paused | State::Scheduled);
        };
        let stands_as_before = (self.state, self.daily_budget) == (before.state, before.daily_budget);
        let has_done_as_much = match self.day == before.day {
            true => (self.spent, self.sales, self.orders) == (before.spent, before.sales, before.orders),
            false => has_done_nothing,
        };
        !(stands_as_before && has_done_as_much)
    }

    /// What was spent and brought since the reading before.
    pub fn since(&self, before: &Self) -> (i64, i64) {
        match self.day == before.day {
            true => (self.spent.saturating_sub(before.spent), self.sales.saturating_sub(before.sales)),
            false => (self.spent, self.sales),
        }
    }
}

impl From<Model> for Reading {
    fn from(row: Model) -> Self {
        Self {
            campaign_id: row.campaign_id,
            name: row.name,
            day: row.day,
            state: row.state,
            daily_budget: row.daily_budget,
            spent: row.spent,
            sales: row.sales,
            orders: row.orders,
            read_at: row.read_at,
        }
    }
}

/// A state as it is stored.
pub fn state(state: &CampaignState) -> State {
    match state {
        CampaignState::Ongoing => State::Ongoing,
        CampaignState::Paused => State::Paused,
        CampaignState::Ended => State::Ended,
        CampaignState::Closed => State::Closed,
        CampaignState::Scheduled => State::Scheduled,
        CampaignState::Unknown(_) => State::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(day: u32, state: State, spent: i64, sales: i64) -> Reading {
        let day = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let read_at = DateTime::UNIX_EPOCH;
        Reading { campaign_id: 1, name: None, day, state, daily_budget: Some(10), spent, sales, orders: None, read_at }
    }

    #[test]
    fn what_says_nothing_new_is_not_noted() {
        let before = reading(1, State::Ongoing, 5, 9);
        for (now, is_news) in [
            (reading(1, State::Ongoing, 5, 9), false),
            (reading(1, State::Ongoing, 6, 9), true),
            (reading(1, State::Ongoing, 5, 10), true),
            (reading(1, State::Paused, 5, 9), true),
            (Reading { daily_budget: Some(11), ..before.clone() }, true),
            (reading(2, State::Ongoing, 0, 0), false),
            (reading(2, State::Ongoing, 5, 9), true),
        ] {
            assert_eq!(now.is_news(Some(&before)), is_news, "{now:?}");
        }
        for (first, is_news) in [
            (reading(1, State::Ended, 0, 0), false),
            (reading(1, State::Ended, 1, 0), true),
            (reading(1, State::Paused, 0, 0), true),
        ] {
            assert_eq!(first.is_news(None), is_news, "{first:?}");
        }
    }

    #[test]
    fn a_day_begins_with_nothing() {
        let before = reading(1, State::Ongoing, 5, 9);
        assert_eq!(reading(1, State::Ongoing, 7, 8).since(&before), (2, -1));
        assert_eq!(reading(2, State::Ongoing, 3, 4).since(&before), (3, 4));
    }
}
