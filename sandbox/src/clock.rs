//! Simulated time: real time times a factor; it can stand still, step and jump ahead. It never goes back, which is what
//! lets every total in the world promise never to fall.

use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// The longest single step, since every simulated minute of a running session has to be computed.
pub(crate) const LONGEST_STEP: Duration = Duration::from_secs(400 * 24 * 60 * 60);
const FASTEST: f64 = 10_000.0;

#[derive(Debug)]
pub(crate) struct Clock {
    /// Simulated time at `since`.
    base: DateTime<Utc>,
    since: Instant,
    speed: f64,
    frozen: bool,
}

impl Clock {
    /// Starts at the given instant, or at the real one, in whole milliseconds.
    pub(crate) fn start(at: Option<DateTime<Utc>>, speed: f64, frozen: bool) -> Self {
        let base = at.unwrap_or_else(real_now).trunc_subsecs(3);
        Self { base, since: Instant::now(), speed: usable(speed), frozen }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        if self.frozen {
            return self.base;
        }
        let passed = self.since.elapsed().as_millis() as f64 * self.speed;
        self.base.checked_add_signed(TimeDelta::milliseconds(passed as i64)).unwrap_or(self.base)
    }

    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen
    }

    pub(crate) fn set_speed(&mut self, speed: f64) {
        self.rebase();
        self.speed = usable(speed);
    }

    pub(crate) fn freeze(&mut self) {
        self.rebase();
        self.frozen = true;
    }

    pub(crate) fn resume(&mut self) {
        self.rebase();
        self.frozen = false;
    }

    /// Moves ahead; a step over [`LONGEST_STEP`] is cut to it.
    pub(crate) fn step(&mut self, by: Duration) {
        self.rebase();
        let by = TimeDelta::milliseconds(by.min(LONGEST_STEP).as_millis() as i64);
        self.base = self.base.checked_add_signed(by).unwrap_or(self.base);
    }

    /// Jumps ahead to `to`. False, and nothing happens, if that is in the past or further than [`LONGEST_STEP`].
    pub(crate) fn set(&mut self, to: DateTime<Utc>) -> bool {
        let ahead = to.signed_duration_since(self.now()).to_std();
        let allowed = ahead.is_ok_and(|ahead| ahead <= LONGEST_STEP);
        if allowed {
            self.rebase();
            self.base = to.trunc_subsecs(3).max(self.base);
        }
        allowed
    }

    fn rebase(&mut self) {
        self.base = self.now();
        self.since = Instant::now();
    }
}

fn usable(speed: f64) -> f64 {
    if speed.is_finite() { speed.clamp(0.0, FASTEST) } else { 1.0 }
}

#[expect(clippy::disallowed_methods, reason = "the one place where simulated time touches real time")]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}
