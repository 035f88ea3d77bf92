//! One live session: who holds it, when it runs, what it sells; and what can be read of it at any instant.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    catalogue::Product,
    coin::{CoinFigures, Coins, Offer},
    crowd::Crowd,
    figures::{Figures, Sales},
    timeline::{MINUTE_MS, Mark, Order, Timeline},
};
use crate::{dice::Dice, region::Region};

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    pub(crate) region: Region,
    pub(crate) title: String,
    pub(crate) cover: String,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) bag: Vec<Product>,
    coins: Coins,
    dice: Dice,
    crowd: Crowd,
    timeline: Timeline,
}

/// What makes a session before anything has happened in it.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) user_id: i64,
    pub(crate) region: Region,
    pub(crate) title: String,
    pub(crate) started_at: DateTime<Utc>,
    /// Set for sessions of the past.
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) bag: Vec<Product>,
    /// The count of viewers that the session plays around.
    pub(crate) crowd: f64,
    pub(crate) dice: Dice,
}

/// One minute of a session, for the trend lines.
#[derive(Debug)]
pub(crate) struct Minute {
    pub(crate) begins_at: DateTime<Utc>,
    pub(crate) viewers: u64,
    pub(crate) entering: u64,
    pub(crate) comments: u64,
    pub(crate) carts: u64,
    pub(crate) placed: Sales,
    /// Confirmed in this minute, whenever placed.
    pub(crate) confirmed: Sales,
}

/// One order of a session, as whoever advertised it sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sale {
    pub(crate) at: DateTime<Utc>,
    /// In 1/100000 of the currency unit.
    pub(crate) amount: i64,
    pub(crate) quantity: u64,
    /// The order's own.
    pub(crate) dice: Dice,
}

impl Session {
    pub(crate) fn open(id: i64, opening: Opening) -> Self {
        let Opening { user_id, region, title, started_at, ended_at, bag, crowd, dice } = opening;
        let planned_end_ms = ended_at.map(|end| (end - started_at).num_milliseconds());
        let crowd = Crowd::new(dice.of("crowd"), crowd, planned_end_ms);
        let timeline = Timeline::new(dice.of("timeline"), &crowd, &bag);
        let cover = format!("{}-11134104-{}", region.code().to_lowercase(), dice.of("cover").text(16).to_lowercase());
        Self {
            id,
            user_id,
            region,
            title,
            cover,
            started_at,
            ended_at,
            bag,
            coins: Coins::default(),
            dice,
            crowd,
            timeline,
        }
    }

    pub(crate) fn dice(&self) -> Dice {
        self.dice
    }

    pub(crate) fn is_on_air(&self) -> bool {
        self.ended_at.is_none()
    }

    pub(crate) fn figures(&mut self, now: DateTime<Utc>) -> Figures {
        let on_air_ms = self.reach(now);
        let since_start_ms = self.since_start_ms(now);
        Figures::read(&self.timeline, &self.crowd, on_air_ms, since_start_ms, self.is_on_air())
    }

    /// The minutes on air so far, ascending; the last one is not over yet, or was cut short by the end. Placed orders,
    /// comments, carts and those who entered sum to the session's totals.
    pub(crate) fn minutes(&mut self, now: DateTime<Utc>) -> Vec<Minute> {
        let on_air_ms = self.reach(now);
        let since_start_ms = self.since_start_ms(now);
        let end = self.timeline.mark(&self.crowd, on_air_ms);
        let marks: Vec<&Mark> = self.timeline.marks.iter().chain([&end]).collect();
        let mut minutes: Vec<Minute> =
            marks.windows(2).zip(0..).map(|(pair, number)| self.minute(pair, number)).collect();
        for order in self.timeline.placed(on_air_ms) {
            if let Some(minute) = minutes.get_mut((order.placed_ms / MINUTE_MS) as usize) {
                minute.carts += 1;
                minute.placed.add(order);
            }
            let confirmed_ms = order.confirmed_ms.filter(|confirmed| *confirmed <= since_start_ms);
            if let Some(minute) = confirmed_ms.and_then(|at| minutes.get_mut((at / MINUTE_MS) as usize)) {
                minute.confirmed.add(order);
            }
        }
        minutes
    }

    /// Every order placed by then, in order of time.
    pub(crate) fn sales(&mut self, now: DateTime<Utc>) -> Vec<Sale> {
        let on_air_ms = self.reach(now);
        let dice = self.dice.of("sale");
        let sale = |(order, number): (&Order, u64)| Sale {
            at: self.started_at + TimeDelta::milliseconds(order.placed_ms),
            amount: order.amount,
            quantity: order.quantity,
            dice: dice.at(number),
        };
        self.timeline.placed(on_air_ms).iter().zip(0..).map(sale).collect()
    }

    pub(crate) fn coins(&self, now: DateTime<Utc>) -> CoinFigures {
        self.coins.figures(self.dice.of("coins"), &self.crowd, self.on_air_ms(now))
    }

    /// Every offer of coins, with when it was made and how often it has been claimed.
    pub(crate) fn offers(&self, now: DateTime<Utc>) -> Vec<(Offer, DateTime<Utc>, u64)> {
        let (dice, on_air_ms) = (self.dice.of("coins"), self.on_air_ms(now));
        let offer = |(offer, number): (&Offer, u64)| {
            let at = self.started_at + TimeDelta::milliseconds(offer.at_ms);
            (*offer, at, offer.claimed(dice.at(number), &self.crowd, on_air_ms))
        };
        self.coins.offers.iter().zip(0..).map(offer).collect()
    }

    /// Opens a round of coins now.
    pub(crate) fn start_coins(&mut self, now: DateTime<Utc>, coins: u64) {
        self.coins.offers.push(Offer::round(self.on_air_ms(now), coins));
    }

    /// Gives coins to so many viewers, from now on.
    pub(crate) fn give_coins(&mut self, now: DateTime<Utc>, coins: u64, recipients: u64) {
        self.coins.offers.push(Offer::giveout(self.on_air_ms(now), coins, recipients));
    }

    pub(crate) fn pin_viewers(&mut self, now: DateTime<Utc>, count: Option<u64>) {
        let on_air_ms = self.reach(now);
        self.crowd.pin(on_air_ms, count);
    }

    /// Every so many-th order placed so far was none.
    pub(crate) fn take_orders_back(&mut self, now: DateTime<Utc>, every: usize) {
        self.reach(now);
        self.timeline.take_orders_back(every);
    }

    pub(crate) fn end(&mut self, now: DateTime<Utc>) {
        self.reach(now);
        self.ended_at = Some(now);
    }

    fn minute(&self, pair: &[&Mark], number: i64) -> Minute {
        let (begin, end) = (pair[0], pair[1]);
        Minute {
            begins_at: self.started_at + TimeDelta::minutes(number),
            viewers: begin.viewers,
            entering: end.entries - begin.entries + end.peak - begin.peak,
            comments: end.comments - begin.comments,
            carts: end.carts - begin.carts,
            placed: Sales::default(),
            confirmed: Sales::default(),
        }
    }

    fn since_start_ms(&self, now: DateTime<Utc>) -> i64 {
        (now - self.started_at).num_milliseconds().max(0)
    }

    fn on_air_ms(&self, now: DateTime<Utc>) -> i64 {
        self.since_start_ms(self.ended_at.map_or(now, |end| end.min(now)))
    }

    /// Computes what happened up to now, or to the end; gives the time on air.
    fn reach(&mut self, now: DateTime<Utc>) -> i64 {
        let on_air_ms = self.on_air_ms(now);
        self.timeline.advance(&self.crowd, &self.bag, on_air_ms);
        on_air_ms
    }
}
