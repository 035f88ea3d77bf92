//! Ads of live streams: each seller's campaigns, what they may spend, what they have spent, and who changed them when.
//!
//! A change is taken at once and shows later. What a campaign did is a pure function of its changes and of the account's
//! sessions, so that spending never falls and two reads at one instant agree.

mod budget;
mod campaign;
mod seeding;
mod spending;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use self::{
    budget::limits,
    campaign::{Campaign, Edit, EditKind, Refusal, State},
    spending::{Metrics, Step},
};
use super::{Account, World, local_day, midnight};
use crate::dice::Dice;

/// How long a change takes to show, unless the panel says otherwise.
const LAG: TimeDelta = TimeDelta::seconds(2);

#[derive(Debug)]
pub(crate) struct Ads {
    pub(crate) campaigns: BTreeMap<i64, Campaign>,
    /// Every change that was taken, the oldest first.
    pub(crate) edits: Vec<Edit>,
    pub(crate) lag: TimeDelta,
    /// By user: prepaid money, and since when spending is taken off it.
    credits: BTreeMap<i64, (i64, DateTime<Utc>)>,
}

impl Ads {
    pub(crate) fn new(dice: Dice, accounts: &[Account], now: DateTime<Utc>) -> Self {
        let campaigns = seeding::campaigns(dice, accounts, now);
        let credit = |account: &Account| (account.user_id, (limits(account.plan.region).usual * 25, now));
        Self {
            campaigns: campaigns.into_iter().map(|campaign| (campaign.id, campaign)).collect(),
            edits: Vec::new(),
            lag: LAG,
            credits: accounts.iter().map(credit).collect(),
        }
    }

    pub(crate) fn set_credit(&mut self, user_id: i64, amount: i64, now: DateTime<Utc>) {
        self.credits.insert(user_id, (amount, now));
    }

    /// Takes a change of a campaign that exists; it shows after the lag.
    pub(crate) fn edit(&mut self, campaign_id: i64, kind: EditKind, now: DateTime<Utc>) -> Result<(), Refusal> {
        let campaign = self.campaigns.get_mut(&campaign_id).ok_or(Refusal::Unknown)?;
        let effective_at = campaign.change(kind, now + self.lag)?;
        self.edits.push(Edit { campaign_id, kind, accepted_at: now, effective_at });
        Ok(())
    }
}

impl World {
    /// The account's campaigns, the oldest first.
    pub(crate) fn campaigns_of(&self, user_id: i64) -> impl Iterator<Item = &Campaign> {
        self.ads.campaigns.values().filter(move |campaign| campaign.user_id == user_id)
    }

    /// What each of the account's campaigns did from one instant up to another, step by step.
    pub(crate) fn spending(
        &mut self,
        user_id: i64,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> BTreeMap<i64, Vec<Step>> {
        let now = self.clock.now();
        let to = to.min(now + TimeDelta::milliseconds(1));
        let mut steps: BTreeMap<i64, Vec<Step>> =
            self.campaigns_of(user_id).map(|campaign| (campaign.id, Vec::new())).collect();
        let (Some(region), Some(first)) = (
            self.account(user_id).map(|account| account.plan.region),
            self.campaigns_of(user_id).map(|campaign| campaign.started_at).min(),
        ) else {
            return steps;
        };
        let days = local_day(region, from.max(first)).iter_days().take_while(|day| midnight(region, *day) < to);
        for day in days {
            let begins_at = midnight(region, day);
            let ends_at = (begins_at + TimeDelta::days(1)).min(now);
            let traffic = spending::Traffic::of(self.sessions_of(user_id), begins_at, ends_at);
            for campaign in self.ads.campaigns.values().filter(|campaign| campaign.user_id == user_id) {
                let day = campaign.day(&traffic, begins_at, ends_at).into_iter();
                let within = day.filter(|step| (from..to).contains(&step.at));
                steps.entry(campaign.id).or_default().extend(within);
            }
        }
        steps
    }

    /// What each of the account's campaigns has done today.
    pub(crate) fn today(&mut self, user_id: i64) -> BTreeMap<i64, Metrics> {
        let now = self.clock.now();
        let begins_at = self.account(user_id).map_or(now, |account| {
            let region = account.plan.region;
            midnight(region, local_day(region, now))
        });
        let steps = self.spending(user_id, begins_at, now + TimeDelta::days(1));
        steps.into_iter().map(|(id, steps)| (id, Metrics::sum(&steps))).collect()
    }

    /// What ads of every kind have cost the account from one instant to another: the live campaigns, and ads beside them
    /// that cost the same every day.
    pub(crate) fn ads_expense(&mut self, user_id: i64, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let Some(region) = self.account(user_id).map(|account| account.plan.region) else { return 0 };
        let live: i64 = self.spending(user_id, from, to).values().flatten().map(|step| step.metrics.cost).sum();
        let share = (to - from).num_milliseconds().max(0) as f64 / 86_400_000.0;
        live + (limits(region).usual as f64 / 4.0 * share) as i64
    }

    /// Prepaid money left for ads.
    pub(crate) fn ads_credit(&mut self, user_id: i64) -> i64 {
        let Some((amount, since)) = self.ads.credits.get(&user_id).copied() else { return 0 };
        let now = self.clock.now();
        (amount - self.ads_expense(user_id, since, now)).max(0)
    }
}
