//! One live session: who holds it, when it runs, what it sells; and what can be read of it at any instant.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    catalogue::Product,
    crowd::Crowd,
    figures::{Figures, Sales},
    timeline::{MINUTE_MS, Mark, Timeline},
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

impl Session {
    pub(crate) fn open(id: i64, opening: Opening) -> Self {
        let Opening { user_id, region, title, started_at, ended_at, bag, crowd, dice } = opening;
        let planned_end_ms = ended_at.map(|end| (end - started_at).num_milliseconds());
        let crowd = Crowd::new(dice.of("crowd"), crowd, planned_end_ms);
        let timeline = Timeline::new(dice.of("timeline"), &crowd, &bag);
        let cover = format!("{}-11134104-{}", region.code().to_lowercase(), dice.of("cover").text(16).to_lowercase());
        Self { id, user_id, region, title, cover, started_at, ended_at, bag, dice, crowd, timeline }
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

    pub(crate) fn pin_viewers(&mut self, now: DateTime<Utc>, count: Option<u64>) {
        let on_air_ms = self.reach(now);
        self.crowd.pin(on_air_ms, count);
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
