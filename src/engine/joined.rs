//! One call for many askers: identical calls in flight are joined, and an answer is kept for a stated time. When there is no new answer
//! to be had, the last one serves for a while longer, and says that it is stale.

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

use super::deadline;
use crate::{clock::Clock, cost::Cost};

/// An answer and when it was had.
#[derive(Clone, Debug)]
pub struct Observed<V> {
    pub value: V,
    pub observed_at: DateTime<Utc>,
    /// Whether a newer answer was wanted and could not be had.
    pub stale: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Missed<E> {
    Failed(Arc<E>),
    /// There was no time left to wait for one.
    Late,
}

/// A failure of a call.
pub trait Failure {
    /// Whether it tells nothing of what was asked for, so that an older answer is better than none.
    fn leaves_the_last_answer_good(&self) -> bool;
}

/// Answers by key. Failures are shared by those who wait for the same call, and never kept.
#[derive(Clone)]
pub struct Joined<K, V> {
    answers: Cache<K, Arc<Observed<V>>>,
    /// Answers that are too old to be given as long as there are newer ones.
    last: Option<Last<K, V>>,
    clock: Clock,
}

#[derive(Clone)]
struct Last<K, V> {
    answers: Cache<K, Arc<Observed<V>>>,
    /// Whether there is anything in an answer that could be said to be stale.
    tells: fn(&V) -> bool,
}

impl<K, V> Joined<K, V>
where
    K: Clone + Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// Keeps at most `capacity` answers, each for `kept_for`.
    pub fn new(capacity: u64, kept_for: Duration, clock: Clock) -> Self {
        Self { answers: cache(capacity, kept_for), last: None, clock }
    }

    /// Gives an answer that is at most so old when there is no newer one to be had, if that tells anything: nothing cannot be marked as
    /// stale.
    pub fn or_stale_for(self, longest: Option<Duration>, tells: fn(&V) -> bool) -> Self {
        let capacity = self.answers.policy().max_capacity().unwrap_or_default();
        let last = longest.map(|longest| Last { answers: cache(capacity, longest), tells });
        Self { last, ..self }
    }

    /// Keeps an answer that was had in another way.
    pub async fn keep(&self, key: K, value: V) {
        let answer = self.observed(&key, value).await;
        self.answers.insert(key, answer).await;
    }

    /// Forgets an answer that something has made old.
    pub async fn forget(&self, key: &K) {
        self.answers.invalidate(key).await;
        if let Some(last) = &self.last {
            last.answers.invalidate(key).await;
        }
    }

    /// The kept answer, or that of the call in flight, or that of `call`, which then runs; if none of them is to be had in time, the last
    /// one that is not too old.
    pub async fn get<E>(
        &self,
        key: K,
        cost: &Cost,
        call: impl Future<Output = Result<V, E>>,
    ) -> Result<Arc<Observed<V>>, Missed<E>>
    where
        V: Clone,
        E: Failure + Send + Sync + 'static,
    {
        let called = AtomicBool::new(false);
        let answer = self.join(key.clone(), async {
            called.store(true, Ordering::Relaxed);
            cost.count_shopee_call();
            call.await
        });
        // It is as large as the call, and stands in every field that makes one.
        let missed = match deadline::in_time(Box::pin(answer)).await {
            Some(Ok(answer)) => {
                if !called.load(Ordering::Relaxed) {
                    cost.count_cache_hit();
                }
                return Ok(answer);
            }
            Some(Err(error)) if !error.leaves_the_last_answer_good() => return Err(Missed::Failed(error)),
            Some(Err(error)) => Missed::Failed(error),
            None => Missed::Late,
        };
        let stale = self.last(&key).await.ok_or(missed)?;
        cost.count_cache_hit();
        Ok(stale)
    }

    /// The last answer that is not too old to be given, however old it is.
    pub async fn last(&self, key: &K) -> Option<Arc<Observed<V>>>
    where
        V: Clone,
    {
        let last = self.last.as_ref()?.answers.get(key).await?;
        Some(Arc::new(Observed { stale: true, ..last.as_ref().clone() }))
    }

    /// The same for work that counts by itself what it costs, and is free for those who share it.
    pub async fn join<E>(&self, key: K, work: impl Future<Output = Result<V, E>>) -> Result<Arc<Observed<V>>, Arc<E>>
    where
        E: Send + Sync + 'static,
    {
        let kept = key.clone();
        let answer = async move { Ok(self.observed(&kept, work.await?).await) };
        self.answers.try_get_with(key, answer).await
    }

    async fn observed(&self, key: &K, value: V) -> Arc<Observed<V>> {
        let answer = Arc::new(Observed { value, observed_at: self.clock.now(), stale: false });
        match &self.last {
            Some(last) if (last.tells)(&answer.value) => last.answers.insert(key.clone(), answer.clone()).await,
            Some(last) => last.answers.invalidate(key).await,
            None => {}
        }
        answer
    }
}

fn cache<K, V>(capacity: u64, kept_for: Duration) -> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(capacity).time_to_live(kept_for).build()
}
