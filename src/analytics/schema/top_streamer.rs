use async_graphql::{ID, SimpleObject};

use crate::{
    account::{access, schema::Region},
    analytics::store::streamers::StreamerSales,
    error::Result,
    graphql::{long::Long, money::Money},
};

/// Somebody who holds sessions, with what these brought in.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct TopStreamer {
    /// Shopee's id of the streamer.
    streamer_id: ID,
    /// The region that they sell in.
    region: Region,
    /// The streamer's name; null when Shopee did not tell, and the last by the alphabet where it has changed.
    streamer_name: Option<String>,
    /// How many of the streamer's sessions began.
    sessions: Long,
    /// People who watched, added up over sessions; null when none reported it.
    total_viewers: Option<Long>,
    /// Orders placed; null when no session reported them.
    total_orders: Option<Long>,
    /// Value of the orders placed.
    total_revenue: Option<Money>,
}

impl TopStreamer {
    pub(super) fn new(sales: StreamerSales) -> Result<Self> {
        let region = access::region(&sales.region)?;
        Ok(Self {
            streamer_id: sales.streamer_id.into(),
            region: region.into(),
            streamer_name: sales.streamer_name,
            sessions: Long(sales.sessions),
            total_viewers: sales.viewers.map(Long),
            total_orders: sales.orders.map(Long),
            total_revenue: sales.revenue.map(|amount| Money::new(amount, region)),
        })
    }
}
