//! An account's sessions, as the two lists and the session's head show them.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::amount::Amount;
use crate::wire::Object;

/// How long ago a session's duration may have been counted last, if it is to be on air still.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// What a session's status flag says. In lists the flag is unreliable: see [`ListedSession::is_on_air`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStatus {
    /// 1
    OnAir,
    /// 2
    Ended,
    /// A number this client does not know.
    Unknown(i64),
}

impl SessionStatus {
    pub(super) fn read(object: &Object<'_>, key: &str) -> Option<SessionStatus> {
        Some(match object.count(key)? {
            1 => SessionStatus::OnAir,
            2 => SessionStatus::Ended,
            other => SessionStatus::Unknown(other),
        })
    }
}

/// A session in a list. `None` means that Shopee does not report the metric, which is not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedSession {
    /// The session.
    pub session_id: i64,
    /// What the host called it.
    pub title: Option<String>,
    /// An image id; see [`crate::urls::image_url`].
    pub cover_image: Option<String>,
    /// The flag as it stands; may say "ended" of a running session.
    pub status: Option<SessionStatus>,
    /// When it went on air.
    pub started_at: Option<DateTime<Utc>>,
    /// Time on air; grows until the end.
    pub duration: Option<Duration>,
    /// How often it was opened.
    pub views: Option<i64>,
    /// How many opened it.
    pub viewers: Option<i64>,
    /// The most who watched at once.
    pub peak_viewers: Option<i64>,
    /// How long a view lasted on average. The unit on the wire is inferred to be milliseconds.
    pub average_view_duration: Option<Duration>,
    /// Comments.
    pub comments: Option<i64>,
    /// Likes.
    pub likes: Option<i64>,
    /// Followers won, less those lost.
    pub followers_growth: Option<i64>,
    /// How often a product was put into a cart.
    pub added_to_cart: Option<i64>,
    /// Clicks on products.
    pub product_clicks: Option<i64>,
    /// Orders per click on a product; 1 is all.
    pub conversion_rate: Option<f64>,
    /// Orders placed.
    pub placed_orders: Option<i64>,
    /// Orders confirmed.
    pub confirmed_orders: Option<i64>,
    /// Money of the orders placed.
    pub placed_sales: Option<Amount>,
    /// Money of the orders confirmed; changes for days after the end.
    pub confirmed_sales: Option<Amount>,
}

impl ListedSession {
    pub(super) fn read(row: &Object<'_>) -> Option<ListedSession> {
        Some(ListedSession {
            session_id: row.id("sessionId")?,
            title: row.text("title"),
            cover_image: row.text("coverImage"),
            status: SessionStatus::read(row, "status"),
            started_at: row.moment("startTime"),
            duration: row.milliseconds("duration"),
            views: row.count("views"),
            viewers: row.count("viewers"),
            peak_viewers: row.count("peakViewers"),
            average_view_duration: row.milliseconds("avgViewsDuration"),
            comments: row.count("comments"),
            likes: row.count("likes"),
            followers_growth: row.count("followersGrowth"),
            added_to_cart: row.count("atc"),
            product_clicks: row.count("productClicks"),
            conversion_rate: row.ratio("conversionRate"),
            placed_orders: row.count("placedOrders"),
            confirmed_orders: row.count("confirmedOrders"),
            placed_sales: row.units("placedSales"),
            confirmed_sales: row.units("confirmedSales"),
        })
    }

    /// Whether the session is on air. The flag of a running session may say "ended", but its duration grows; so it is on
    /// air if the flag says so, or if it was at most five minutes ago.
    pub fn is_on_air(&self, now: DateTime<Utc>) -> bool {
        let counted_until = self.last_known_on_air();
        self.status == Some(SessionStatus::OnAir) || counted_until.is_some_and(|until| now - until <= FRESH)
    }

    /// Start and duration added up: for an ended session its end.
    pub fn last_known_on_air(&self) -> Option<DateTime<Utc>> {
        self.started_at?.checked_add_signed(TimeDelta::from_std(self.duration?).ok()?)
    }
}

/// An ended session with the metrics that only its own list has.
#[derive(Debug, Clone, PartialEq)]
pub struct EndedSession {
    /// What both lists have.
    pub listed: ListedSession,
    /// How many did something: liked, commented, clicked.
    pub engaged_viewers: Option<i64>,
    /// How many of those there were at a time, on average.
    pub average_engaged_viewers: Option<f64>,
    /// Pieces in the orders placed.
    pub placed_items_sold: Option<i64>,
    /// Pieces in the orders confirmed.
    pub confirmed_items_sold: Option<i64>,
    /// Orders paid.
    pub paid_orders: Option<i64>,
    /// Money of the orders paid.
    pub paid_sales: Option<Amount>,
}

impl EndedSession {
    pub(super) fn read(row: &Object<'_>) -> Option<EndedSession> {
        let listed = ListedSession::read(row)?;
        Some(EndedSession {
            listed: ListedSession { peak_viewers: row.count("peakViews"), ..listed },
            engaged_viewers: row.count("engagedUv"),
            average_engaged_viewers: row.number("avgEngagedCcu"),
            placed_items_sold: row.count("placedItemSold"),
            confirmed_items_sold: row.count("confirmedItemSold"),
            paid_orders: row.count("paidOrders"),
            paid_sales: row.units("paidSales"),
        })
    }
}

/// A session's state and stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// Whether it is on air; reliable here.
    pub status: Option<SessionStatus>,
    /// What the host called it.
    pub title: Option<String>,
    /// A signed FLV stream that expires: ask again each time it is needed. Plays without cookies.
    pub streaming_url: Option<String>,
    /// When it went on air.
    pub started_at: Option<DateTime<Utc>>,
}

impl SessionInfo {
    pub(super) fn read(data: &Object<'_>) -> SessionInfo {
        SessionInfo {
            status: SessionStatus::read(data, "sessionStatus"),
            title: data.text("sessionTitle"),
            streaming_url: data.link("sessionStreamingUrl"),
            started_at: data.moment("lsStartTime"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    fn session(fields: &str) -> ListedSession {
        let raw = RawValue::from_string(format!(r#"{{"sessionId":1,{fields}}}"#)).unwrap();
        ListedSession::read(&Object::parse(&raw).unwrap()).unwrap()
    }

    #[test]
    fn on_air_by_the_flag_or_by_a_duration_that_was_counted_lately() {
        let start = 1_790_590_000_000_i64;
        let at = |minutes: i64| DateTime::from_timestamp_millis(start + minutes * 60_000).unwrap();
        let hour = format!(r#""startTime":{start},"duration":3600000"#);

        assert!(session(r#""status":1"#).is_on_air(at(0)), "the flag alone is enough");
        assert!(!session(r#""status":2"#).is_on_air(at(0)));
        assert!(session(&format!(r#""status":2,{hour}"#)).is_on_air(at(65)), "five minutes exactly still count");
        assert!(!session(&format!(r#""status":2,{hour}"#)).is_on_air(at(66)));
        assert!(session(&hour).is_on_air(at(30)), "a clock behind Shopee's does no harm");
        assert!(!session(&format!(r#""startTime":{start}"#)).is_on_air(at(0)), "no duration, no rule");
        assert!(!session(&format!(r#""startTime":{start},"duration":9223372036854775807"#)).is_on_air(at(0)));
    }
}
