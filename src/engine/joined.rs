//! One call for many askers: identical calls in flight are joined, and an answer is kept for a stated time.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use moka::future::Cache;

use crate::{clock::Clock, cost::Cost};

/// An answer and when it was had.
#[derive(Debug)]
pub struct Observed<V> {
    pub value: V,
    pub observed_at: DateTime<Utc>,
}

/// Answers by key. Failures are shared by those who wait for the same call, and never kept.
#[derive(Clone)]
pub struct Joined<K, V> {
    answers: Cache<K, Arc<Observed<V>>>,
    clock: Clock,
}

impl<K, V> Joined<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// Keeps at most `capacity` answers, each for `kept_for`.
    pub fn new(capacity: u64, kept_for: Duration, clock: Clock) -> Self {
        let answers = Cache::builder().max_capacity(capacity).time_to_live(kept_for).build();
        Self { answers, clock }
    }

    /// Keeps an answer that was had in another way.
    pub async fn keep(&self, key: K, value: V) {
        self.answers.insert(key, Arc::new(Observed { value, observed_at: self.clock.now() })).await;
    }

    /// Forgets an answer that something has made old.
    pub async fn forget(&self, key: &K) {
        self.answers.invalidate(key).await;
    }

    /// The kept answer, or that of the call in flight, or that of `call`, which then runs.
    pub async fn get<E>(
        &self,
        key: K,
        cost: &Cost,
        call: impl Future<Output = Result<V, E>>,
    ) -> Result<Arc<Observed<V>>, Arc<E>>
    where
        E: Send + Sync + 'static,
    {
        let called = AtomicBool::new(false);
        let answer = self.join(key, async {
            called.store(true, Ordering::Relaxed);
            cost.count_shopee_call();
            call.await
        });
        let answer = answer.await?;
        if !called.load(Ordering::Relaxed) {
            cost.count_cache_hit();
        }
        Ok(answer)
    }

    /// The same for work that counts by itself what it costs, and is free for those who share it.
    pub async fn join<E>(&self, key: K, work: impl Future<Output = Result<V, E>>) -> Result<Arc<Observed<V>>, Arc<E>>
    where
        E: Send + Sync + 'static,
    {
        let answer = async { Ok(Arc::new(Observed { value: work.await?, observed_at: self.clock.now() })) };
        self.answers.try_get_with(key, answer).await
    }
}
