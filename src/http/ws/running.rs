//! The operations of one socket. Dropping them ends them all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio_util::task::AbortOnDropHandle;

type Tasks = HashMap<String, Task>;

struct Task {
    /// Tells an operation from an earlier one with the same id.
    number: u64,
    work: Work,
}

/// Who does an operation's work. Dropping it ends that.
enum Work {
    Own(AbortOnDropHandle<()>),
    /// The writer, for as long as this is here.
    Writer(#[expect(dead_code, reason = "it is there to be dropped")] Arc<Held>),
}

/// Is there for as long as an operation is held by the writer.
pub(super) struct Held;

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
        tasks.insert(id, Task { number, work: Work::Own(handle) });
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

impl Work {
    /// It is the one that does the work that asks for it: it must not be aborted.
    fn forget(self) {
        if let Self::Own(handle) = self {
            handle.detach();
        }
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
        if !self.is_listed(&tasks) {
            return false;
        }
        if let Some(task) = tasks.remove(&self.id) {
            task.work.forget();
        }
        true
    }

    /// Leaves the rest of the operation to the writer, which is to go on until what it gets here is gone, as it is when the conversation,
    /// in the same task, has stopped it; `None` if the client has stopped it already.
    pub(super) fn hand_over(&self) -> Option<Weak<Held>> {
        let mut tasks = lock(&self.tasks);
        if !self.is_listed(&tasks) {
            return None;
        }
        let hold = Arc::new(Held);
        let held = Arc::downgrade(&hold);
        let task = Task { number: self.number, work: Work::Writer(hold) };
        if let Some(task) = tasks.insert(self.id.clone(), task) {
            task.work.forget();
        }
        Some(held)
    }

    fn is_listed(&self, tasks: &Tasks) -> bool {
        tasks.get(&self.id).is_some_and(|task| task.number == self.number)
    }
}

/// Nothing panics while it holds the lock, so a poisoned list is a sound one.
fn lock(tasks: &Mutex<Tasks>) -> MutexGuard<'_, Tasks> {
    tasks.lock().unwrap_or_else(PoisonError::into_inner)
}
