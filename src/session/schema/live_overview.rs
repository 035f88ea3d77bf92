use async_graphql::{Context, Object};
use rust_decimal::Decimal;
use shopee::{Amount, Overview, Region};

use super::live_info::RemoteLiveStatus;
use crate::{
    engine::joined::Observed,
    graphql::{freshness::Freshness, long::Long, money::Money, rate::rate},
};

/// A session's numbers as Shopee counts them.
pub struct LiveOverview {
    overview: Overview,
    freshness: Freshness,
    region: Region,
}

impl LiveOverview {
    pub fn from_answer(answer: &Observed<Option<Overview>>, region: Region) -> Option<Self> {
        Some(Self { overview: answer.value.clone()?, freshness: Freshness::of(answer), region })
    }

    fn money(&self, amount: Option<Amount>) -> Option<Money> {
        amount.map(|amount| Money::new(amount.0, self.region))
    }
}

/// A session's numbers as Shopee counts them now. A number that is null was not reported, which is not zero. `placed` counts
/// orders when they are made, `confirmed` when Shopee has confirmed them, which goes on for days after the end.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl LiveOverview {
    /// Whether Shopee has the session on air.
    async fn status(&self) -> Option<RemoteLiveStatus> {
        self.overview.status.map(Into::into)
    }

    /// People watching now.
    async fn current_viewers(&self) -> Option<Long> {
        self.overview.current_viewers.map(Long)
    }

    /// Most people watching at one time.
    async fn peak_viewers(&self) -> Option<Long> {
        self.overview.peak_viewers.map(Long)
    }

    /// People who opened the session, each counted once.
    async fn viewers(&self) -> Option<Long> {
        self.overview.viewers.map(Long)
    }

    /// How often the session was opened.
    async fn views(&self) -> Option<Long> {
        self.overview.views.map(Long)
    }

    /// People who liked, commented or clicked.
    async fn engaged_viewers(&self) -> Option<Long> {
        self.overview.engaged_viewers.map(Long)
    }

    /// People who placed an order.
    async fn buyers(&self) -> Option<Long> {
        self.overview.buyers.map(Long)
    }

    /// People of whom an order was confirmed.
    async fn confirmed_buyers(&self) -> Option<Long> {
        self.overview.confirmed_buyers.map(Long)
    }

    /// How long a view lasts on average, in seconds.
    async fn average_view_seconds(&self) -> Option<Decimal> {
        let duration = self.overview.average_view_duration?;
        Some(Decimal::new(i64::try_from(duration.as_millis()).ok()?, 3).normalize())
    }

    /// Times a product was put into a cart.
    async fn added_to_cart(&self) -> Option<Long> {
        self.overview.added_to_cart.map(Long)
    }

    /// Times a product was put into a cart within the last minute.
    async fn added_to_cart_last_minute(&self) -> Option<Long> {
        self.overview.added_to_cart_last_minute.map(Long)
    }

    /// Comments written within the last minute.
    async fn comments_last_minute(&self) -> Option<Long> {
        self.overview.comments_last_minute.map(Long)
    }

    /// Orders placed.
    async fn placed_orders(&self) -> Option<Long> {
        self.overview.placed_orders.map(Long)
    }

    /// Orders confirmed.
    async fn confirmed_orders(&self) -> Option<Long> {
        self.overview.confirmed_orders.map(Long)
    }

    /// Pieces in the orders placed.
    async fn placed_items_sold(&self) -> Option<Long> {
        self.overview.placed_items_sold.map(Long)
    }

    /// Pieces in the orders confirmed.
    async fn confirmed_items_sold(&self) -> Option<Long> {
        self.overview.confirmed_items_sold.map(Long)
    }

    /// Value of the orders placed.
    async fn placed_sales(&self) -> Option<Money> {
        self.money(self.overview.placed_sales)
    }

    /// Value of the orders confirmed.
    async fn confirmed_sales(&self) -> Option<Money> {
        self.money(self.overview.confirmed_sales)
    }

    /// Value of the orders placed for every thousand views.
    async fn sales_per_thousand_views(&self) -> Option<Money> {
        self.money(self.overview.sales_per_thousand_views)
    }

    /// Average value of an order placed.
    async fn average_basket(&self) -> Option<Money> {
        self.money(self.overview.average_basket)
    }

    /// Clicks on products for each view, as a fraction: `"0.12"` is 12 %.
    async fn click_rate(&self) -> Option<Decimal> {
        rate(self.overview.click_rate)
    }

    /// Orders placed for each click on a product, as a fraction.
    async fn order_rate(&self) -> Option<Decimal> {
        rate(self.overview.order_rate)
    }

    /// Comments for each view, as a fraction.
    async fn comment_rate(&self) -> Option<Decimal> {
        rate(self.overview.comment_rate)
    }

    /// Likes given.
    async fn likes(&self) -> Option<Long> {
        self.overview.engagement.likes.map(Long)
    }

    /// Comments written.
    async fn comments(&self) -> Option<Long> {
        self.overview.engagement.comments.map(Long)
    }

    /// Times the session was shared.
    async fn shares(&self) -> Option<Long> {
        self.overview.engagement.shares.map(Long)
    }

    /// Followers won.
    async fn new_followers(&self) -> Option<Long> {
        self.overview.engagement.new_followers.map(Long)
    }

    #[graphql(flatten)]
    async fn freshness(&self, _ctx: &Context<'_>) -> Freshness {
        self.freshness
    }
}
