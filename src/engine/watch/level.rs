//! The newest value of a topic, and the few before it that somebody who was away may still ask for.

use std::{any::Any, collections::VecDeque, sync::Arc};

use chrono::{DateTime, Utc};

/// What a topic says at one moment.
#[derive(Debug)]
pub struct Level<T: ?Sized> {
    /// Its place among the levels of the topic: each later one has a higher, on whichever instance.
    pub sequence: i64,
    /// The place of the level before it; `None` if nobody knows of one.
    pub previous: Option<i64>,
    /// `None` while the source has never answered.
    pub value: Option<Arc<T>>,
    /// When the value was had.
    pub observed_at: Option<DateTime<Utc>>,
    /// Since when the source has been failing; `None` while it answers.
    pub stale_since: Option<DateTime<Utc>>,
    /// Whether there may be levels that this watcher is not told, between this one and the last that they know.
    pub gap: bool,
}

impl<T: ?Sized> Clone for Level<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), ..*self }
    }
}

pub(super) type AnyValue = Arc<dyn Any + Send + Sync>;
pub(super) type AnyLevel = Level<dyn Any + Send + Sync>;

impl AnyLevel {
    pub(super) fn downcast<T: Any + Send + Sync>(self) -> Option<Level<T>> {
        let value = match self.value {
            None => None,
            Some(value) => Some(value.downcast::<T>().ok()?),
        };
        Some(Level {
            sequence: self.sequence,
            previous: self.previous,
            value,
            observed_at: self.observed_at,
            stale_since: self.stale_since,
            gap: self.gap,
        })
    }
}

/// The last levels of a topic, the oldest first.
pub(super) struct History {
    levels: VecDeque<AnyLevel>,
    kept: usize,
    /// Whether no level will come any more.
    pub(super) ended: bool,
}

impl History {
    pub(super) fn new(kept: usize) -> Self {
        Self { levels: VecDeque::new(), kept, ended: false }
    }

    pub(super) fn newest(&self) -> Option<&AnyLevel> {
        self.levels.back()
    }

    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// The level at this place.
    pub(super) fn at(&self, sequence: i64) -> Option<&AnyLevel> {
        let place = self.levels.binary_search_by_key(&sequence, |level| level.sequence).ok()?;
        self.levels.get(place)
    }

    pub(super) fn has(&self, sequence: i64) -> bool {
        self.at(sequence).is_some()
    }

    /// Puts a level where it belongs; one that is known, or older than all that are kept, is passed over.
    pub(super) fn insert(&mut self, level: AnyLevel) -> bool {
        let place = self.levels.partition_point(|known| known.sequence < level.sequence);
        if self.has(level.sequence) || (place == 0 && self.levels.len() >= self.kept) {
            return false;
        }
        self.levels.insert(place, level);
        if self.levels.len() > self.kept {
            self.levels.pop_front();
        }
        true
    }

    /// What to tell somebody who knows all up to `told`: the level that follows it; if that is not kept any more, the newest.
    pub(super) fn after(&self, told: Option<i64>) -> Option<AnyLevel> {
        let Some(told) = told else { return self.newest().cloned() };
        let next = self.levels.get(self.levels.partition_point(|level| level.sequence <= told))?;
        match next.previous {
            Some(previous) if previous <= told => Some(next.clone()),
            _ => self.newest().map(|newest| AnyLevel { gap: true, ..newest.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(sequence: i64, previous: Option<i64>) -> AnyLevel {
        Level { sequence, previous, value: None, observed_at: None, stale_since: None, gap: false }
    }

    fn told(history: &History, mut told: Option<i64>) -> Vec<(i64, bool)> {
        let mut all = Vec::new();
        while let Some(level) = history.after(told) {
            all.push((level.sequence, level.gap));
            told = Some(level.sequence);
        }
        all
    }

    fn history(kept: usize, sequences: &[i64]) -> History {
        let mut history = History::new(kept);
        for (place, sequence) in sequences.iter().enumerate() {
            let previous = place.checked_sub(1).map(|before| sequences[before]);
            assert!(history.insert(level(*sequence, previous)));
        }
        history
    }

    #[test]
    fn what_is_kept_is_told_in_order_and_the_rest_is_a_gap() {
        let history = history(3, &[1, 2, 3, 4, 5]);
        assert_eq!(told(&history, None), [(5, false)]);
        assert_eq!(told(&history, Some(3)), [(4, false), (5, false)]);
        assert_eq!(told(&history, Some(2)), [(3, false), (4, false), (5, false)]);
        assert_eq!(told(&history, Some(1)), [(5, true)], "2 is not kept");
        assert_eq!(told(&history, Some(5)), []);
        assert_eq!(told(&history, Some(9)), []);
    }

    #[test]
    fn a_level_that_was_missed_between_two_is_a_gap() {
        let mut history = history(8, &[1, 2]);
        assert!(history.insert(level(5, Some(4))));
        assert_eq!(told(&history, Some(1)), [(2, false), (5, true)]);
        assert!(history.insert(level(4, Some(2))), "it came late");
        assert_eq!(told(&history, Some(1)), [(2, false), (4, false), (5, false)]);
    }

    #[test]
    fn no_level_comes_twice() {
        let mut history = history(2, &[1, 2, 3]);
        for sequence in [1, 2, 3] {
            assert!(!history.insert(level(sequence, None)));
        }
    }

    #[test]
    fn what_begins_anew_is_a_gap() {
        let mut history = History::new(4);
        history.insert(level(10, None));
        assert_eq!(told(&history, Some(7)), [(10, true)]);
    }
}
