//! The live numbers of a session, in our own words: what pollers hand to watchers and what is stored when a session ends.

use serde::{Deserialize, Serialize};
use shopee::{Overview, SessionStatus};

/// A session's numbers at one moment. `None` was not reported, which is not zero. Money counts 1/100000 of the currency unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metrics {
    pub on_air: bool,
    pub current_viewers: Option<i64>,
    pub peak_viewers: Option<i64>,
    pub total_viewers: Option<i64>,
    pub views: Option<i64>,
    pub likes: Option<i64>,
    pub comments: Option<i64>,
    pub shares: Option<i64>,
    pub added_to_cart: Option<i64>,
    pub buyers: Option<i64>,
    pub orders: Option<i64>,
    pub revenue: Option<i64>,
    pub confirmed_orders: Option<i64>,
    pub confirmed_revenue: Option<i64>,
}

impl From<&Overview> for Metrics {
    fn from(overview: &Overview) -> Self {
        Self {
            // Anything but a plain "ended" keeps a session on air: an end is final, and a wrong one would close every stream.
            on_air: overview.status != Some(SessionStatus::Ended),
            current_viewers: overview.current_viewers,
            peak_viewers: overview.peak_viewers,
            total_viewers: overview.viewers,
            views: overview.views,
            likes: overview.engagement.likes,
            comments: overview.engagement.comments,
            shares: overview.engagement.shares,
            added_to_cart: overview.added_to_cart,
            buyers: overview.buyers,
            orders: overview.placed_orders,
            revenue: overview.placed_sales.map(|amount| amount.0),
            confirmed_orders: overview.confirmed_orders,
            confirmed_revenue: overview.confirmed_sales.map(|amount| amount.0),
        }
    }
}
