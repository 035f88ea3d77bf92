//! The campaigns of the beginning: of each seller one that pays, one that does not, one that is held, one that is over
//! and one that is to come.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    budget::limits,
    campaign::{Campaign, Phase, State},
};
use crate::{
    dice::Dice,
    world::{Account, local_day, midnight},
};

/// What tells the campaigns of a seller apart.
struct Plan {
    objective: &'static str,
    return_target: Option<i64>,
    /// In hundredths of the usual budget.
    budget: i64,
    /// How many minutes on air the usual budget lasts.
    lasts: i64,
    draws: (f64, f64),
    /// Days from today to its start, and to its end or pause.
    starts: i64,
    last: Option<(i64, State)>,
}

const PLANS: [Plan; 5] = [
    Plan {
        objective: "max_gmv_roi_two",
        return_target: Some(720_000),
        budget: 100,
        lasts: 1_000,
        draws: (0.0, 0.45),
        starts: -9,
        last: None,
    },
    Plan {
        objective: "max_view",
        return_target: None,
        budget: 150,
        lasts: 130,
        draws: (0.45, 0.47),
        starts: -4,
        last: None,
    },
    Plan {
        objective: "max_gmv",
        return_target: None,
        budget: 50,
        lasts: 300,
        draws: (0.47, 0.6),
        starts: -12,
        last: Some((-2, State::Paused)),
    },
    Plan {
        objective: "max_gmv",
        return_target: None,
        budget: 80,
        lasts: 350,
        draws: (0.6, 0.8),
        starts: -20,
        last: Some((-10, State::Ended)),
    },
    Plan {
        objective: "max_gmv",
        return_target: None,
        budget: 100,
        lasts: 400,
        draws: (0.8, 0.9),
        starts: 1,
        last: None,
    },
];

pub(super) fn campaigns(dice: Dice, accounts: &[Account], now: DateTime<Utc>) -> Vec<Campaign> {
    let sellers = accounts.iter().filter(|account| account.plan.is_seller);
    let plans = sellers.flat_map(|account| PLANS.iter().zip(0..).map(move |plan| (account, plan)));
    let mut id = 210_000_000;
    let number = |(account, (plan, number)): (&Account, (&Plan, u64))| {
        id += dice.of("gap").at(id as u64).between(3, 4_000) as i64;
        campaign(id, dice.of(account.plan.username).at(number), account, plan, now)
    };
    plans.map(number).collect()
}

fn campaign(id: i64, dice: Dice, account: &Account, plan: &Plan, now: DateTime<Utc>) -> Campaign {
    let region = account.plan.region;
    let day = |days: i64| midnight(region, local_day(region, now) + TimeDelta::days(days));
    let limits = limits(region);
    let daily_budget = limits.usual * plan.budget / 100 / limits.step * limits.step;
    let phase = |at, state| Phase { at, state, daily_budget };
    let started_at = day(plan.starts);
    let mut phases = vec![phase(started_at.min(now), State::Ongoing)];
    phases.extend(plan.last.map(|(days, state)| phase(day(days), state)));
    Campaign {
        id,
        user_id: account.user_id,
        region,
        name: dice.of("name").pick(account.plan.words.titles).to_owned(),
        objective: plan.objective,
        return_target: plan.return_target,
        started_at,
        pace: limits.usual / plan.lasts,
        draws: plan.draws,
        dice,
        phases,
    }
}
