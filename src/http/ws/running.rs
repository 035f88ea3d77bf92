//! The operations of one socket. Dropping them ends them all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::task::AbortOnDropHandle;

type Tasks = HashMap<String, Task>;

struct Task {
    /// Tells an operation from an earlier one with the same id.
    number: u64,
    handle: AbortOnDropHandle<()>,
}

/// The operations that run, by the client's id.
#[derive(Default)]
pub(super) struct Running {
    tasks: Arc<Mutex<Tasks>>,
    started: u64,
}

/// An operation's own place among them.
pub(super) struct Ticket {
    id: String,
    number: u64,
    tasks: Arc<Mutex<Tasks>>,
}

impl Running {
    pub(super) fn contains(&self, id: &str) -> bool {
        lock(&self.tasks).contains_key(id)
    }

    pub(super) fn len(&self) -> usize {
        lock(&self.tasks).len()
    }

    /// Starts an operation under an id that none has.
    pub(super) fn start<F>(&mut self, id: String, work: impl FnOnce(Ticket) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.started += 1;
        let number = self.started;
        let work = work(Ticket { id: id.clone(), number, tasks: self.tasks.clone() });
        // Held while it is started, so that it cannot end before it is listed.
        let mut tasks = lock(&self.tasks);
        let handle = AbortOnDropHandle::new(tokio::spawn(work));
        tasks.insert(id, Task { number, handle });
    }

    /// Ends an operation, if there is one.
    pub(super) fn stop(&self, id: &str) {
        let stopped = lock(&self.tasks).remove(id);
        drop(stopped);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The tasks share the list, so it must be emptied, not only let go.
        let stopped = std::mem::take(&mut *lock(&self.tasks));
        drop(stopped);
    }
}

impl Ticket {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Leaves the list before the client hears that the operation is over, so that the client can use the id again at once.
    /// `false` if the client has stopped it: then it has nothing more to say.
    pub(super) fn leave(&self) -> bool {
        let mut tasks = lock(&self.tasks);
        match tasks.get(&self.id) {
            Some(task) if task.number == self.number => {
                // It is the one that leaves that asks for it: it must not be aborted.
                tasks.remove(&self.id).map(|task| task.handle.detach());
                true
            }
            _ => false,
        }
    }
}

/// Nothing panics while it holds the lock, so a poisoned list is a sound one.
fn lock(tasks: &Mutex<Tasks>) -> MutexGuard<'_, Tasks> {
    tasks.lock().unwrap_or_else(PoisonError::into_inner)
}
