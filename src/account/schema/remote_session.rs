use async_graphql::{Enum, ID, InputObject, SimpleObject};
use chrono::{DateTime, Utc};
use shopee::{ListedSession, Page, SessionListQuery, SessionOrder, Sort};

use super::shopee_account::picture;
use crate::{
    engine::joined::Observed,
    error::Result,
    graphql::{
        freshness::Freshness,
        long::Long,
        money::Money,
        numbered::{self, Numbered},
    },
};

/// The order of a list that Shopee keeps.
#[derive(Clone, Copy, InputObject)]
pub struct RemoteSessionOrder {
    /// What the sessions are compared by.
    field: RemoteSessionOrderField,
    /// Whether the smallest comes first; by default the largest does.
    #[graphql(default = false)]
    ascending: bool,
}

/// What Shopee can order its sessions by.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum RemoteSessionOrderField {
    /// How often the session was opened.
    Views,
    /// People who opened it.
    Viewers,
    /// Most people watching at one time.
    PeakViewers,
    /// Likes.
    Likes,
    /// Comments.
    Comments,
    /// Orders placed.
    PlacedOrders,
    /// Value of the orders placed.
    PlacedSales,
    /// Value of the orders confirmed.
    ConfirmedSales,
}

impl From<RemoteSessionOrderField> for SessionOrder {
    fn from(field: RemoteSessionOrderField) -> Self {
        match field {
            RemoteSessionOrderField::Views => Self::Views,
            RemoteSessionOrderField::Viewers => Self::Viewers,
            RemoteSessionOrderField::PeakViewers => Self::PeakViewers,
            RemoteSessionOrderField::Likes => Self::Likes,
            RemoteSessionOrderField::Comments => Self::Comments,
            RemoteSessionOrderField::PlacedOrders => Self::PlacedOrders,
            RemoteSessionOrderField::PlacedSales => Self::PlacedSales,
            RemoteSessionOrderField::ConfirmedSales => Self::ConfirmedSales,
        }
    }
}

impl RemoteSessionOrder {
    /// In the words of Shopee's client.
    pub(super) fn split(order: Option<Self>) -> (Option<SessionOrder>, Option<Sort>) {
        let sort = order.map(|order| if order.ascending { Sort::Ascending } else { Sort::Descending });
        (order.map(|order| order.field.into()), sort)
    }
}

/// Checks the field's arguments and turns them into what Shopee is asked.
pub(super) fn query(
    page: Option<i64>,
    page_size: Option<i64>,
    name: Option<String>,
    order: Option<RemoteSessionOrder>,
) -> Result<SessionListQuery> {
    let Numbered { page, page_size } = Numbered::check(page, page_size)?;
    let (order_by, sort) = RemoteSessionOrder::split(order);
    Ok(SessionListQuery { page, page_size, name: numbered::search("name", name)?, order_by, sort })
}

/// A numbered page of the sessions that Shopee lists.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct RemoteSessionPage {
    /// The page's number, from 1.
    page: i64,
    /// How many sessions a full page has.
    page_size: i64,
    /// How many sessions the whole list has; null when Shopee did not tell.
    total: Option<Long>,
    /// The page's sessions; at most `pageSize`.
    nodes: Vec<RemoteSession>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// A session as Shopee lists it. A number that is null was not reported, which is not zero.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct RemoteSession {
    #[graphql(flatten)]
    listed: ListedFigures,
    /// Whether the session is on air, by its status and by how lately its duration grew.
    is_on_air: bool,
}

/// What both of Shopee's lists say of a session.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub(super) struct ListedFigures {
    /// Shopee's own id of the session.
    session_id: ID,
    /// The title that viewers see.
    title: Option<String>,
    /// Address of the cover picture.
    cover_image_url: Option<String>,
    /// When it went on air.
    started_at: Option<DateTime<Utc>>,
    /// How long it has been on air, in seconds.
    duration_seconds: Option<Long>,
    /// How often it was opened.
    views: Option<Long>,
    /// People who opened it.
    viewers: Option<Long>,
    /// Most people watching at one time.
    peak_viewers: Option<Long>,
    /// Likes given.
    likes: Option<Long>,
    /// Comments written.
    comments: Option<Long>,
    /// Followers won, less those lost.
    followers_growth: Option<Long>,
    /// Clicks on products.
    product_clicks: Option<Long>,
    /// Times a product was put into a cart.
    added_to_cart: Option<Long>,
    /// Orders placed.
    placed_orders: Option<Long>,
    /// Orders confirmed.
    confirmed_orders: Option<Long>,
    /// Value of the orders placed.
    placed_sales: Option<Money>,
    /// Value of the orders confirmed; changes for days after the end.
    confirmed_sales: Option<Money>,
}

impl RemoteSessionPage {
    pub fn from_answer(
        answer: &Observed<Page<ListedSession>>,
        query: &SessionListQuery,
        region: shopee::Region,
    ) -> Self {
        let session = |listed: &ListedSession| RemoteSession::new(listed, region, answer.observed_at);
        Self {
            page: query.page.into(),
            page_size: query.page_size.into(),
            total: answer.value.total.map(Long),
            nodes: answer.value.list.iter().map(session).collect(),
            freshness: Freshness::of(answer),
        }
    }
}

impl RemoteSession {
    fn new(listed: &ListedSession, region: shopee::Region, now: DateTime<Utc>) -> Self {
        Self { listed: ListedFigures::new(listed, region), is_on_air: listed.is_on_air(now) }
    }
}

impl ListedFigures {
    pub(super) fn new(listed: &ListedSession, region: shopee::Region) -> Self {
        let money = |amount: Option<shopee::Amount>| amount.map(|amount| Money::new(amount.0, region));
        Self {
            session_id: listed.session_id.into(),
            title: listed.title.clone(),
            cover_image_url: picture(region, listed.cover_image.as_deref()),
            started_at: listed.started_at,
            duration_seconds: listed.duration.map(|duration| Long(duration.as_secs() as i64)),
            views: listed.views.map(Long),
            viewers: listed.viewers.map(Long),
            peak_viewers: listed.peak_viewers.map(Long),
            likes: listed.likes.map(Long),
            comments: listed.comments.map(Long),
            followers_growth: listed.followers_growth.map(Long),
            product_clicks: listed.product_clicks.map(Long),
            added_to_cart: listed.added_to_cart.map(Long),
            placed_orders: listed.placed_orders.map(Long),
            confirmed_orders: listed.confirmed_orders.map(Long),
            placed_sales: money(listed.placed_sales),
            confirmed_sales: money(listed.confirmed_sales),
        }
    }
}
