//! The metrics of one session as of now.

use std::time::Duration;

use super::session::SessionStatus;
use crate::amount::Amount;
use crate::wire::Object;

/// The metrics of a session as of now. `None` means that Shopee does not report the metric, which is not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// Whether it is on air.
    pub status: Option<SessionStatus>,
    /// How many watch now.
    pub current_viewers: Option<i64>,
    /// The most who watched at once.
    pub peak_viewers: Option<i64>,
    /// How many opened it.
    pub viewers: Option<i64>,
    /// How often it was opened.
    pub views: Option<i64>,
    /// How many did something: liked, commented, clicked.
    pub engaged_viewers: Option<i64>,
    /// How many of those watch now.
    pub current_engaged_viewers: Option<i64>,
    /// How many of those there were at a time, on average.
    pub average_engaged_viewers: Option<f64>,
    /// How many placed an order.
    pub buyers: Option<i64>,
    /// How many had an order confirmed.
    pub confirmed_buyers: Option<i64>,
    /// How long a view lasted on average. The unit on the wire is inferred to be milliseconds.
    pub average_view_duration: Option<Duration>,
    /// How often a product was put into a cart.
    pub added_to_cart: Option<i64>,
    /// The same within the last minute.
    pub added_to_cart_last_minute: Option<i64>,
    /// Comments within the last minute.
    pub comments_last_minute: Option<i64>,
    /// Pieces in the orders placed.
    pub placed_items_sold: Option<i64>,
    /// Orders placed.
    pub placed_orders: Option<i64>,
    /// Money of the orders placed.
    pub placed_sales: Option<Amount>,
    /// Pieces in the orders confirmed.
    pub confirmed_items_sold: Option<i64>,
    /// Orders confirmed.
    pub confirmed_orders: Option<i64>,
    /// Money of the orders confirmed.
    pub confirmed_sales: Option<Amount>,
    /// Money placed per thousand views.
    pub sales_per_thousand_views: Option<Amount>,
    /// Money confirmed per thousand views.
    pub confirmed_sales_per_thousand_views: Option<Amount>,
    /// Money per order placed.
    pub average_basket: Option<Amount>,
    /// Money per order confirmed.
    pub confirmed_average_basket: Option<Amount>,
    /// Clicks on products per view; 1 is all.
    pub click_rate: Option<f64>,
    /// Orders placed per click; 1 is all.
    pub order_rate: Option<f64>,
    /// Orders confirmed per click; 1 is all.
    pub confirmed_order_rate: Option<f64>,
    /// Comments per view; 1 is all.
    pub comment_rate: Option<f64>,
    /// What viewers did.
    pub engagement: Engagement,
}

/// What viewers of a session did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Engagement {
    /// Likes.
    pub likes: Option<i64>,
    /// Comments.
    pub comments: Option<i64>,
    /// How often it was shared.
    pub shares: Option<i64>,
    /// How many opened it.
    pub viewers: Option<i64>,
    /// How often it was opened.
    pub views: Option<i64>,
    /// Followers won.
    pub new_followers: Option<i64>,
    /// How long a view lasted on average. The unit on the wire is inferred to be milliseconds.
    pub average_view_duration: Option<Duration>,
}

impl Overview {
    pub(super) fn read(data: &Object<'_>) -> Overview {
        Overview {
            status: SessionStatus::read(data, "status"),
            current_viewers: data.count("ccu"),
            peak_viewers: data.count("pcu"),
            viewers: data.count("viewers"),
            views: data.count("views"),
            engaged_viewers: data.count("engagedViewers"),
            current_engaged_viewers: data.count("engagedCcu"),
            average_engaged_viewers: data.number("avgEngagedCcu"),
            buyers: data.count("buyers"),
            confirmed_buyers: data.count("confirmedBuyers"),
            average_view_duration: data.milliseconds("avgViewTime"),
            added_to_cart: data.count("atc"),
            // Spelled so on the wire.
            added_to_cart_last_minute: data.count("atcWhithinLastOneMinute"),
            comments_last_minute: data.count("commentsWhithinLastOneMinute"),
            placed_items_sold: data.count("placedItemsSold"),
            placed_orders: data.count("placedOrder"),
            placed_sales: data.units("placedGmv"),
            confirmed_items_sold: data.count("confirmedItemsSold"),
            confirmed_orders: data.count("confirmedOrder"),
            confirmed_sales: data.units("confirmedGmv"),
            sales_per_thousand_views: data.units("gpm"),
            confirmed_sales_per_thousand_views: data.units("confirmedGpm"),
            average_basket: data.units("abs"),
            confirmed_average_basket: data.units("confirmedAbs"),
            click_rate: data.ratio("ctr"),
            order_rate: data.ratio("co"),
            confirmed_order_rate: data.ratio("confirmedCo"),
            comment_rate: data.ratio("commentsRate"),
            engagement: data.object("engagementData").map(|data| Engagement::read(&data)).unwrap_or_default(),
        }
    }
}

impl Engagement {
    fn read(data: &Object<'_>) -> Engagement {
        Engagement {
            likes: data.count("likes"),
            comments: data.count("comments"),
            shares: data.count("shares"),
            viewers: data.count("viewers"),
            views: data.count("views"),
            new_followers: data.count("newFollowers"),
            average_view_duration: data.milliseconds("avgViewingDuration"),
        }
    }
}
