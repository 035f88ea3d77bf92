//! What happens during one session, planned minute by minute: who enters, likes, comments, clicks and buys.
//!
//! The plan of a minute depends on the viewers at its beginning and on nothing that happens later, and inside a minute
//! every count grows with time. So a figure read twice at one instant is the same, and none ever falls.

use super::{catalogue::Product, crowd::Crowd};
use crate::dice::Dice;

pub(crate) const MINUTE_MS: i64 = 60_000;
/// What a studio can pack and a marketplace lets through.
const MOST_ORDERS_A_MINUTE: u64 = 60;

/// Counts that rise evenly within a minute.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flow {
    pub(crate) entries: u64,
    pub(crate) returns: u64,
    pub(crate) likes: u64,
    pub(crate) comments: u64,
    pub(crate) shares: u64,
    pub(crate) followers: u64,
    pub(crate) watched_ms: u64,
    /// For each product: carts filled without an order, and clicks without a cart.
    pub(crate) carts: Vec<u64>,
    pub(crate) clicks: Vec<u64>,
}

/// One order of one product.
#[derive(Debug)]
pub(crate) struct Order {
    /// Time on air.
    pub(crate) placed_ms: i64,
    /// Time since the start of the session, which may be after its end; None if it is never confirmed.
    pub(crate) confirmed_ms: Option<i64>,
    /// Index in the session's bag.
    pub(crate) product: usize,
    pub(crate) quantity: u64,
    /// Price times quantity, in 1/100000 of the currency unit.
    pub(crate) amount: i64,
    /// Buyers are numbered from zero in the order in which they first bought.
    pub(crate) buyer: u64,
}

/// How a minute began. `carts` leaves out those that became orders.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) viewers: u64,
    /// The peak of all minutes before.
    pub(crate) peak: u64,
    pub(crate) entries: u64,
    pub(crate) comments: u64,
    pub(crate) carts: u64,
}

#[derive(Debug)]
pub(crate) struct Timeline {
    dice: Dice,
    minute: i64,
    before: Flow,
    plan: Flow,
    earlier: Option<(Flow, Flow)>,
    sold: Vec<u64>,
    buyers: u64,
    orders: Vec<Order>,
    pub(crate) marks: Vec<Mark>,
}

impl Timeline {
    pub(crate) fn new(dice: Dice, crowd: &Crowd, bag: &[Product]) -> Self {
        let nothing = Flow { carts: vec![0; bag.len()], clicks: vec![0; bag.len()], ..Flow::default() };
        let mut timeline = Self {
            dice,
            minute: 0,
            before: nothing.clone(),
            plan: nothing,
            earlier: None,
            sold: vec![0; bag.len()],
            buyers: 0,
            orders: Vec::new(),
            marks: Vec::new(),
        };
        timeline.begin_minute(crowd, bag, 0);
        timeline
    }

    /// Plans all minutes up to the one that holds `on_air_ms`.
    pub(crate) fn advance(&mut self, crowd: &Crowd, bag: &[Product], on_air_ms: i64) {
        while self.minute < on_air_ms / MINUTE_MS {
            let begin = self.minute * MINUTE_MS;
            let peak = self.peak(crowd, begin + MINUTE_MS - 1);
            let after = self.before.plus(&self.plan);
            let before = std::mem::replace(&mut self.before, after);
            self.earlier = Some((before, std::mem::take(&mut self.plan)));
            self.minute += 1;
            self.begin_minute(crowd, bag, peak);
        }
    }

    /// The highest viewer count up to `on_air_ms`, which lies in the current minute.
    pub(crate) fn peak(&self, crowd: &Crowd, on_air_ms: i64) -> u64 {
        let earlier = self.marks.last().map_or(0, |mark| mark.peak);
        earlier.max(crowd.highest(self.minute * MINUTE_MS, on_air_ms))
    }

    /// All counts up to `on_air_ms`, which lies in the current minute or in the one before.
    pub(crate) fn flow_at(&self, on_air_ms: i64) -> Flow {
        let into = on_air_ms - self.minute * MINUTE_MS;
        match &self.earlier {
            Some((before, plan)) if into < 0 => before.plus(&plan.first_part(into + MINUTE_MS)),
            _ => self.before.plus(&self.plan.first_part(into)),
        }
    }

    /// Orders placed up to `on_air_ms`.
    pub(crate) fn placed(&self, on_air_ms: i64) -> &[Order] {
        &self.orders[..self.orders.partition_point(|order| order.placed_ms <= on_air_ms)]
    }

    /// Every so many-th order was none.
    pub(crate) fn take_orders_back(&mut self, every: usize) {
        let mut number = 0;
        self.orders.retain(|_| {
            number += 1;
            number % every.max(1) != 0
        });
    }

    /// How the minute would begin that began at `on_air_ms`.
    pub(crate) fn mark(&self, crowd: &Crowd, on_air_ms: i64) -> Mark {
        let flow = self.flow_at(on_air_ms);
        Mark {
            viewers: crowd.at(on_air_ms),
            peak: self.peak(crowd, on_air_ms),
            entries: flow.entries,
            comments: flow.comments,
            carts: flow.carts.iter().sum(),
        }
    }

    fn begin_minute(&mut self, crowd: &Crowd, bag: &[Product], peak: u64) {
        let viewers = crowd.just_before(self.minute * MINUTE_MS);
        let carts = self.before.carts.iter().sum();
        let Flow { entries, comments, .. } = self.before;
        self.marks.push(Mark { viewers, peak, entries, comments, carts });
        let dice = self.dice.at(self.minute as u64);
        self.plan = plan_flow(dice.of("flow"), viewers as f64, bag);
        self.plan_orders(dice.of("orders"), viewers as f64, entries + peak, bag);
    }

    fn plan_orders(&mut self, dice: Dice, viewers: f64, viewers_so_far: u64, bag: &[Product]) {
        let expected = viewers * 0.005 * (0.4 + 1.2 * dice.of("mood").share());
        let wanted = dice.of("count").round(expected).min(MOST_ORDERS_A_MINUTE);
        let mut times: Vec<i64> =
            (0..wanted).map(|number| dice.of("time").at(number).between(0, 59_999) as i64).collect();
        times.sort_unstable();
        for (number, into) in times.into_iter().enumerate() {
            let placed_ms = self.minute * MINUTE_MS + into;
            self.plan_order(dice.of("order").at(number as u64), placed_ms, viewers_so_far, bag);
        }
    }

    fn plan_order(&mut self, dice: Dice, placed_ms: i64, viewers_so_far: u64, bag: &[Product]) {
        let product = popular(dice.of("product").share(), bag);
        let quantity = [1, 1, 1, 1, 1, 1, 1, 2, 2, 3][dice.of("quantity").between(0, 9) as usize];
        let in_stock = self.sold[product] + quantity <= bag[product].stock;
        let Some(buyer) = self.buyer(dice.of("buyer"), viewers_so_far).filter(|_| in_stock) else { return };
        self.buyers = self.buyers.max(buyer + 1);
        self.sold[product] += quantity;
        let amount = bag[product].price * quantity as i64;
        let confirmed_ms = confirmation(dice.of("confirmation")).map(|delay| placed_ms + delay);
        self.orders.push(Order { placed_ms, confirmed_ms, product, quantity, amount, buyer });
    }

    /// A new buyer, or an earlier one who comes back; never more buyers than engaged viewers.
    fn buyer(&self, dice: Dice, viewers_so_far: u64) -> Option<u64> {
        let may_be_new = self.buyers < super::figures::engaged(viewers_so_far);
        if may_be_new && (self.buyers == 0 || dice.of("new").chance(0.85)) {
            return Some(self.buyers);
        }
        self.buyers.checked_sub(1).map(|last| dice.of("again").between(0, last))
    }
}

impl Flow {
    fn plus(&self, other: &Self) -> Self {
        let sums = |left: &[u64], right: &[u64]| left.iter().zip(right).map(|(left, right)| left + right).collect();
        Self {
            entries: self.entries + other.entries,
            returns: self.returns + other.returns,
            likes: self.likes + other.likes,
            comments: self.comments + other.comments,
            shares: self.shares + other.shares,
            followers: self.followers + other.followers,
            watched_ms: self.watched_ms + other.watched_ms,
            carts: sums(&self.carts, &other.carts),
            clicks: sums(&self.clicks, &other.clicks),
        }
    }

    /// What of a minute's plan has happened that far into it.
    fn first_part(&self, into_ms: i64) -> Self {
        let part = |whole: &u64| whole * into_ms as u64 / MINUTE_MS as u64;
        Self {
            entries: part(&self.entries),
            returns: part(&self.returns),
            likes: part(&self.likes),
            comments: part(&self.comments),
            shares: part(&self.shares),
            followers: part(&self.followers),
            watched_ms: part(&self.watched_ms),
            carts: self.carts.iter().map(part).collect(),
            clicks: self.clicks.iter().map(part).collect(),
        }
    }
}

fn plan_flow(dice: Dice, viewers: f64, bag: &[Product]) -> Flow {
    let draw = |what: &str, rate: f64| {
        let dice = dice.of(what);
        dice.of("count").round(viewers * rate * (0.5 + dice.of("mood").share()))
    };
    let per_product = |what: &str, rate: f64| {
        let dice = dice.of(what);
        bag.iter()
            .enumerate()
            .map(|(place, product)| dice.at(place as u64).round(viewers * rate * product.share))
            .collect()
    };
    Flow {
        entries: draw("entries", 0.24),
        returns: draw("returns", 0.05),
        likes: draw("likes", 0.55),
        comments: draw("comments", 0.07),
        shares: draw("shares", 0.006),
        followers: draw("followers", 0.009),
        watched_ms: viewers as u64 * MINUTE_MS as u64,
        carts: per_product("carts", 0.009),
        clicks: per_product("clicks", 0.05),
    }
}

/// The product at that share of all interest.
fn popular(mut share: f64, bag: &[Product]) -> usize {
    for (place, product) in bag.iter().enumerate() {
        share -= product.share;
        if share < 0.0 {
            return place;
        }
    }
    0
}

/// Most buyers pay within minutes, some within a day, some never.
fn confirmation(dice: Dice) -> Option<i64> {
    let delay = match dice.of("kind").between(0, 99) {
        0..70 => dice.of("delay").between(20_000, 8 * 60_000),
        70..88 => dice.of("delay").between(8 * 60_000, 20 * 3_600_000),
        _ => return None,
    };
    Some(delay as i64)
}
