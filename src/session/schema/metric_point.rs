use async_graphql::{Enum, InputType as _, Object, Value};
use chrono::{DateTime, TimeDelta, Utc};

use super::list::comparable;
use crate::{
    error::{Error, Result},
    graphql::{long::Long, money::Money},
    session::store::samples::{Span, Spans},
};

/// The most points that one history may have.
pub const MOST_POINTS: i64 = 2_000;

/// How much time one point of a history stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MetricInterval {
    /// Ten seconds: less than that is hardly ever asked of Shopee.
    TenSeconds,
    /// One minute.
    Minute,
    /// Five minutes.
    FiveMinutes,
    /// A quarter of an hour.
    QuarterHour,
    /// One hour.
    Hour,
}

impl MetricInterval {
    fn seconds(self) -> i64 {
        match self {
            Self::TenSeconds => 10,
            Self::Minute => 60,
            Self::FiveMinutes => 300,
            Self::QuarterHour => 900,
            Self::Hour => 3_600,
        }
    }

    /// The spans from one instant to another, if there are not too many.
    pub(super) fn spans(self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Spans> {
        let (from, to, seconds) = (comparable("from", from)?, comparable("to", to)?, self.seconds());
        if to <= from {
            return Err(Error::invalid_input("to", "has to be later than `from`"));
        }
        if to - from > TimeDelta::seconds(seconds * MOST_POINTS) {
            let reason = format!("makes more than {MOST_POINTS} points; ask for less time or a longer interval");
            return Err(Error::invalid_input("interval", reason));
        }
        Ok(Spans { from, to, seconds })
    }
}

/// How many points there may be, as the arguments of a history say; `None` for arguments that it would refuse.
pub fn points_between(from: Option<Value>, to: Option<Value>, interval: Option<Value>) -> Option<u64> {
    let (from, to) = (DateTime::<Utc>::parse(from).ok()?, DateTime::<Utc>::parse(to).ok()?);
    let points = (to - from).num_seconds() / MetricInterval::parse(interval).ok()?.seconds() + 1;
    u64::try_from(points).ok()
}

/// One point of a history.
pub struct MetricPoint {
    span: Span,
    spans: Spans,
    region: shopee::Region,
}

impl MetricPoint {
    pub(super) fn new(span: Span, spans: Spans, region: shopee::Region) -> Self {
        Self { span, spans, region }
    }
}

/// What a session showed in one interval of its history: the last numbers that Shopee told in it, unless a field says otherwise. A number
/// that is null was not reported, which is not zero.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl MetricPoint {
    /// When the interval begins; the first one begins with the history's `from`.
    async fn starts_at(&self) -> DateTime<Utc> {
        let millisecond = self.spans.seconds * 1000;
        let since = (self.span.sampled_at - self.spans.from).num_milliseconds();
        self.spans.from + TimeDelta::milliseconds(since - since % millisecond)
    }

    /// When Shopee told the numbers: within the interval.
    async fn observed_at(&self) -> DateTime<Utc> {
        self.span.sampled_at
    }

    /// People watching at that moment.
    async fn viewers(&self) -> Option<Long> {
        self.span.viewers.map(Long)
    }

    /// Most people watching at any of the moments of the interval at which Shopee was asked.
    async fn most_viewers(&self) -> Option<Long> {
        self.span.most_viewers.map(Long)
    }

    /// Most people watching at one time since the session began.
    async fn peak_viewers(&self) -> Option<Long> {
        self.span.peak_viewers.map(Long)
    }

    /// People who had watched by then, each counted once.
    async fn total_viewers(&self) -> Option<Long> {
        self.span.total_viewers.map(Long)
    }

    /// Likes given by then.
    async fn likes(&self) -> Option<Long> {
        self.span.likes.map(Long)
    }

    /// Comments written by then.
    async fn comments(&self) -> Option<Long> {
        self.span.comments.map(Long)
    }

    /// Times the session had been shared by then.
    async fn shares(&self) -> Option<Long> {
        self.span.shares.map(Long)
    }

    /// Orders placed by then.
    async fn orders(&self) -> Option<Long> {
        self.span.orders.map(Long)
    }

    /// Value of the orders placed by then.
    async fn revenue(&self) -> Option<Money> {
        Some(Money::new(self.span.revenue?, self.region))
    }
}
