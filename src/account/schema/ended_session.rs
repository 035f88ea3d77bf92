use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use shopee::{EndedSession, EndedSessionsQuery, Page, Window};

use super::remote_session::{ListedFigures, RemoteSessionOrder};
use crate::{
    engine::joined::Observed,
    error::Result,
    graphql::{
        date::Date,
        freshness::Freshness,
        long::Long,
        money::Money,
        numbered::{self, Numbered},
        rate::rate,
    },
};

/// How many days a list of ended sessions goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "shopee::Window")]
pub enum EndedSessionWindow {
    /// The last day alone.
    Day,
    /// The last day and the six before it.
    SevenDays,
    /// The last day and the 29 before it.
    ThirtyDays,
}

/// Checks the field's arguments and turns them into what Shopee is asked.
pub(super) fn query(
    (page, page_size): (Option<i64>, Option<i64>),
    name: Option<String>,
    order: Option<RemoteSessionOrder>,
    window: Option<EndedSessionWindow>,
    end_date: Option<NaiveDate>,
) -> Result<EndedSessionsQuery> {
    let Numbered { page, page_size } = Numbered::check(page, page_size)?;
    let (order_by, sort) = RemoteSessionOrder::split(order);
    let window = window.map_or(Window::ThirtyDays, Into::into);
    Ok(EndedSessionsQuery { page, page_size, name: numbered::search("name", name)?, order_by, sort, window, end_date })
}

/// The argument `endDate`, as a day.
pub(super) fn day(date: Option<Date>) -> Option<NaiveDate> {
    date.map(|date| date.0)
}

/// A numbered page of the ended sessions that Shopee lists.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct EndedSessionPage {
    /// The page's number, from 1.
    page: i64,
    /// How many sessions a full page has.
    page_size: i64,
    /// How many sessions the whole list has; null when Shopee did not tell.
    total: Option<Long>,
    /// The page's sessions; at most `pageSize`.
    nodes: Vec<EndedRemoteSession>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// A session that is over, as Shopee lists it. A number that is null was not reported, which is not zero.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct EndedRemoteSession {
    #[graphql(flatten)]
    listed: ListedFigures,
    /// When it ended: start and duration added up, since Shopee tells no end.
    ended_at: Option<DateTime<Utc>>,
    /// People who liked, commented or clicked.
    engaged_viewers: Option<Long>,
    /// How many of those there were at a time, on average.
    average_engaged_viewers: Option<Decimal>,
    /// Pieces in the orders placed.
    placed_items_sold: Option<Long>,
    /// Pieces in the orders confirmed.
    confirmed_items_sold: Option<Long>,
    /// Orders paid; reported some time after the end.
    paid_orders: Option<Long>,
    /// Value of the orders paid; reported some time after the end.
    paid_sales: Option<Money>,
}

impl EndedSessionPage {
    pub fn from_answer(
        answer: &Observed<Page<EndedSession>>,
        query: &EndedSessionsQuery,
        region: shopee::Region,
    ) -> Self {
        Self {
            page: query.page.into(),
            page_size: query.page_size.into(),
            total: answer.value.total.map(Long),
            nodes: answer.value.list.iter().map(|ended| EndedRemoteSession::new(ended, region)).collect(),
            freshness: Freshness::of(answer),
        }
    }
}

impl EndedRemoteSession {
    fn new(ended: &EndedSession, region: shopee::Region) -> Self {
        Self {
            listed: ListedFigures::new(&ended.listed, region),
            ended_at: ended.listed.last_known_on_air(),
            engaged_viewers: ended.engaged_viewers.map(Long),
            average_engaged_viewers: rate(ended.average_engaged_viewers),
            placed_items_sold: ended.placed_items_sold.map(Long),
            confirmed_items_sold: ended.confirmed_items_sold.map(Long),
            paid_orders: ended.paid_orders.map(Long),
            paid_sales: ended.paid_sales.map(|amount| Money::new(amount.0, region)),
        }
    }
}
