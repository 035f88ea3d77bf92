//! Everything that can be read of one session at one instant, in whole units; every family of calls is written from it.

use std::collections::HashSet;

use super::{
    crowd::Crowd,
    timeline::{MINUTE_MS, Order, Timeline},
};

/// The picture of a session at an instant. Sums over `products` are the session's own totals, exactly.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    pub(crate) on_air: bool,
    pub(crate) duration_ms: i64,
    /// Watching now; zero once the session is over.
    pub(crate) current: u64,
    pub(crate) peak: u64,
    /// Different people so far.
    pub(crate) viewers: u64,
    pub(crate) views: u64,
    pub(crate) watched_ms: u64,
    pub(crate) likes: u64,
    pub(crate) comments: u64,
    pub(crate) shares: u64,
    pub(crate) new_followers: u64,
    pub(crate) comments_last_minute: u64,
    pub(crate) carts_last_minute: u64,
    pub(crate) buyers: u64,
    pub(crate) confirmed_buyers: u64,
    pub(crate) products: Vec<ProductFigures>,
}

/// One product's part in a session; same order as the bag.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ProductFigures {
    pub(crate) clicks: u64,
    pub(crate) carts: u64,
    pub(crate) placed: Sales,
    pub(crate) confirmed: Sales,
}

/// Orders, the items in them, and their worth in 1/100000 of the currency unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sales {
    pub(crate) orders: u64,
    pub(crate) items: u64,
    pub(crate) amount: i64,
}

/// How many of so many viewers stayed long enough to count as engaged.
pub(crate) fn engaged(viewers: u64) -> u64 {
    (viewers * 9).div_ceil(20)
}

impl Sales {
    pub(crate) fn add(&mut self, order: &Order) {
        self.orders += 1;
        self.items += order.quantity;
        self.amount += order.amount;
    }

    fn plus(self, other: Self) -> Self {
        Self { orders: self.orders + other.orders, items: self.items + other.items, amount: self.amount + other.amount }
    }

    /// The mean worth of an order, in 1/100000 of the currency unit.
    pub(crate) fn basket(self) -> i64 {
        self.amount.checked_div(self.orders as i64).unwrap_or(0)
    }
}

impl Figures {
    /// `on_air_ms` stops at the end of the session, `since_start_ms` runs on; the timeline has reached `on_air_ms`.
    pub(crate) fn read(timeline: &Timeline, crowd: &Crowd, on_air_ms: i64, since_start_ms: i64, on_air: bool) -> Self {
        let flow = timeline.flow_at(on_air_ms);
        let peak = timeline.peak(crowd, on_air_ms);
        let viewers = flow.entries + peak;
        let placed = timeline.placed(on_air_ms);
        let products = product_figures(&flow.clicks, &flow.carts, placed, since_start_ms);
        let minute_ago_ms = (since_start_ms - MINUTE_MS).clamp(0, on_air_ms);
        let then = timeline.flow_at(minute_ago_ms);
        let carts_then = then.carts.iter().sum::<u64>() + timeline.placed(minute_ago_ms).len() as u64;
        Self {
            on_air,
            duration_ms: on_air_ms,
            current: if on_air { crowd.at(on_air_ms) } else { 0 },
            peak,
            viewers,
            views: viewers + flow.returns,
            watched_ms: flow.watched_ms,
            likes: flow.likes,
            comments: flow.comments,
            shares: flow.shares,
            new_followers: flow.followers,
            comments_last_minute: flow.comments - then.comments,
            carts_last_minute: products.iter().map(|product| product.carts).sum::<u64>() - carts_then,
            buyers: placed.iter().map(|order| order.buyer + 1).max().unwrap_or(0),
            confirmed_buyers: confirmed_buyers(placed, since_start_ms),
            products,
        }
    }

    pub(crate) fn placed(&self) -> Sales {
        self.products.iter().fold(Sales::default(), |sum, product| sum.plus(product.placed))
    }

    pub(crate) fn confirmed(&self) -> Sales {
        self.products.iter().fold(Sales::default(), |sum, product| sum.plus(product.confirmed))
    }

    pub(crate) fn clicks(&self) -> u64 {
        self.products.iter().map(|product| product.clicks).sum()
    }

    pub(crate) fn carts(&self) -> u64 {
        self.products.iter().map(|product| product.carts).sum()
    }

    pub(crate) fn engaged_viewers(&self) -> u64 {
        engaged(self.viewers)
    }

    pub(crate) fn engaged_now(&self) -> u64 {
        self.current * 2 / 5
    }

    /// Over the whole time on air.
    pub(crate) fn average_engaged_now(&self) -> u64 {
        let average = self.watched_ms.checked_div(self.duration_ms as u64).unwrap_or(self.current);
        average.min(self.peak) * 2 / 5
    }

    /// How long one view lasts.
    pub(crate) fn average_view_ms(&self) -> u64 {
        self.watched_ms.checked_div(self.views).unwrap_or(0)
    }
}

fn product_figures(clicks: &[u64], carts: &[u64], placed: &[Order], since_start_ms: i64) -> Vec<ProductFigures> {
    let mut products = vec![ProductFigures::default(); clicks.len()];
    for order in placed {
        let product = &mut products[order.product];
        product.placed.add(order);
        if is_confirmed(order, since_start_ms) {
            product.confirmed.add(order);
        }
    }
    // Whoever orders has filled a cart, and whoever fills a cart has clicked.
    for (place, product) in products.iter_mut().enumerate() {
        product.carts = carts[place] + product.placed.orders;
        product.clicks = clicks[place] + product.carts;
    }
    products
}

fn confirmed_buyers(placed: &[Order], since_start_ms: i64) -> u64 {
    let confirmed = placed.iter().filter(|order| is_confirmed(order, since_start_ms));
    confirmed.map(|order| order.buyer).collect::<HashSet<_>>().len() as u64
}

pub(crate) fn is_confirmed(order: &Order, since_start_ms: i64) -> bool {
    order.confirmed_ms.is_some_and(|confirmed| confirmed <= since_start_ms)
}
