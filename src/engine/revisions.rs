//! Revisions of things, by key: for those who go on with what they know of a thing until there is a later revision of it.
//!
//! Whoever knows where revisions are kept asks for those of [`Revisions::keys`] now and then, and hands them to
//! [`Revisions::observe`]. What is asked for is bounded by who waits; nothing is kept for those who do not.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, watch};

/// The things that somebody waits for. Cheap to clone.
#[derive(Clone, Default)]
pub struct Revisions(Arc<Inner>);

#[derive(Default)]
struct Inner {
    latest: Mutex<HashMap<i64, watch::Sender<i64>>>,
    nudge: Notify,
}

/// Nobody can tell any more whether there is a later revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

impl Revisions {
    /// Waits until a thing has a later revision than `seen`.
    pub fn later(&self, key: i64, seen: i64) -> impl Future<Output = Result<(), Lost>> + Send + use<> {
        let mut latest = self.lock().entry(key).or_insert_with(|| watch::Sender::new(seen)).subscribe();
        async move { latest.wait_for(|revision| *revision > seen).await.map(drop).map_err(|_| Lost) }
    }

    /// The things that somebody waits for. Forgets the others.
    pub fn keys(&self) -> Vec<i64> {
        let mut latest = self.lock();
        latest.retain(|_, revisions| revisions.receiver_count() > 0);
        latest.keys().copied().collect()
    }

    /// Tells a thing's revision to those who wait for a later one than they know.
    pub fn observe(&self, key: i64, revision: i64) {
        if let Some(latest) = self.lock().get(&key) {
            latest.send_if_modified(|known| std::mem::replace(known, revision.max(*known)) < revision);
        }
    }

    /// Tells all who wait that nobody knows any more.
    pub fn lose(&self) {
        self.lock().clear();
    }

    /// Asks for the revisions to be read now: one of them has changed.
    pub fn nudge(&self) {
        self.0.nudge.notify_one();
    }

    /// Waits for a nudge, also one that came while nobody waited.
    pub async fn nudged(&self) {
        self.0.nudge.notified().await;
    }

    /// Nothing panics while it holds the lock, so a poisoned table is a sound one.
    fn lock(&self) -> MutexGuard<'_, HashMap<i64, watch::Sender<i64>>> {
        self.0.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn only_a_later_revision_ends_the_wait() {
        let revisions = Revisions::default();
        let (mut old, mut new) = (Box::pin(revisions.later(7, 3)), Box::pin(revisions.later(7, 4)));
        for revision in [2, 3] {
            revisions.observe(7, revision);
            assert_eq!((old.as_mut().now_or_never(), new.as_mut().now_or_never()), (None, None));
        }
        revisions.observe(8, 9);
        revisions.observe(7, 4);
        assert_eq!((old.as_mut().now_or_never(), new.as_mut().now_or_never()), (Some(Ok(())), None));
        // An answer that was under way when the later one came.
        revisions.observe(7, 3);
        assert_eq!(revisions.later(7, 3).now_or_never(), Some(Ok(())));
        assert_eq!(new.as_mut().now_or_never(), None);
    }

    #[test]
    fn nothing_is_asked_for_those_who_have_left() {
        let revisions = Revisions::default();
        let (one, other) = (revisions.later(1, 0), revisions.later(2, 0));
        drop(one);
        assert_eq!(revisions.keys(), [2]);
        drop(other);
        assert_eq!(revisions.keys(), [0; 0]);
    }

    #[test]
    fn those_who_wait_hear_that_nobody_knows() {
        let revisions = Revisions::default();
        let waiting = revisions.later(1, 0);
        revisions.lose();
        let newcomer = revisions.later(1, 0);
        assert_eq!(waiting.now_or_never(), Some(Err(Lost)));
        assert_eq!((revisions.keys(), newcomer.now_or_never()), (vec![1], None));
    }
}
