//! How fast we may call: so many calls a second and key, with a burst. A caller is given its turn at once, in the order
//! of asking, or told how long it would be; so nobody waits for a turn that comes too late, and no crowd wakes together.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::region::Region;

/// Whose calls are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Account(i64),
    /// Calls without cookies: all that Shopee sees of us in a region is one address.
    Public(Region),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Account(key) => write!(f, "account/{key}"),
            Key::Public(region) => write!(f, "region/{}", region.code()),
        }
    }
}

/// What a turn is asked for under, where several processes keep one pace.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// The time from one turn to the next at the steady rate.
    pub interval: Duration,
    /// How far ahead of the steady rate calls may run.
    pub lead: Duration,
    /// How long the caller would wait; a turn that comes later is not taken.
    pub patience: Duration,
    /// For a caller who has time.
    pub spare: Option<SpareTurn>,
}

/// For whom the others come first: there is no turn for them while calls run further ahead than this, but for a few that are lent.
#[derive(Debug, Clone, Copy)]
pub struct SpareTurn {
    /// How far ahead of the steady rate calls may run.
    pub lead: Duration,
    /// How often a turn is lent all the same.
    pub lent_every: Duration,
}

/// How long to wait for the turn that is now the caller's; or, as an error, how long to wait before asking again, and none is taken.
pub type Wait = Result<Duration, Duration>;

/// A pace that several processes keep together.
pub trait SharedPace: fmt::Debug + Send + Sync {
    /// Asks for a turn of whoever has this name; `None` while the others cannot be asked, and each keeps a pace of its own.
    fn turn<'a>(&'a self, name: String, turn: Turn) -> Pin<Box<dyn Future<Output = Option<Wait>> + Send + 'a>>;
}

/// The generic cell rate algorithm: of each key we keep the moment at which its burst is whole again.
pub(crate) struct Pace {
    interval: Duration,
    /// How far ahead of the steady rate a key may run.
    lead: Duration,
    /// What of that is for others than those who have time.
    kept_back: Duration,
    whole_at: Mutex<HashMap<Key, Instant>>,
    /// When somebody who has time may be given a turn of the others', of each key.
    lent_at: Mutex<HashMap<Key, Instant>>,
}

/// Of so many turns one may be lent to those who have time, when the others leave none over: a crowd does not silence a poller.
const LENT_ONE_OF: u32 = 10;

/// Beyond this many keys, those at rest are forgotten; they lose nothing by it.
const KEYS_KEPT: usize = 1024;

impl Pace {
    pub(crate) fn new(calls_per_second: NonZeroU32, burst: NonZeroU32) -> Pace {
        let interval = Duration::from_secs(1) / calls_per_second.get();
        let lead = interval * (burst.get() - 1);
        Pace { interval, lead, kept_back: lead / 2, whole_at: Mutex::default(), lent_at: Mutex::default() }
    }

    /// A turn as it is asked for where others keep the pace, too.
    pub(crate) fn shared(&self, patience: Duration, spare: bool) -> Turn {
        let spare = spare.then(|| SpareTurn {
            lead: self.lead.saturating_sub(self.kept_back),
            lent_every: self.interval * LENT_ONE_OF,
        });
        Turn { interval: self.interval, lead: self.lead, patience, spare }
    }

    /// How long to wait for the turn that is now the caller's; or, if that is longer than `patience`, how long it would
    /// have been, and no turn is taken. A turn that is taken and not used is lost.
    pub(crate) fn turn(&self, key: Key, now: Instant, patience: Duration) -> Wait {
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        if whole_at.len() >= KEYS_KEPT {
            whole_at.retain(|_, at| *at > now);
        }
        let ahead = whole_at.get(&key).map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let wait = ahead.saturating_sub(self.lead);
        if wait > patience {
            return Err(wait);
        }
        whole_at.insert(key, now + ahead + self.interval);
        Ok(wait)
    }
}

impl Pace {
    /// A turn for somebody who has time: only one that leaves half of the burst to the others, or now and then one that is lent, for which
    /// they wait as in [`turn`](Self::turn). Otherwise how long to wait before asking again: no turn is taken ahead, so that those who
    /// have time never stand before the others in a queue.
    pub(crate) fn spare_turn(&self, key: Key, now: Instant, patience: Duration) -> Wait {
        let ahead = self.ahead(key, now);
        let over = ahead.saturating_sub(self.lead.saturating_sub(self.kept_back));
        if over.is_zero() {
            return self.turn(key, now, patience);
        }
        let mut lent_at = self.lent_at.lock().unwrap_or_else(PoisonError::into_inner);
        if lent_at.len() >= KEYS_KEPT {
            lent_at.retain(|_, at| *at > now);
        }
        let next = *lent_at.entry(key).or_insert_with(|| now + self.interval * LENT_ONE_OF);
        if now < next {
            return Err(over.min(next - now));
        }
        lent_at.insert(key, now + self.interval * LENT_ONE_OF);
        drop(lent_at);
        self.turn(key, now, patience)
    }

    fn ahead(&self, key: Key, now: Instant) -> Duration {
        let whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        whole_at.get(&key).map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(calls_per_second: u32, burst: u32) -> Pace {
        Pace::new(NonZeroU32::new(calls_per_second).unwrap(), NonZeroU32::new(burst).unwrap())
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_in_step() {
        let (pace, now, patience) = (rate(5, 3), Instant::now(), Duration::from_secs(1));
        let waits: Vec<_> = (0..6).map(|_| pace.turn(Key::Account(1), now, patience).unwrap().as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 200, 400, 600]);
        assert_eq!(pace.turn(Key::Account(2), now, patience), Ok(Duration::ZERO), "another account has its own turns");
        assert_eq!(pace.turn(Key::Public(Region::Id), now, patience), Ok(Duration::ZERO));
    }

    #[test]
    fn an_impatient_caller_is_told_the_wait_and_takes_no_turn() {
        let (pace, now) = (rate(1, 1), Instant::now());
        assert_eq!(pace.turn(Key::Account(1), now, Duration::ZERO), Ok(Duration::ZERO));
        for _ in 0..3 {
            assert_eq!(pace.turn(Key::Account(1), now, Duration::from_millis(999)), Err(Duration::from_secs(1)));
        }
        assert_eq!(pace.turn(Key::Account(1), now, Duration::from_secs(1)), Ok(Duration::from_secs(1)));
    }

    #[test]
    fn those_who_have_time_leave_half_of_the_burst() {
        let (pace, now, key) = (rate(10, 21), Instant::now(), Key::Account(1));
        let spare = (0..100).take_while(|_| pace.spare_turn(key, now, Duration::MAX).is_ok()).count();
        assert_eq!(spare, 11);
        assert_eq!(pace.spare_turn(key, now, Duration::MAX), Err(Duration::from_millis(100)));
        for _ in 0..10 {
            assert_eq!(pace.turn(key, now, Duration::ZERO), Ok(Duration::ZERO), "kept back for this one");
        }
        let next = now + Duration::from_millis(100);
        assert!(pace.spare_turn(key, next, Duration::MAX).is_err(), "the others come first");
    }

    #[test]
    fn a_crowd_lends_one_turn_in_ten() {
        let (pace, begin, key) = (rate(10, 2), Instant::now(), Key::Account(1));
        let mut lent = 0;
        for tenth in 0..100 {
            let now = begin + Duration::from_millis(100 * tenth);
            while pace.turn(key, now, Duration::from_secs(1)).is_ok() {}
            lent += u32::from(pace.spare_turn(key, now, Duration::from_secs(5)).is_ok());
        }
        assert!((9..=10).contains(&lent), "{lent}");
    }

    #[test]
    fn keys_at_rest_are_forgotten() {
        let (pace, now) = (rate(1000, 1), Instant::now());
        for key in 0..KEYS_KEPT as i64 {
            pace.turn(Key::Account(key), now, Duration::ZERO).unwrap();
        }
        pace.turn(Key::Account(-1), now + Duration::from_secs(1), Duration::ZERO).unwrap();
        assert_eq!(pace.whole_at.lock().unwrap().len(), 1);
    }
}
