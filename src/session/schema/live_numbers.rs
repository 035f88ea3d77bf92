use async_graphql::Object;
use chrono::{DateTime, Utc};

use crate::{
    graphql::{long::Long, money::Money},
    session::metrics::Metrics,
};

/// The numbers of a session at one moment, for whatever object tells them.
pub struct LiveNumbers {
    pub(super) region: shopee::Region,
    pub(super) metrics: Option<Metrics>,
    pub(super) observed_at: Option<DateTime<Utc>>,
    pub(super) stale_since: Option<DateTime<Utc>>,
}

impl LiveNumbers {
    fn count(&self, metric: impl Fn(&Metrics) -> Option<i64>) -> Option<Long> {
        metric(self.metrics.as_ref()?).map(Long)
    }
}

/// The numbers of a session at one moment. A number that is null was not reported, which is not zero.
#[Object]
impl LiveNumbers {
    /// People watching at that moment.
    async fn viewers(&self) -> Option<Long> {
        self.count(|metrics| metrics.current_viewers)
    }

    /// Most people watching at one time so far.
    async fn peak_viewers(&self) -> Option<Long> {
        self.count(|metrics| metrics.peak_viewers)
    }

    /// People who have watched so far, each counted once.
    async fn total_viewers(&self) -> Option<Long> {
        self.count(|metrics| metrics.total_viewers)
    }

    /// How often the session was opened.
    async fn views(&self) -> Option<Long> {
        self.count(|metrics| metrics.views)
    }

    /// Likes given so far.
    async fn likes(&self) -> Option<Long> {
        self.count(|metrics| metrics.likes)
    }

    /// Comments written so far.
    async fn comments(&self) -> Option<Long> {
        self.count(|metrics| metrics.comments)
    }

    /// Times the session was shared so far.
    async fn shares(&self) -> Option<Long> {
        self.count(|metrics| metrics.shares)
    }

    /// Times a product was put into a cart so far.
    async fn added_to_cart(&self) -> Option<Long> {
        self.count(|metrics| metrics.added_to_cart)
    }

    /// People who placed an order so far.
    async fn buyers(&self) -> Option<Long> {
        self.count(|metrics| metrics.buyers)
    }

    /// Orders placed so far.
    async fn orders(&self) -> Option<Long> {
        self.count(|metrics| metrics.orders)
    }

    /// Value of the orders placed so far.
    async fn revenue(&self) -> Option<Money> {
        Some(Money::new(self.metrics.as_ref()?.revenue?, self.region))
    }

    /// Whether the session is on air; false exactly once, in the last event.
    async fn is_on_air(&self) -> Option<bool> {
        Some(self.metrics.as_ref()?.on_air)
    }

    /// When Shopee told these numbers; null when it has not told any yet.
    async fn observed_at(&self) -> Option<DateTime<Utc>> {
        self.observed_at
    }

    /// Since when Shopee has not answered, so that these numbers are older than they should be; null while it answers.
    async fn stale_since(&self) -> Option<DateTime<Utc>> {
        self.stale_since
    }
}
