//! One read for all who ask before it begins.
//!
//! Nobody is told what was read before they asked: whoever comes while a read is under way is told by the next one, with all the others
//! who came meanwhile. So a crowd that asks the same at once costs a read after the other, and not one for each; and every answer is as
//! fresh as one's own would be.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Mutex as Turn, OnceCell};

type Lines<K, V> = Mutex<HashMap<K, Arc<Line<V>>>>;

/// Those who ask, by what they ask. Cheap to clone.
pub struct Gathered<K, V>(Arc<Lines<K, V>>);

/// Those who ask the same.
struct Line<V> {
    /// Held by the read that is under way.
    turn: Turn<()>,
    /// The answer of the read that has not begun.
    next: Mutex<Arc<OnceCell<V>>>,
}

impl<K, V> Clone for Gathered<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> Default for Gathered<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Gathered<K, V> {
    /// What a read finds that begins after this was called: that of `read`, or of somebody's who asks the same. When the one who reads
    /// goes away, another of those who wait reads.
    pub async fn ask(&self, key: K, read: impl Future<Output = V>) -> V {
        let place = self.place(key);
        let answer = lock(&place.line.next).clone();
        let read = async {
            let _turn = place.line.turn.lock().await;
            // Whoever comes from now on came too late for this one.
            *lock(&place.line.next) = Arc::default();
            read.await
        };
        answer.get_or_init(|| read).await.clone()
    }

    fn place(&self, key: K) -> Place<'_, K, V> {
        let line = lock(&self.0).entry(key.clone()).or_default().clone();
        Place { lines: &self.0, key, line }
    }
}

impl<V> Default for Line<V> {
    fn default() -> Self {
        Self { turn: Turn::default(), next: Mutex::default() }
    }
}

/// Somebody's place in a line, which is forgotten with the last of them.
struct Place<'a, K: Eq + Hash, V> {
    lines: &'a Lines<K, V>,
    key: K,
    line: Arc<Line<V>>,
}

impl<K: Eq + Hash, V> Drop for Place<'_, K, V> {
    fn drop(&mut self) {
        let mut lines = lock(self.lines);
        // The table's and this one.
        if Arc::strong_count(&self.line) == 2 {
            lines.remove(&self.key);
        }
    }
}

/// Nothing panics while it holds the lock, so a poisoned table is a sound one.
fn lock<T>(table: &Mutex<T>) -> MutexGuard<'_, T> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::{FutureExt as _, future::join_all};
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn those_who_ask_during_a_read_share_the_next_one() {
        let (gathered, reads, release) = (Gathered::<i64, usize>::default(), AtomicUsize::new(0), Notify::new());
        let ask = || {
            gathered.ask(7, async {
                let number = reads.fetch_add(1, Ordering::SeqCst) + 1;
                release.notified().await;
                number
            })
        };
        let mut first = Box::pin(ask());
        assert_eq!(first.as_mut().now_or_never(), None, "it reads");
        let mut late = Box::pin(join_all((0..1_000).map(|_| ask())));
        assert_eq!(late.as_mut().now_or_never(), None, "they wait for a read of their own");
        release.notify_one();
        assert_eq!(first.await, 1);
        release.notify_one();
        assert_eq!(late.await, [2; 1_000]);
        assert_eq!(reads.load(Ordering::SeqCst), 2);
        assert!(lock(&gathered.0).is_empty(), "nothing is kept of those who have gone");
    }

    #[tokio::test]
    async fn another_reads_when_the_one_who_reads_goes_away() {
        let gathered = Gathered::<i64, &str>::default();
        let mut leaves = Box::pin(gathered.ask(7, std::future::pending()));
        assert_eq!(leaves.as_mut().now_or_never(), None);
        // One waits for the turn, the other for that one's answer.
        let mut waits = Box::pin(gathered.ask(7, std::future::pending()));
        let mut stays = Box::pin(gathered.ask(7, async { "read" }));
        assert_eq!((waits.as_mut().now_or_never(), stays.as_mut().now_or_never()), (None, None));
        drop((leaves, waits));
        assert_eq!(stays.await, "read");
        assert!(lock(&gathered.0).is_empty());
    }

    #[tokio::test]
    async fn different_questions_do_not_wait_for_each_other() {
        let gathered = Gathered::<i64, i64>::default();
        let mut slow = Box::pin(gathered.ask(1, std::future::pending()));
        assert_eq!(slow.as_mut().now_or_never(), None);
        assert_eq!(gathered.ask(2, async { 2 }).now_or_never(), Some(2));
    }
}
