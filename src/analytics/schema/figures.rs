use async_graphql::Object;
use rust_decimal::Decimal;

use super::{top_product::TopProduct, top_streamer::TopStreamer};
use crate::{
    analytics::{
        figures::{Figures, Takings},
        store::Wanted,
    },
    error::Result,
    graphql::{
        long::Long,
        money::{CurrencyCode, Money},
        selection::Selection,
    },
};

/// What is selected below places that hold figures, so that it is read with them.
pub(super) fn wanted<'a>(places: impl IntoIterator<Item = Selection<'a>>) -> Wanted {
    let mut wanted = Wanted::default();
    for place in places {
        let by_currency = place.below("byCurrency");
        wanted.commission |= by_currency.has_any(&["totalCommission"]);
        wanted.top_product |= by_currency.has_any(&["topProduct"]);
        wanted.top_streamer |= by_currency.has_any(&["topStreamer"]);
    }
    wanted
}

/// What sessions add up to. A figure that is null was reported by none of them, which is not zero.
pub(super) struct LiveFigures(pub(super) Figures);

/// What sessions add up to. A figure that is null was reported by none of them, which is not zero; sessions that did not report a
/// figure are left out of its sum, and out of both sides of a ratio.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl LiveFigures {
    /// How many sessions began.
    async fn total_sessions(&self) -> Long {
        Long(self.0.totals.sessions)
    }

    /// People who watched, added up over sessions: somebody who watched two counts twice.
    async fn total_viewers(&self) -> Option<Long> {
        self.0.totals.viewers.map(Long)
    }

    /// Viewers of a session on average, to two decimals.
    async fn average_viewers(&self) -> Option<Decimal> {
        self.0.totals.average_viewers()
    }

    /// The most people watching one session at one time.
    async fn peak_viewers(&self) -> Option<Long> {
        self.0.totals.peak_viewers.map(Long)
    }

    /// Orders placed.
    async fn total_orders(&self) -> Option<Long> {
        self.0.totals.orders.map(Long)
    }

    /// Orders confirmed by Shopee, of those placed; it goes on for days after a session's end.
    async fn confirmed_orders(&self) -> Option<Long> {
        self.0.totals.confirmed_orders.map(Long)
    }

    /// Orders for each viewer, as a fraction to six decimals: `"0.031"` is 3.1 %. Null without viewers.
    async fn conversion_rate(&self) -> Option<Decimal> {
        self.0.totals.conversion.ratio()
    }

    /// Likes, comments and shares for each viewer, as a fraction to six decimals: `"1.25"` is five of them from four viewers. Over the
    /// sessions that reported all four; null without viewers.
    async fn engagement_rate(&self) -> Option<Decimal> {
        self.0.totals.engagement.ratio()
    }

    /// Comments written.
    async fn total_comments(&self) -> Option<Long> {
        self.0.totals.comments.map(Long)
    }

    /// Likes given.
    async fn total_likes(&self) -> Option<Long> {
        self.0.totals.likes.map(Long)
    }

    /// Times that sessions were shared.
    async fn total_shares(&self) -> Option<Long> {
        self.0.totals.shares.map(Long)
    }

    /// Time on air, in seconds.
    async fn total_duration_seconds(&self) -> Option<Long> {
        self.0.totals.duration_seconds.map(Long)
    }

    /// What concerns money, one entry for each currency that the sessions sold in; at most one a Shopee region. Empty without
    /// sessions.
    #[graphql(directive = crate::graphql::price::list_size::apply(shopee::Region::ALL.len() as u32, None))]
    async fn by_currency(&self) -> Vec<CurrencyFigures> {
        self.0.takings.iter().cloned().map(CurrencyFigures).collect()
    }
}

/// What sessions add up to in one currency.
pub(super) struct CurrencyFigures(Takings);

impl CurrencyFigures {
    fn money(&self, amount: Option<i64>) -> Option<Money> {
        amount.map(|amount| Money::new(amount, self.0.region))
    }
}

/// What sessions add up to in one currency.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl CurrencyFigures {
    /// The currency.
    async fn currency_code(&self) -> CurrencyCode {
        self.0.region.into()
    }

    /// Value of the orders placed; null when no session reported it.
    async fn total_revenue(&self) -> Option<Money> {
        self.money(self.0.revenue)
    }

    /// Value of the orders confirmed; null when no session reported it.
    async fn confirmed_revenue(&self) -> Option<Money> {
        self.money(self.0.confirmed_revenue)
    }

    /// Revenue for each order, rounded to 1/100000 of the currency unit. Null without orders.
    async fn average_order_value(&self) -> Option<Money> {
        self.money(self.0.order_value.share())
    }

    /// Money spent on the sessions' campaigns; null when it is known of no session.
    async fn total_ad_spend(&self) -> Option<Money> {
        self.money(self.0.ad_spend)
    }

    /// Commission that the confirmed sales bring, added up over the sessions' products (`LiveSessionItem.totalCommission`); null when it
    /// is known of none of them.
    async fn total_commission(&self) -> Option<Money> {
        self.money(self.0.commission)
    }

    /// (Revenue − spend) / spend, as a fraction to six decimals: `"1.5"` is 150 %, and negative when more was spent than came in.
    /// Null when nothing was spent.
    async fn return_on_investment(&self) -> Option<Decimal> {
        self.0.returns.gain()
    }

    /// The product that sold for most; of several the one with the lowest id. Null when no product was reported to have sold.
    async fn top_product(&self) -> Option<Result<TopProduct>> {
        self.0.top_product.clone().map(TopProduct::new)
    }

    /// The streamer whose sessions brought in most; of several the one with the lowest id. Null when no revenue was reported.
    async fn top_streamer(&self) -> Option<Result<TopStreamer>> {
        self.0.top_streamer.clone().map(TopStreamer::new)
    }
}
