//! What each of those who ask may still spend: a bucket of points that fills up again by and by. Kept in memory, for this instance
//! alone: behind N instances one may spend N times as much.

use std::{
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ipnet::IpNet;
use moka::{future::Cache, policy::EvictionPolicy};
use tokio::time::Instant;

/// Buckets that are remembered: some twenty megabytes. Beyond it the one not used for longest is forgotten, and so full again.
const REMEMBERED: u64 = 100_000;

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payer {
    User(i64),
    /// Whoever is not signed in, by the network that they ask from.
    Network(IpNet),
    /// All of whom not even that is known.
    Nobody,
}

/// How much a bucket holds, and how fast it fills up, in points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The most that one operation may cost; no more than `capacity`.
    pub operation: u64,
    pub capacity: u64,
    pub per_second: u64,
}

/// Everybody's buckets.
pub struct Buckets {
    buckets: Cache<Payer, Arc<Bucket>>,
    pub budget: Budget,
}

impl Buckets {
    /// A bucket at rest for as long as it takes to fill up is as good as a new one, and forgotten.
    pub fn new(budget: Budget) -> Self {
        let fills_up = Duration::from_secs_f64(budget.capacity as f64 / budget.per_second.max(1) as f64);
        let builder = Cache::builder().max_capacity(REMEMBERED).time_to_idle(fills_up + Duration::from_secs(1));
        Self { buckets: builder.eviction_policy(EvictionPolicy::lru()).build(), budget }
    }

    pub async fn of(&self, payer: Payer) -> Arc<Bucket> {
        let budget = self.budget;
        self.buckets.get_with(payer, async move { Arc::new(Bucket::full(budget)) }).await
    }
}

/// The points that one payer has.
#[derive(Debug)]
pub struct Bucket {
    pub budget: Budget,
    filled: Mutex<Filled>,
}

/// How full a bucket was at some moment.
#[derive(Clone, Copy, Debug)]
struct Filled {
    points: f64,
    at: Instant,
}

impl Bucket {
    fn full(budget: Budget) -> Self {
        Self { budget, filled: Mutex::new(Filled { points: budget.capacity as f64, at: Instant::now() }) }
    }

    /// Takes all of the points or none; then it says how long it will be until they are there.
    pub fn take(&self, points: u64) -> Result<(), Duration> {
        self.take_at(Instant::now(), points)
    }

    fn take_at(&self, now: Instant, points: u64) -> Result<(), Duration> {
        let (wanted, mut filled) = (points as f64, self.filled_at(now));
        if filled.points < wanted {
            let missing = wanted - filled.points;
            return Err(Duration::from_secs_f64(missing / self.budget.per_second.max(1) as f64));
        }
        filled.points -= wanted;
        Ok(())
    }

    pub fn give_back(&self, points: u64) {
        let mut filled = self.filled_at(Instant::now());
        filled.points = (filled.points + points as f64).min(self.budget.capacity as f64);
    }

    /// Whole points that are there.
    pub fn available(&self) -> u64 {
        self.filled_at(Instant::now()).points as u64
    }

    /// As full as it is by now. Another may have looked a moment later, and got here before.
    fn filled_at(&self, now: Instant) -> MutexGuard<'_, Filled> {
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        let more = now.saturating_duration_since(filled.at).as_secs_f64() * self.budget.per_second as f64;
        let points = (filled.points + more).min(self.budget.capacity as f64);
        *filled = Filled { points, at: now.max(filled.at) };
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Budget = Budget { operation: 50, capacity: 100, per_second: 10 };

    #[test]
    fn a_bucket_gives_all_or_nothing_and_fills_up_to_its_brim() {
        let bucket = Bucket::full(BUDGET);
        let begun = Instant::now() + Duration::from_secs(1);
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert_eq!(bucket.take_at(at(0), 70), Ok(()));
        assert_eq!(bucket.take_at(at(0), 50), Err(Duration::from_secs(2)));
        assert_eq!(bucket.take_at(at(1), 50), Err(Duration::from_secs(1)));
        assert_eq!(bucket.take_at(at(2), 50), Ok(()));
        // Whoever looked at the clock before and comes after.
        assert_eq!(bucket.take_at(at(1), 1), Err(Duration::from_millis(100)));
        bucket.give_back(40);
        assert_eq!(bucket.take_at(at(2), 40), Ok(()));
        bucket.give_back(1_000);
        assert_eq!(bucket.take_at(at(60), 101), Err(Duration::from_millis(100)));
        assert_eq!(bucket.take_at(at(60), 100), Ok(()));
    }

    #[tokio::test]
    async fn each_payer_has_a_bucket_of_their_own() {
        let buckets = Buckets::new(Budget { per_second: 1, ..BUDGET });
        let network = Payer::Network("192.0.2.7/32".parse().unwrap());
        assert_eq!(buckets.of(Payer::User(1)).await.take(100), Ok(()));
        assert!(buckets.of(Payer::User(1)).await.take(100).is_err());
        for other in [Payer::User(2), network, Payer::Nobody] {
            assert_eq!(buckets.of(other).await.take(100), Ok(()), "{other:?}");
        }
    }
}
