//! What campaigns do: they cost money while the account is on air, and claim a part of its orders.
//!
//! A day is cut wherever something begins, ends or is bought. Between two cuts costs rise evenly, and stop at the budget.

use std::ops::AddAssign;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::campaign::{Campaign, State};
use crate::world::session::{Sale, Session};

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// What a campaign did. Money in 1/100000 of the currency unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Metrics {
    pub(crate) cost: i64,
    pub(crate) impressions: u64,
    pub(crate) clicks: u64,
    pub(crate) views: u64,
    pub(crate) checkouts: u64,
    pub(crate) orders: u64,
    pub(crate) direct_orders: u64,
    pub(crate) items: u64,
    pub(crate) direct_items: u64,
    pub(crate) sales: i64,
    pub(crate) direct_sales: i64,
}

/// What it did from an instant to the next cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) at: DateTime<Utc>,
    pub(crate) metrics: Metrics,
}

impl Metrics {
    pub(crate) fn sum<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        let mut sum = Self::default();
        steps.into_iter().for_each(|step| sum += step.metrics);
        sum
    }
}

impl AddAssign for Metrics {
    fn add_assign(&mut self, other: Self) {
        self.cost += other.cost;
        self.impressions += other.impressions;
        self.clicks += other.clicks;
        self.views += other.views;
        self.checkouts += other.checkouts;
        self.orders += other.orders;
        self.direct_orders += other.direct_orders;
        self.items += other.items;
        self.direct_items += other.direct_items;
        self.sales += other.sales;
        self.direct_sales += other.direct_sales;
    }
}

/// What an account's sessions did within one day.
#[derive(Debug)]
pub(super) struct Traffic {
    on_air: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// In order of time.
    sales: Vec<Sale>,
    /// In order of time: every instant at which something begins, ends or is bought, and every full minute on air.
    cuts: Vec<DateTime<Utc>>,
}

impl Traffic {
    pub(super) fn of(sessions: Vec<&mut Session>, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let mut traffic = Self { on_air: Vec::new(), sales: Vec::new(), cuts: Vec::new() };
        for session in sessions {
            let (begin, end) = (session.started_at.max(from), session.ended_at.unwrap_or(to).min(to));
            if begin < end {
                traffic.on_air.push((begin, end));
                traffic.sales.extend(session.sales(to).into_iter().filter(|sale| sale.at >= from));
            }
        }
        traffic.sales.sort_by_key(|sale| sale.at);
        traffic.cuts = traffic.cuts();
        traffic
    }

    fn is_on_air(&self, at: DateTime<Utc>) -> bool {
        self.on_air.iter().any(|(begin, end)| (*begin..*end).contains(&at))
    }

    fn cuts(&self) -> Vec<DateTime<Utc>> {
        let mut cuts: Vec<DateTime<Utc>> = self.sales.iter().map(|sale| sale.at).collect();
        for (begin, end) in &self.on_air {
            cuts.extend([*begin, *end]);
            let first = begin.duration_trunc(MINUTE).unwrap_or(*begin) + MINUTE;
            cuts.extend((0..).map(|minute| first + MINUTE * minute).take_while(|cut| cut < end));
        }
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }
}

impl Campaign {
    /// What it did from midnight up to `to`, which is within the day.
    pub(super) fn day(&self, traffic: &Traffic, midnight: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Step> {
        let mut cuts = traffic.cuts.clone();
        cuts.extend(self.phases.iter().map(|phase| phase.at).filter(|at| (midnight..to).contains(at)));
        cuts.push(to);
        cuts.sort_unstable();
        cuts.dedup();
        let mut sales = traffic.sales.iter().peekable();
        let (mut spent, mut steps) = (0, Vec::new());
        for pair in cuts.windows(2) {
            let begin = pair[0];
            let mut metrics = Metrics::default();
            let phase = self.phase(begin);
            let cap = if phase.daily_budget == 0 { i64::MAX } else { phase.daily_budget };
            while let Some(sale) = sales.next_if(|sale| sale.at <= begin) {
                if phase.state == State::Ongoing && spent + metrics.cost < cap {
                    metrics += self.claim(sale);
                }
            }
            if phase.state == State::Ongoing && spent + metrics.cost < cap && traffic.is_on_air(begin) {
                metrics += self.exposure(begin, pair[1]);
            }
            metrics.cost = metrics.cost.min((cap - spent).max(0));
            spent += metrics.cost;
            if metrics != Metrics::default() {
                steps.push(Step { at: begin, metrics });
            }
        }
        steps
    }

    /// An order, if it came through this campaign; it costs a fiftieth of what it brought.
    fn claim(&self, sale: &Sale) -> Metrics {
        let chance = sale.dice.of("campaign").share();
        if chance < self.draws.0 || chance >= self.draws.1 {
            return Metrics::default();
        }
        let direct = sale.dice.of("direct").chance(0.7);
        let if_direct = |count: u64| if direct { count } else { 0 };
        Metrics {
            cost: sale.amount / 50,
            checkouts: 1 + u64::from(sale.dice.of("checkout").chance(0.2)),
            orders: 1,
            direct_orders: if_direct(1),
            items: sale.quantity,
            direct_items: if_direct(sale.quantity),
            sales: sale.amount,
            direct_sales: if direct { sale.amount } else { 0 },
            ..Metrics::default()
        }
    }

    /// What being shown costs and brings between two instants of one minute.
    fn exposure(&self, begin: DateTime<Utc>, end: DateTime<Utc>) -> Metrics {
        let dice = self.dice.of("minute").at(begin.timestamp().div_euclid(60) as u64);
        let into = |at: DateTime<Utc>| (at.timestamp_millis() - begin.timestamp().div_euclid(60) * 60_000) as u64;
        let part = |whole: u64| whole * into(end) / 60_000 - whole * into(begin) / 60_000;
        let impressions = dice.of("impressions").between(60, 180);
        let clicks = impressions * dice.of("clicks").between(2, 6) / 100;
        let cost = self.pace as u64 * dice.of("cost").between(50, 150) / 100;
        Metrics {
            cost: part(cost) as i64,
            impressions: part(impressions),
            clicks: part(clicks),
            views: part(impressions * dice.of("views").between(8, 16) / 100),
            ..Metrics::default()
        }
    }
}
