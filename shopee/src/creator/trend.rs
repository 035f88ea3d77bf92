//! How the metrics of a session went, minute by minute.

use chrono::{DateTime, Utc};

use crate::amount::Amount;
use crate::envelope::Answer;
use crate::error::Error;
use crate::wire::{self, Object};

/// Which metrics to follow, and over what time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TrendsQuery {
    /// The first minute.
    pub from: DateTime<Utc>,
    /// The last minute.
    pub to: DateTime<Utc>,
    /// The metrics, at least one.
    pub metrics: Vec<TrendMetric>,
}

/// A metric that Shopee has by the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrendMetric {
    /// How many watched.
    CurrentViewers,
    /// How many of them did something.
    CurrentEngagedViewers,
    /// How many came.
    Entering,
    /// Comments.
    Comments,
    /// How often a product was put into a cart.
    AddedToCart,
    /// Orders placed.
    PlacedOrders,
    /// Money of the orders placed.
    PlacedSales,
    /// Orders confirmed.
    ConfirmedOrders,
    /// Money of the orders confirmed.
    ConfirmedSales,
}

impl TrendMetric {
    pub(super) fn word(self) -> &'static str {
        match self {
            TrendMetric::CurrentViewers => "ccu",
            TrendMetric::CurrentEngagedViewers => "engagedCcu",
            TrendMetric::Entering => "entering",
            TrendMetric::Comments => "comment",
            TrendMetric::AddedToCart => "addToCart",
            TrendMetric::PlacedOrders => "order",
            TrendMetric::PlacedSales => "gmv",
            TrendMetric::ConfirmedOrders => "confirmedOrder",
            TrendMetric::ConfirmedSales => "confirmedGmv",
        }
    }

    fn is_money(self) -> bool {
        matches!(self, TrendMetric::PlacedSales | TrendMetric::ConfirmedSales)
    }
}

/// How one metric went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// The metric.
    pub metric: TrendMetric,
    /// One point a minute, ascending. A point that could not be read is left out.
    pub points: Vec<TrendPoint>,
}

/// A metric in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrendPoint {
    /// The minute.
    pub at: DateTime<Utc>,
    /// The metric in it.
    pub value: TrendValue,
}

/// What a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrendValue {
    /// Viewers, comments, orders.
    Count(i64),
    /// Money.
    Amount(Amount),
}

pub(crate) fn read(answer: &Answer, metrics: &[TrendMetric]) -> Result<Vec<Trend>, Error> {
    let Some(data) = answer.object()? else { return Ok(Vec::new()) };
    let Some(raw) = data.raw("trends") else { return Ok(Vec::new()) };
    let trends = Object::parse(raw).ok_or_else(|| answer.garbled("trends is not an object"))?;
    let trend = |metric: &TrendMetric| {
        let points = wire::elements(trends.raw(metric.word())?)?;
        Some(Trend { metric: *metric, points: points.into_iter().filter_map(|raw| point(raw, *metric)).collect() })
    };
    Ok(metrics.iter().filter_map(trend).collect())
}

fn point(raw: &serde_json::value::RawValue, metric: TrendMetric) -> Option<TrendPoint> {
    let point = Object::parse(raw)?;
    let value = if metric.is_money() {
        TrendValue::Amount(point.units("value")?)
    } else {
        TrendValue::Count(point.count("value")?)
    };
    Some(TrendPoint { at: point.moment("time")?, value })
}
