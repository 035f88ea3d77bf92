use async_graphql::Object;
use rust_decimal::Decimal;

use crate::{
    analytics::figures::{Figures, Pair, Sum, Takings, Totals, change},
    graphql::money::CurrencyCode,
};

/// By how much figures have changed.
pub(super) struct FiguresChange {
    pub(super) is: Figures,
    pub(super) was: Figures,
}

impl FiguresChange {
    fn of(&self, figure: impl Fn(&Totals) -> Option<Decimal>) -> Option<Decimal> {
        change(figure(&self.is.totals), figure(&self.was.totals))
    }

    fn of_sum(&self, figure: impl Fn(&Totals) -> Sum) -> Option<Decimal> {
        self.of(|totals| figure(totals).map(Decimal::from))
    }
}

/// By how much figures have changed since the period before: (now − before) / before, as a fraction to six decimals, so that `"0.25"` is
/// a quarter more and `"-1"` all of it gone. Null when one of the two was not reported, or the one before was zero.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl FiguresChange {
    /// Of the number of sessions.
    async fn total_sessions(&self) -> Option<Decimal> {
        self.of_sum(|totals| Some(totals.sessions))
    }

    /// Of the viewers.
    async fn total_viewers(&self) -> Option<Decimal> {
        self.of_sum(|totals| totals.viewers)
    }

    /// Of the viewers of a session on average.
    async fn average_viewers(&self) -> Option<Decimal> {
        self.of(|totals| totals.viewers_of_a_session().quotient())
    }

    /// Of the most people watching one session at one time.
    async fn peak_viewers(&self) -> Option<Decimal> {
        self.of_sum(|totals| totals.peak_viewers)
    }

    /// Of the orders.
    async fn total_orders(&self) -> Option<Decimal> {
        self.of_sum(|totals| totals.orders)
    }

    /// Of the orders confirmed.
    async fn confirmed_orders(&self) -> Option<Decimal> {
        self.of_sum(|totals| totals.confirmed_orders)
    }

    /// Of the orders for each viewer.
    async fn conversion_rate(&self) -> Option<Decimal> {
        self.of(|totals| totals.conversion.quotient())
    }

    /// Of the likes, comments and shares for each viewer.
    async fn engagement_rate(&self) -> Option<Decimal> {
        self.of(|totals| totals.engagement.quotient())
    }

    /// Of the comments.
    async fn total_comments(&self) -> Option<Decimal> {
        self.of_sum(|totals| totals.comments)
    }

    /// Of the likes.
    async fn total_likes(&self) -> Option<Decimal> {
        self.of_sum(|totals| totals.likes)
    }

    /// Of the shares.
    async fn total_shares(&self) -> Option<Decimal> {
        self.of_sum(|totals| totals.shares)
    }

    /// Of the time on air.
    async fn total_duration_seconds(&self) -> Option<Decimal> {
        self.of_sum(|totals| totals.duration_seconds)
    }

    /// What concerns money, one entry for each currency that the sessions of now sold in.
    #[graphql(directive = crate::graphql::price::list_size::apply(shopee::Region::ALL.len() as u32, None))]
    async fn by_currency(&self) -> Vec<CurrencyChange> {
        let changes = self.is.takings.iter().map(|is| {
            let was = self.was.takings.iter().find(|was| was.region == is.region);
            CurrencyChange { is: is.clone(), was: was.cloned().unwrap_or_else(|| Takings::of(is.region)) }
        });
        changes.collect()
    }
}

/// By how much figures have changed in one currency.
pub(super) struct CurrencyChange {
    is: Takings,
    was: Takings,
}

impl CurrencyChange {
    fn of_sum(&self, figure: impl Fn(&Takings) -> Sum) -> Option<Decimal> {
        change(figure(&self.is).map(Decimal::from), figure(&self.was).map(Decimal::from))
    }

    fn of_pair(&self, pair: impl Fn(&Takings) -> Pair) -> Option<Decimal> {
        change(pair(&self.is).quotient(), pair(&self.was).quotient())
    }
}

/// By how much figures have changed in one currency since the period before, as a fraction of what they were. Null when one of the two
/// was not reported, or the one before was zero. The return on investment is not among them: it may be negative, and what fraction of a
/// loss would a gain be? Compare the two.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl CurrencyChange {
    /// The currency.
    async fn currency_code(&self) -> CurrencyCode {
        self.is.region.into()
    }

    /// Of the revenue.
    async fn total_revenue(&self) -> Option<Decimal> {
        self.of_sum(|takings| takings.revenue)
    }

    /// Of the value of the orders confirmed.
    async fn confirmed_revenue(&self) -> Option<Decimal> {
        self.of_sum(|takings| takings.confirmed_revenue)
    }

    /// Of the revenue for each order.
    async fn average_order_value(&self) -> Option<Decimal> {
        self.of_pair(|takings| takings.order_value)
    }

    /// Of the money spent on campaigns.
    async fn total_ad_spend(&self) -> Option<Decimal> {
        self.of_sum(|takings| takings.ad_spend)
    }

    /// Of the commission earned.
    async fn total_commission(&self) -> Option<Decimal> {
        self.of_sum(|takings| takings.commission)
    }
}
