//! Work that goes on though whoever asked for it has gone: one task a key at a time, waited for when the process stops.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use tracing::{Instrument as _, Span};

/// All such work of this process.
#[derive(Clone, Default)]
pub struct InHand {
    keys: Arc<Mutex<HashSet<i64>>>,
    tasks: TaskTracker,
}

impl InHand {
    /// Begins work on a key; `None` while there is some already. Dropping the handle ends nothing.
    pub fn begin(&self, key: i64, work: impl Future<Output = ()> + Send + 'static) -> Option<JoinHandle<()>> {
        if !self.keys().insert(key) {
            return None;
        }
        let hold = Hold { in_hand: self.clone(), key };
        let work = async move {
            let _hold = hold;
            work.await;
        };
        Some(self.tasks.spawn(work.instrument(Span::current())))
    }

    /// Waits until nothing is in hand.
    pub async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of the key however its task ends.
struct Hold {
    in_hand: InHand,
    key: i64,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.in_hand.keys().remove(&self.key);
    }
}
