use std::collections::BTreeSet;

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Timelike as _, Utc};
use shopee::{Region, Trend, TrendMetric, TrendPoint, TrendValue};

use crate::{
    engine::joined::Observed,
    error::{Error, Result},
    graphql::{freshness::Freshness, long::Long, money::Money},
};

/// More minutes than these are not asked for at once.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// A number of a session that Shopee has by the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "shopee::TrendMetric")]
pub enum LiveTrendMetric {
    /// People watching; a count.
    CurrentViewers,
    /// People watching who liked, commented or clicked; a count.
    CurrentEngagedViewers,
    /// People who came; a count.
    Entering,
    /// Comments written; a count.
    Comments,
    /// Times a product was put into a cart; a count.
    AddedToCart,
    /// Orders placed; a count.
    PlacedOrders,
    /// Value of the orders placed; an amount.
    PlacedSales,
    /// Orders confirmed; a count.
    ConfirmedOrders,
    /// Value of the orders confirmed; an amount.
    ConfirmedSales,
}

/// How numbers of a session went.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct LiveTrends {
    /// One entry for each of the numbers that Shopee has something of.
    trends: Vec<LiveTrend>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// How one number went.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub(super) struct LiveTrend {
    /// Which number.
    metric: LiveTrendMetric,
    /// One point a minute, ascending; minutes that Shopee has nothing of are left out. At most 24 hours of them.
    #[graphql(directive = crate::graphql::price::list_size::apply(24 * 60, None))]
    points: Vec<LiveTrendPoint>,
}

/// A number in one minute.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub(super) struct LiveTrendPoint {
    /// When the minute begins.
    at: DateTime<Utc>,
    /// How many; null for what is an amount.
    count: Option<Long>,
    /// How much money; null for what is a count.
    amount: Option<Money>,
}

/// The first and the last minute to ask for, of what was given and of when the session was on air. Whole minutes, as Shopee has
/// them, also so that those who ask in the same minute share an answer.
pub(super) fn minutes(
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    (started_at, last): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let to = minute("to", to.unwrap_or(last))?;
    let from = minute("from", from.unwrap_or_else(|| started_at.max(to - LONGEST)))?;
    match to - from {
        span if span < TimeDelta::zero() => Err(Error::invalid_input("to", "is before `from`")),
        span if span > LONGEST => Err(Error::invalid_input("from", "is more than 24 hours before `to`")),
        _ => Ok((from, to)),
    }
}

/// The minute of an instant; not so long ago or far ahead that sums of times could overflow.
fn minute(argument: &'static str, instant: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let years = DateTime::UNIX_EPOCH..DateTime::UNIX_EPOCH + TimeDelta::days(100_000);
    let minute = instant.trunc_subsecs(0).with_second(0).filter(|instant| years.contains(instant));
    minute.ok_or_else(|| Error::invalid_input(argument, "is no time of a live session"))
}

/// The numbers asked for, each once and in one order, so that those who ask for the same share an answer.
pub(super) fn each_once(metrics: &[LiveTrendMetric]) -> Result<Vec<TrendMetric>> {
    let metrics: BTreeSet<TrendMetric> = metrics.iter().map(|metric| (*metric).into()).collect();
    match metrics.is_empty() {
        true => Err(Error::invalid_input("metrics", "is empty")),
        false => Ok(metrics.into_iter().collect()),
    }
}

impl LiveTrends {
    pub fn from_answer(answer: &Observed<Vec<Trend>>, region: Region) -> Option<Self> {
        let trends: Vec<LiveTrend> = answer.value.iter().map(|trend| LiveTrend::new(trend, region)).collect();
        (!trends.is_empty()).then_some(Self { trends, freshness: Freshness::of(answer) })
    }
}

impl LiveTrend {
    fn new(trend: &Trend, region: Region) -> Self {
        let points = trend.points.iter().map(|point| LiveTrendPoint::new(point, region)).collect();
        Self { metric: trend.metric.into(), points }
    }
}

impl LiveTrendPoint {
    fn new(point: &TrendPoint, region: Region) -> Self {
        let (count, amount) = match point.value {
            TrendValue::Count(count) => (Some(Long(count)), None),
            TrendValue::Amount(amount) => (None, Some(Money::new(amount.0, region))),
        };
        Self { at: point.at, count, amount }
    }
}
