//! The final report of an ended session.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::amount::Amount;
use crate::wire::Object;

/// The final report of an ended session. `None` means that Shopee does not report the metric, which is not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveDetail {
    /// When it went on air.
    pub started_at: Option<DateTime<Utc>>,
    /// Time on air.
    pub duration: Option<Duration>,
    /// How many did something: liked, commented, clicked.
    pub engaged_viewers: Option<i64>,
    /// The most who watched at once.
    pub peak_viewers: Option<i64>,
    /// How long a view lasted on average.
    pub average_view_duration: Option<Duration>,
    /// How often a product was put into a cart.
    pub added_to_cart: Option<i64>,
    /// Clicks on products.
    pub product_clicks: Option<i64>,
    /// Clicks on products per view; 1 is all.
    pub product_click_rate: Option<f64>,
    /// Orders per click on a product; 1 is all.
    pub conversion_rate: Option<f64>,
    /// Money per order confirmed.
    pub confirmed_average_basket: Option<Amount>,
    /// Money confirmed per thousand views.
    pub confirmed_sales_per_thousand_views: Option<Amount>,
    /// Money of the orders confirmed.
    pub confirmed_sales: Option<Amount>,
    /// Orders confirmed.
    pub confirmed_orders: Option<i64>,
    /// Pieces in the orders confirmed.
    pub confirmed_items_sold: Option<i64>,
    /// How many had an order confirmed.
    pub confirmed_buyers: Option<i64>,
    /// How often it was opened.
    pub views: Option<i64>,
    /// Likes.
    pub likes: Option<i64>,
    /// How often it was shared.
    pub shares: Option<i64>,
    /// Comments.
    pub comments: Option<i64>,
    /// Comments per view; 1 is all.
    pub comment_rate: Option<f64>,
    /// How often coins were given.
    pub coin_rounds: Option<i64>,
    /// Coins claimed in all rounds.
    pub coins_claimed: Option<i64>,
    /// How many viewers claimed coins.
    pub coin_claimers: Option<i64>,
    /// How often coins were claimed.
    pub coin_claims: Option<i64>,
    /// How many auctions there were.
    pub auction_rounds: Option<i64>,
}

impl LiveDetail {
    pub(super) fn read(data: &Object<'_>) -> LiveDetail {
        let part = |key| data.object(key).unwrap_or_default();
        let (info, metrics) = (part("liveInfo"), part("keyMetrics"));
        let (performance, promotion) = (part("performance"), part("promotion"));
        LiveDetail {
            started_at: info.moment("startTime"),
            duration: info.milliseconds("duration"),
            engaged_viewers: metrics.count("engagedViewers"),
            peak_viewers: metrics.count("peakViewers"),
            average_view_duration: metrics.milliseconds("avgViewDuration"),
            added_to_cart: metrics.count("atc"),
            product_clicks: metrics.count("productClicks"),
            product_click_rate: metrics.ratio("productClickRate"),
            conversion_rate: metrics.ratio("conversionRate"),
            // Capitals here, unlike the overview.
            confirmed_average_basket: metrics.units("confirmedABS"),
            confirmed_sales_per_thousand_views: metrics.units("confirmedGPM"),
            confirmed_sales: performance.units("confirmedSales"),
            confirmed_orders: performance.count("confirmedOrders"),
            confirmed_items_sold: performance.count("itemConfirmedOrders"),
            confirmed_buyers: performance.count("confirmedBuyers"),
            views: performance.count("views"),
            likes: performance.count("likes"),
            shares: performance.count("shares"),
            comments: performance.count("comments"),
            comment_rate: performance.ratio("commentRate"),
            coin_rounds: promotion.count("coinsRound"),
            coins_claimed: promotion.count("coinsClaimed"),
            coin_claimers: promotion.count("userClaimed"),
            coin_claims: promotion.count("timeClaimed"),
            auction_rounds: promotion.count("auctionRound"),
        }
    }
}
