use async_graphql::Object;
use entity::live_session::Column;
use rust_decimal::Decimal;

use crate::{
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{money::Money, rate},
    session::schema::LiveSession,
};

/// What they are read from.
pub(super) const COLUMNS: &[Column] = &[
    Column::TotalViewers,
    Column::TotalOrders,
    Column::TotalRevenue,
    Column::TotalComments,
    Column::TotalLikes,
    Column::TotalShares,
    Column::CampaignSpent,
];

/// What follows from a session's own figures.
pub struct LiveSessionFigures<'a>(pub(super) &'a LiveSession);

/// What follows from a session's own totals, as those of a period follow from their sums. Stored, and as fresh as `syncedAt` says.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl LiveSessionFigures<'_> {
    /// Orders for each viewer, as a fraction to six decimals: `"0.031"` is 3.1 %. Null without viewers, or when one of the two was not
    /// reported.
    async fn conversion_rate(&self) -> Result<Option<Decimal>> {
        Ok(by(*self.0.row.total_orders.read()?, *self.0.row.total_viewers.read()?, rate::quotient))
    }

    /// Likes, comments and shares for each viewer, as a fraction to six decimals: `"1.25"` is five of them from four viewers. Null
    /// without viewers, or when one of the four was not reported.
    async fn engagement_rate(&self) -> Result<Option<Decimal>> {
        Ok(by(self.engagement()?, *self.0.row.total_viewers.read()?, rate::quotient))
    }

    /// Revenue for each order, rounded to 1/100000 of the currency unit. Null without orders, or when one of the two was not reported.
    async fn average_order_value(&self) -> Result<Option<Money>> {
        let average = by(*self.0.row.total_revenue.read()?, *self.0.row.total_orders.read()?, rate::share);
        self.0.money(&average)
    }

    /// (Revenue − spend) / spend, as a fraction to six decimals: `"1.5"` is 150 %, and negative when more was spent than came in. The spend
    /// is `campaignSpent`; null when that is zero, or one of the two is not known.
    async fn return_on_investment(&self) -> Result<Option<Decimal>> {
        Ok(by(*self.0.row.total_revenue.read()?, *self.0.row.campaign_spent.read()?, rate::gain))
    }
}

impl LiveSessionFigures<'_> {
    fn engagement(&self) -> Result<Option<i64>> {
        let row = &self.0.row;
        let parts = [*row.total_likes.read()?, *row.total_comments.read()?, *row.total_shares.read()?];
        let Some(parts) = parts.into_iter().collect::<Option<Vec<i64>>>() else { return Ok(None) };
        let sum = parts.into_iter().try_fold(0_i64, i64::checked_add);
        sum.map(Some).ok_or_else(|| Error::internal("a session's engagement passes 64 bits"))
    }
}

fn by<T>(above: Option<i64>, below: Option<i64>, ratio: impl Fn(i64, i64) -> Option<T>) -> Option<T> {
    ratio(above?, below?)
}
