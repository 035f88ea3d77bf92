//! How many people watch one session at each moment, and the most who ever did.
//!
//! Left alone, the count is a pure function of the session's dice and the time on air: a quick ramp, slow waves, a
//! flicker every two seconds, a farewell. A pin from the panel replaces it until the next pin or release.

use crate::dice::Dice;

/// The natural count changes once a tick, and always does.
pub(crate) const TICK_MS: i64 = 2_000;
const RAMP_MS: f64 = 9.0 * 60_000.0;
const WAVE_MS: i64 = 4 * 60_000;
const FAREWELL_MS: f64 = 6.0 * 60_000.0;

#[derive(Debug)]
pub(crate) struct Crowd {
    flicker: Dice,
    waves: Dice,
    /// The count that the waves play around.
    size: f64,
    /// When the host planned to end, in time on air; known for sessions of the past only.
    planned_end_ms: Option<i64>,
    pins: Vec<Pin>,
}

#[derive(Debug)]
struct Pin {
    at_ms: i64,
    /// None releases the count.
    count: Option<u64>,
    /// What a reader saw at the same instant, just before: it counts for the peak.
    replaced: u64,
}

/// From one crest to the next, in a straight line.
struct Wave {
    begin: f64,
    end: f64,
}

impl Wave {
    fn at(&self, on_air_ms: i64) -> f64 {
        self.begin + (self.end - self.begin) * (on_air_ms % WAVE_MS) as f64 / WAVE_MS as f64
    }
}

impl Crowd {
    pub(crate) fn new(dice: Dice, size: f64, planned_end_ms: Option<i64>) -> Self {
        Self { flicker: dice.of("flicker"), waves: dice.of("wave"), size, planned_end_ms, pins: Vec::new() }
    }

    /// The count after that much time on air.
    pub(crate) fn at(&self, on_air_ms: i64) -> u64 {
        self.seen(self.pins.partition_point(|pin| pin.at_ms <= on_air_ms), on_air_ms, &self.wave(on_air_ms))
    }

    /// The count as it was before anything the panel did at that very instant.
    pub(crate) fn just_before(&self, on_air_ms: i64) -> u64 {
        self.seen(self.pins.partition_point(|pin| pin.at_ms < on_air_ms), on_air_ms, &self.wave(on_air_ms))
    }

    /// The highest count that anyone could read in `from_ms..=to_ms`, which lies within one minute.
    pub(crate) fn highest(&self, from_ms: i64, to_ms: i64) -> u64 {
        let wave = self.wave(from_ms);
        let mut highest = 0;
        for tick in from_ms / TICK_MS..=to_ms / TICK_MS {
            let begin_ms = (tick * TICK_MS).max(from_ms);
            let pins_in_force = self.pins.partition_point(|pin| pin.at_ms <= begin_ms);
            highest = self.seen(pins_in_force, begin_ms, &wave).max(highest);
        }
        for pin in self.pins.iter().filter(|pin| (from_ms..=to_ms).contains(&pin.at_ms)) {
            let count = pin.count.unwrap_or_else(|| self.natural(pin.at_ms, &wave));
            highest = pin.replaced.max(count).max(highest);
        }
        highest
    }

    /// Holds the count from now on, or lets it go.
    pub(crate) fn pin(&mut self, on_air_ms: i64, count: Option<u64>) {
        let replaced = self.at(on_air_ms);
        self.pins.push(Pin { at_ms: on_air_ms, count, replaced });
    }

    fn seen(&self, pins_in_force: usize, on_air_ms: i64, wave: &Wave) -> u64 {
        let pinned = pins_in_force.checked_sub(1).and_then(|last| self.pins[last].count);
        pinned.unwrap_or_else(|| self.natural(on_air_ms, wave))
    }

    fn natural(&self, on_air_ms: i64, wave: &Wave) -> u64 {
        let tick = on_air_ms / TICK_MS;
        // Constant within a tick, or the peak would have to look at every millisecond.
        let on_air_ms = tick * TICK_MS;
        let ramp = (0.12 + on_air_ms as f64 / RAMP_MS).min(1.0);
        let flicker = 0.97 + 0.06 * self.flicker.at(tick as u64).share();
        let count = (self.size * ramp * wave.at(on_air_ms) * self.farewell(on_air_ms) * flicker) as u64;
        // Odd ticks have odd counts: two neighbours always differ, so a watcher sees movement.
        if tick % 2 == 1 { count | 1 } else { count & !1 }
    }

    fn wave(&self, on_air_ms: i64) -> Wave {
        let number = on_air_ms / WAVE_MS;
        let crest = |number: i64| 0.65 + 0.6 * self.waves.at(number as u64).share();
        Wave { begin: crest(number), end: crest(number + 1) }
    }

    fn farewell(&self, on_air_ms: i64) -> f64 {
        let left = self.planned_end_ms.map_or(f64::MAX, |end| (end - on_air_ms).max(0) as f64);
        0.5 + 0.5 * (left / FAREWELL_MS).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_ticks_differ() {
        for seed in 0..20 {
            let crowd = Crowd::new(Dice::new(seed), 40.0, None);
            assert!((1..3_000).all(|tick| crowd.at(tick * TICK_MS) != crowd.at((tick - 1) * TICK_MS)));
        }
    }

    #[test]
    fn nobody_reads_more_than_the_highest() {
        for seed in 0..20 {
            let crowd = Crowd::new(Dice::new(seed), 400.0, Some(900_000));
            for minute in 0..15 {
                let highest = crowd.highest(minute * 60_000, minute * 60_000 + 59_999);
                assert!((0..60_000).step_by(37).all(|into| crowd.at(minute * 60_000 + into) <= highest));
            }
        }
    }

    #[test]
    fn a_pin_that_is_replaced_at_once_still_counts_for_the_peak() {
        let mut crowd = Crowd::new(Dice::new(1), 40.0, None);
        let natural = crowd.at(10_000);
        crowd.pin(10_000, Some(900));
        crowd.pin(10_000, Some(3));
        assert_eq!((crowd.just_before(10_000), crowd.at(10_000), crowd.highest(0, 10_000)), (natural, 3, 900));
        crowd.pin(11_000, None);
        assert_eq!(crowd.at(11_000), natural);
        assert!(crowd.highest(11_000, 11_000) >= natural);
    }
}
