//! The newest events of an execution, for subscribers who go through them at their own pace.

use std::collections::VecDeque;

use super::{KEPT, KEPT_BYTES, payload::Payload};
use crate::http::sign_in::Events;

pub(super) struct Ring {
    events: Events,
    kept: VecDeque<Payload>,
    kept_bytes: usize,
    /// How many were let go of to make room.
    gone: u64,
}

/// What comes next for a subscriber.
#[derive(Debug)]
pub(super) enum Next {
    Event(Payload),
    /// So many were missed.
    Gap(u64),
    /// Nothing yet.
    Nothing,
}

impl Ring {
    pub(super) fn new(events: Events) -> Self {
        Self { events, kept: VecDeque::new(), kept_bytes: 0, gone: 0 }
    }

    pub(super) fn push(&mut self, event: Payload) {
        let most = match self.events {
            Events::Level => 1,
            Events::Happenings => KEPT,
        };
        self.kept_bytes += event.json().len();
        self.kept.push_back(event);
        while self.kept.len() > most || (self.kept_bytes > KEPT_BYTES && self.kept.len() > 1) {
            let Some(oldest) = self.kept.pop_front() else { return };
            self.kept_bytes -= oldest.json().len();
            self.gone += 1;
        }
    }

    /// Whether somebody who begins now is told everything that counts.
    pub(super) fn tells_all(&self) -> bool {
        self.events == Events::Level || self.gone == 0
    }

    /// What comes after so many events, which are counted on.
    pub(super) fn after(&self, told: &mut u64) -> Next {
        let missed = self.gone.saturating_sub(*told);
        *told += missed;
        if missed > 0 && self.events == Events::Happenings {
            return Next::Gap(missed);
        }
        let place = usize::try_from(*told - self.gone).ok();
        match place.and_then(|place| self.kept.get(place)) {
            Some(event) => {
                *told += 1;
                Next::Event(event.clone())
            }
            None => Next::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ring: &Ring, told: &mut u64) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            match ring.after(told) {
                Next::Event(payload) => seen.push(payload.json().to_owned()),
                Next::Gap(missed) => seen.push(format!("gap {missed}")),
                Next::Nothing => return seen,
            }
        }
    }

    fn ring(events: Events, count: usize) -> Ring {
        let mut ring = Ring::new(events);
        (0..count).for_each(|number| ring.push(Payload::from_json(number.to_string())));
        ring
    }

    #[test]
    fn a_level_tells_the_newest_alone() {
        assert_eq!(told(&ring(Events::Level, 0), &mut 0), [] as [&str; 0]);
        assert_eq!(told(&ring(Events::Level, 5), &mut 0), ["4"]);
        assert_eq!(told(&ring(Events::Level, 5), &mut 5), [] as [&str; 0]);
    }

    #[test]
    fn happenings_are_told_in_order_and_what_is_missed_is_counted() {
        assert_eq!(told(&ring(Events::Happenings, 3), &mut 1), ["1", "2"]);
        let (full, mut cursor) = (ring(Events::Happenings, KEPT + 7), 2);
        let seen = told(&full, &mut cursor);
        assert_eq!((seen[0].as_str(), seen[1].as_str(), seen.len()), ("gap 5", "7", KEPT + 1));
        assert_eq!((cursor, full.tells_all()), (KEPT as u64 + 7, false));
    }

    #[test]
    fn large_events_make_room_for_each_other() {
        let mut ring = Ring::new(Events::Happenings);
        let large = "x".repeat(KEPT_BYTES / 2 + 1);
        (0..3).for_each(|_| ring.push(Payload::from_json(large.clone())));
        assert_eq!((ring.kept.len(), ring.gone), (1, 2));
        ring.push(Payload::from_json("x".repeat(2 * KEPT_BYTES)));
        assert_eq!((ring.kept.len(), ring.kept_bytes, ring.gone), (1, 2 * KEPT_BYTES, 3));
    }
}
