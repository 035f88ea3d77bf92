//! What the panel shows, each as it is at one instant.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    clock::Clock,
    region::Region,
    world::{Account, Product, ProductFigures, QrCode, Session},
};

/// An account, with cookies that work on every host of its region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// Where it lives.
    pub region: Region,
    /// Shopee's user id.
    pub user_id: i64,
    /// Sign-in name.
    pub username: String,
    /// The value of a `Cookie` header.
    pub cookie: String,
    /// Zero for an affiliate, who has no shop.
    pub shop_id: i64,
    /// False after `expire_cookie`.
    pub signed_in: bool,
}

/// A session and its main numbers at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionView {
    /// Unique over all regions.
    pub session_id: i64,
    /// Where it is held.
    pub region: Region,
    /// Who holds it.
    pub user_id: i64,
    /// In the region's language.
    pub title: String,
    /// Whether it runs.
    pub on_air: bool,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// None while on air.
    pub ended_at: Option<DateTime<Utc>>,
    /// Watching now; zero once ended.
    pub viewers: u64,
    /// The most at once.
    pub peak_viewers: u64,
    /// Different people so far.
    pub total_viewers: u64,
    /// So far.
    pub likes: u64,
    /// So far.
    pub comments: u64,
    /// So far.
    pub shares: u64,
    /// Placed.
    pub orders: u64,
    /// Items in the placed orders.
    pub items_sold: u64,
    /// Worth of the placed orders in 1/100000 of the currency unit.
    pub sales: i64,
    /// Confirmed, of those placed; it goes on after the end.
    pub confirmed_orders: u64,
    /// Worth of the confirmed orders in 1/100000 of the currency unit.
    pub confirmed_sales: i64,
    /// ISO 4217.
    pub currency: &'static str,
}

/// What one product sold in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductView {
    /// Shopee's id of it.
    pub item_id: i64,
    /// As the session's list calls it.
    pub name: String,
    /// Items in the placed orders.
    pub items_sold: u64,
    /// Worth of the placed orders in 1/100000 of the currency unit.
    pub sales: i64,
    /// Worth of the confirmed orders in 1/100000 of the currency unit.
    pub confirmed_sales: i64,
    /// The affiliate's share of a sale in 1/1000 of a percent.
    pub commission_rate: i64,
    /// What it costs outside a session in 1/100000 of the currency unit.
    pub price_before_discount: i64,
}

/// A QR login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QrView {
    /// As `gen_qrcode` gave it.
    pub id: String,
    /// Where it was made.
    pub region: Region,
    /// `NEW`, `SCANNED`, `CONFIRMED`, `EXPIRED` or `CANCELED`.
    pub status: &'static str,
}

/// Simulated time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClockView {
    /// Now.
    pub now: DateTime<Utc>,
    /// Simulated seconds in a real one, when not frozen.
    pub speed: f64,
    /// Whether it stands still.
    pub frozen: bool,
}

impl AccountView {
    pub(super) fn of(account: &Account) -> Self {
        Self {
            region: account.plan.region,
            user_id: account.user_id,
            username: account.plan.username.to_owned(),
            cookie: account.cookie_header(),
            shop_id: account.shop_id,
            signed_in: account.signed_in,
        }
    }
}

impl SessionView {
    pub(super) fn of(session: &mut Session, now: DateTime<Utc>) -> Self {
        let figures = session.figures(now);
        let (placed, confirmed) = (figures.placed(), figures.confirmed());
        Self {
            session_id: session.id,
            region: session.region,
            user_id: session.user_id,
            title: session.title.clone(),
            on_air: figures.on_air,
            started_at: session.started_at,
            ended_at: session.ended_at,
            viewers: figures.current,
            peak_viewers: figures.peak,
            total_viewers: figures.viewers,
            likes: figures.likes,
            comments: figures.comments,
            shares: figures.shares,
            orders: placed.orders,
            items_sold: placed.items,
            sales: placed.amount,
            confirmed_orders: confirmed.orders,
            confirmed_sales: confirmed.amount,
            currency: session.region.currency(),
        }
    }
}

impl ProductView {
    /// In the order of the bag.
    pub(super) fn all_of(session: &mut Session, now: DateTime<Utc>) -> Vec<Self> {
        let figures = session.figures(now);
        let view = |(product, figures): (&Product, &ProductFigures)| Self {
            item_id: product.item_id,
            name: product.name.clone(),
            items_sold: figures.placed.items,
            sales: figures.placed.amount,
            confirmed_sales: figures.confirmed.amount,
            commission_rate: product.commission,
            price_before_discount: product.price_before_discount,
        };
        session.bag.iter().zip(&figures.products).map(view).collect()
    }
}

impl QrView {
    pub(super) fn of(id: &str, code: &QrCode, now: DateTime<Utc>) -> Self {
        Self { id: id.to_owned(), region: code.region, status: code.state(now).word() }
    }
}

impl ClockView {
    pub(super) fn of(clock: &Clock) -> Self {
        Self { now: clock.now(), speed: clock.speed(), frozen: clock.is_frozen() }
    }
}
