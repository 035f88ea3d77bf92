//! Which sessions to list, and in what order.

use chrono::NaiveDate;

use crate::page::Sort;

/// Which of an account's sessions to list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionListQuery {
    /// From 1.
    pub page: u32,
    /// 1 to 100 have been seen to work.
    pub page_size: u32,
    /// Only sessions whose title contains this; empty for all.
    pub name: String,
    /// `None`: newest first.
    pub order_by: Option<SessionOrder>,
    /// `None`: as Shopee likes.
    pub sort: Option<Sort>,
}

impl Default for SessionListQuery {
    fn default() -> Self {
        SessionListQuery { page: 1, page_size: 50, name: String::new(), order_by: None, sort: None }
    }
}

/// Which ended sessions to list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EndedSessionsQuery {
    /// From 1.
    pub page: u32,
    /// 1 to 100 have been seen to work.
    pub page_size: u32,
    /// Only sessions whose title contains this; empty for all.
    pub name: String,
    /// `None`: newest first.
    pub order_by: Option<SessionOrder>,
    /// `None`: as Shopee likes.
    pub sort: Option<Sort>,
    /// How many days.
    pub window: Window,
    /// The last of the days, in the region's zone. `None`: today.
    pub end_date: Option<NaiveDate>,
}

impl Default for EndedSessionsQuery {
    fn default() -> Self {
        EndedSessionsQuery {
            page: 1,
            page_size: 50,
            name: String::new(),
            order_by: None,
            sort: None,
            window: Window::ThirtyDays,
            end_date: None,
        }
    }
}

/// How many days a list of ended sessions goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Window {
    /// The last day only.
    Day,
    /// Seven days.
    SevenDays,
    /// Thirty days.
    ThirtyDays,
}

impl Window {
    pub(super) fn word(self) -> &'static str {
        match self {
            Window::Day => "1d",
            Window::SevenDays => "7d",
            Window::ThirtyDays => "30d",
        }
    }
}

/// The metric by which a list of sessions is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionOrder {
    /// How often the session was opened.
    Views,
    /// How many opened it.
    Viewers,
    /// The most who watched at once.
    PeakViewers,
    /// Likes.
    Likes,
    /// Comments.
    Comments,
    /// Clicks on products.
    ProductClicks,
    /// Orders placed.
    PlacedOrders,
    /// Money of the orders placed.
    PlacedSales,
    /// Orders confirmed.
    ConfirmedOrders,
    /// Money of the orders confirmed.
    ConfirmedSales,
}

impl SessionOrder {
    pub(super) fn word(self) -> &'static str {
        match self {
            SessionOrder::Views => "views",
            SessionOrder::Viewers => "viewers",
            SessionOrder::PeakViewers => "peakViewers",
            SessionOrder::Likes => "likes",
            SessionOrder::Comments => "comments",
            SessionOrder::ProductClicks => "productClicks",
            SessionOrder::PlacedOrders => "placedOrders",
            SessionOrder::PlacedSales => "placedSales",
            SessionOrder::ConfirmedOrders => "confirmedOrders",
            SessionOrder::ConfirmedSales => "confirmedSales",
        }
    }

    /// The list of ended sessions has another name for the peak.
    pub(super) fn word_if_ended(self) -> &'static str {
        if self == SessionOrder::PeakViewers { "peakViews" } else { self.word() }
    }
}
