//! Who is woken when a shared execution has told something.
//!
//! A subscriber leaves its waker once and not for each event: between two events nothing of it is touched.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    task::Waker,
};

use slab::Slab;

/// Wakers that are woken while others wait to come or go.
const AT_ONCE: usize = 64;

#[derive(Default)]
pub(super) struct Listeners(Mutex<Slab<Waker>>);

/// A subscriber's place among them.
#[derive(Default)]
pub(super) struct Place(Option<(usize, Waker)>);

impl Listeners {
    /// Has this one woken from now on. Whoever looks for news after this misses none.
    pub(super) fn listen(&self, place: &mut Place, waker: &Waker) {
        if place.0.as_ref().is_some_and(|(_, left)| left.will_wake(waker)) {
            return;
        }
        self.leave(place);
        place.0 = Some((self.lock().insert(waker.clone()), waker.clone()));
    }

    pub(super) fn leave(&self, place: &mut Place) {
        if let Some((key, _)) = place.0.take() {
            self.lock().try_remove(key);
        }
    }

    pub(super) fn wake(&self) {
        let mut from = 0;
        while let Some(to) = self.wake_some(from) {
            from = to;
        }
    }

    /// Wakes some from a place on; `None` once there is none left.
    fn wake_some(&self, from: usize) -> Option<usize> {
        let (listeners, to) = (self.lock(), from + AT_ONCE);
        (from..to).filter_map(|key| listeners.get(key)).for_each(Waker::wake_by_ref);
        (to < listeners.capacity()).then_some(to)
    }

    fn lock(&self) -> MutexGuard<'_, Slab<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
