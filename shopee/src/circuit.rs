//! Circuit breakers, one for each host and account: a shop or a host that fails is left alone for a while, and nobody waits for it.
//!
//! A circuit opens when half of at least twenty attempts within ten seconds brought no answer. Open, it refuses every call before it is
//! sent. After its rest it lets one attempt through, the probe: an answer closes it, none opens it again. The same counts bound how much
//! is repeated: a tenth of what was asked of late, so that an outage is not made worse by those who suffer from it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::hosts::HostRole;
use crate::pace::Key;
use crate::region::Region;

/// How many seconds are looked back.
const WINDOW: u64 = 10;
/// Fewer attempts than this tell nothing.
const FEWEST: u32 = 20;
/// Of so many calls one may be repeated.
const REPEATED_ONE_OF: u32 = 10;
/// So many repetitions are always granted: otherwise a call that is made alone could not be repeated.
const REPEATED_ANYHOW: u32 = 2;
/// How long to wait for what a probe will tell.
const PROBE_TAKES: Duration = Duration::from_secs(1);
/// Beyond this many circuits, those at rest are forgotten; they lose nothing by it.
const CIRCUITS_KEPT: usize = 1024;

/// Which host is asked, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    pub(crate) region: Region,
    pub(crate) host: HostRole,
    pub(crate) key: Key,
}

/// All circuits of a client.
pub(crate) struct Circuits {
    /// How long an open circuit lets nothing through.
    rest: Duration,
    /// Whoever gave an attempt up after at least this time got no answer. Before that, it tells nothing of the host.
    long_enough: Duration,
    began: Instant,
    circuits: Mutex<HashMap<Line, Circuit>>,
}

#[derive(Default)]
struct Circuit {
    state: State,
    /// Tells attempts that began before the state last changed: what comes of them says nothing any more.
    epoch: u64,
    window: Window,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Closed,
    Open {
        until: Instant,
    },
    Probing,
}

/// What came of attempts, second by second.
#[derive(Default)]
struct Window([Second; WINDOW as usize]);

#[derive(Clone, Copy, Default)]
struct Second {
    number: u64,
    answered: u32,
    failed: u32,
    repeated: u32,
}

/// An attempt that may be made. Dropped without an outcome, it was given up.
pub(crate) struct Admission<'a> {
    circuits: &'a Circuits,
    line: Line,
    epoch: u64,
    began: Instant,
    settled: bool,
}

impl Circuits {
    pub(crate) fn new(rest: Duration, long_enough: Duration) -> Circuits {
        Circuits { rest, long_enough, began: Instant::now(), circuits: Mutex::default() }
    }

    /// For how long nothing will be let through; `None` if something would be now.
    pub(crate) fn open_for(&self, line: Line, now: Instant) -> Option<Duration> {
        self.lock().get(&line)?.open_for(now)
    }

    /// Lets an attempt through, or says for how long it would not be.
    pub(crate) fn admit(&self, line: Line, now: Instant) -> Result<Admission<'_>, Duration> {
        let mut circuits = self.lock();
        if circuits.len() >= CIRCUITS_KEPT {
            let second = self.second(now);
            circuits.retain(|_, circuit| circuit.state != State::Closed || circuit.window.attempts(second) > 0);
        }
        let circuit = circuits.entry(line).or_default();
        if let Some(wait) = circuit.open_for(now) {
            return Err(wait);
        }
        if circuit.state != State::Closed {
            circuit.turn(State::Probing);
        }
        Ok(Admission { circuits: self, line, epoch: circuit.epoch, began: now, settled: false })
    }

    /// Grants a repetition, if there is one left.
    pub(crate) fn may_repeat(&self, line: Line, now: Instant) -> bool {
        let (second, mut circuits) = (self.second(now), self.lock());
        let circuit = circuits.entry(line).or_default();
        let granted = circuit.state == State::Closed && circuit.window.has_repetition(second);
        if granted {
            circuit.window.at(second).repeated += 1;
        }
        granted
    }

    fn settle(&self, admission: &Admission<'_>, answered: Option<bool>, now: Instant) {
        let (second, mut circuits) = (self.second(now), self.lock());
        let Some(circuit) = circuits.get_mut(&admission.line).filter(|circuit| circuit.epoch == admission.epoch) else {
            return;
        };
        match (circuit.state, answered) {
            (State::Closed, Some(answered)) => {
                let counts = circuit.window.at(second);
                if answered {
                    counts.answered += 1
                } else {
                    counts.failed += 1
                }
                if circuit.window.is_broken(second) {
                    circuit.turn(State::Open { until: now + self.rest });
                    admission.line.tell("a circuit opened: calls are refused for a while");
                }
            }
            (State::Probing, Some(true)) => {
                circuit.window = Window::default();
                circuit.turn(State::Closed);
                admission.line.tell("a circuit closed: calls are made again");
            }
            (State::Probing, Some(false)) => circuit.turn(State::Open { until: now + self.rest }),
            // The probe was given up before it told anything, so the next attempt is one.
            (State::Probing, None) => circuit.turn(State::Open { until: now }),
            _ => {}
        }
    }

    fn second(&self, now: Instant) -> u64 {
        // A second of number 0 has never been.
        now.saturating_duration_since(self.began).as_secs() + 1
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Line, Circuit>> {
        self.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Circuit {
    fn open_for(&self, now: Instant) -> Option<Duration> {
        match self.state {
            State::Closed => None,
            State::Open { until } => Some(until.saturating_duration_since(now)).filter(|wait| !wait.is_zero()),
            State::Probing => Some(PROBE_TAKES),
        }
    }

    fn turn(&mut self, state: State) {
        self.state = state;
        self.epoch += 1;
    }
}

impl Window {
    fn at(&mut self, number: u64) -> &mut Second {
        let second = &mut self.0[(number % WINDOW) as usize];
        if second.number != number {
            *second = Second { number, ..Second::default() };
        }
        second
    }

    fn sum(&self, now: u64, count: impl Fn(&Second) -> u32) -> u32 {
        self.0.iter().filter(|second| second.number + WINDOW > now).map(count).sum()
    }

    fn attempts(&self, now: u64) -> u32 {
        self.sum(now, |second| second.answered + second.failed)
    }

    fn is_broken(&self, now: u64) -> bool {
        let attempts = self.attempts(now);
        attempts >= FEWEST && 2 * self.sum(now, |second| second.failed) >= attempts
    }

    fn has_repetition(&self, now: u64) -> bool {
        let repeated = self.sum(now, |second| second.repeated);
        let calls = self.attempts(now).saturating_sub(repeated);
        repeated < REPEATED_ANYHOW.max(calls / REPEATED_ONE_OF)
    }
}

impl Line {
    fn tell(self, what: &'static str) {
        let account = match self.key {
            Key::Account(account) => Some(account),
            Key::Public(_) => None,
        };
        tracing::warn!(host = %self.host, region = self.region.code(), account, "{what}");
    }
}

impl Admission<'_> {
    /// Says whether an answer came, be it a refusal.
    pub(crate) fn settle(mut self, answered: bool, now: Instant) {
        self.settled = true;
        self.circuits.settle(&self, Some(answered), now);
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if !self.settled {
            let now = Instant::now();
            let waited = now.saturating_duration_since(self.began);
            self.circuits.settle(self, (waited >= self.circuits.long_enough).then_some(false), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(5);

    fn line(account: i64) -> Line {
        Line { region: Region::Id, host: HostRole::Creator, key: Key::Account(account) }
    }

    fn circuits() -> (Circuits, Instant) {
        let circuits = Circuits::new(REST, Duration::from_secs(2));
        let now = circuits.began;
        (circuits, now)
    }

    fn attempts(circuits: &Circuits, now: Instant, answered: &[bool]) {
        for answered in answered {
            circuits.admit(line(1), now).ok().unwrap().settle(*answered, now);
        }
    }

    #[test]
    fn half_of_twenty_opens_it() {
        let (circuits, now) = circuits();
        attempts(&circuits, now, &[true, false].repeat(9));
        attempts(&circuits, now, &[true]);
        assert_eq!(circuits.open_for(line(1), now), None, "nineteen attempts tell nothing");
        attempts(&circuits, now, &[false]);
        assert_eq!(circuits.open_for(line(1), now), Some(REST));
        assert_eq!(circuits.admit(line(1), now).err(), Some(REST));
        assert!(circuits.admit(line(2), now).is_ok(), "another account is not concerned");
        let other = Line { host: HostRole::Live, ..line(1) };
        assert!(circuits.admit(other, now).is_ok(), "another host neither");
    }

    #[test]
    fn fewer_than_half_does_not() {
        let (circuits, now) = circuits();
        attempts(&circuits, now, &[true; 51]);
        attempts(&circuits, now, &[false; 50]);
        assert_eq!(circuits.open_for(line(1), now), None);
        attempts(&circuits, now, &[false]);
        assert!(circuits.open_for(line(1), now).is_some());
    }

    #[test]
    fn what_is_older_than_ten_seconds_does_not_count() {
        let (circuits, now) = circuits();
        attempts(&circuits, now, &[false; 19]);
        let later = now + Duration::from_secs(10);
        attempts(&circuits, later, &[false; 19]);
        assert_eq!(circuits.open_for(line(1), later), None);
        attempts(&circuits, later, &[false]);
        assert!(circuits.open_for(line(1), later).is_some());
    }

    #[test]
    fn one_probe_decides() {
        let (circuits, now) = circuits();
        attempts(&circuits, now, &[false; 20]);
        assert!(circuits.admit(line(1), now + REST - Duration::from_millis(1)).is_err());
        let half_open = now + REST;
        let probe = circuits.admit(line(1), half_open).ok().unwrap();
        for _ in 0..100 {
            assert_eq!(circuits.admit(line(1), half_open).err(), Some(PROBE_TAKES), "one at a time");
        }
        probe.settle(false, half_open);
        assert_eq!(circuits.open_for(line(1), half_open), Some(REST));
        let again = half_open + REST;
        circuits.admit(line(1), again).ok().unwrap().settle(true, again);
        attempts(&circuits, again, &[false; 19]);
        assert_eq!(circuits.open_for(line(1), again), None, "it begins anew");
    }

    #[test]
    fn a_probe_that_is_given_up_leaves_the_next_one_to_somebody_else() {
        let (circuits, now) = circuits();
        attempts(&circuits, now, &[false; 20]);
        drop(circuits.admit(line(1), now + REST).ok().unwrap());
        assert!(circuits.admit(line(1), now + REST + Duration::from_secs(1)).is_ok());
    }

    #[test]
    fn what_began_before_it_opened_counts_for_nothing() {
        let (circuits, now) = circuits();
        let late: Vec<_> = (0..30).map(|_| circuits.admit(line(1), now).ok().unwrap()).collect();
        attempts(&circuits, now, &[false; 20]);
        let half_open = now + REST;
        let probe = circuits.admit(line(1), half_open).ok().unwrap();
        late.into_iter().for_each(|late| late.settle(false, half_open));
        probe.settle(true, half_open);
        assert_eq!(circuits.open_for(line(1), half_open), None);
    }

    #[test]
    fn a_tenth_is_repeated_and_twice_anyhow() {
        let (circuits, now) = circuits();
        let repeat = |now| circuits.may_repeat(line(1), now).then(|| attempts(&circuits, now, &[true]));
        let granted = |now| std::iter::from_fn(|| repeat(now)).count();
        assert_eq!(granted(now), 2);
        attempts(&circuits, now, &[true; 100]);
        assert_eq!(granted(now), 8, "ten of a hundred, less the two before");
        assert_eq!(granted(now + Duration::from_secs(10)), 2);
    }

    #[test]
    fn nothing_is_repeated_while_it_is_open() {
        let (circuits, now) = circuits();
        attempts(&circuits, now, &[false; 20]);
        assert!(!circuits.may_repeat(line(1), now));
    }

    #[test]
    fn circuits_at_rest_are_forgotten() {
        let (circuits, now) = circuits();
        for account in 0..CIRCUITS_KEPT as i64 {
            circuits.admit(line(account), now).ok().unwrap().settle(true, now);
        }
        let later = now + Duration::from_secs(10);
        circuits.admit(line(-1), later).ok().unwrap().settle(true, later);
        assert_eq!(circuits.lock().len(), 1);
    }
}
