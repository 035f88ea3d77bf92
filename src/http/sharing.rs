//! One execution for all who subscribe to the same: executed once, written as JSON once, handed to each of them.
//!
//! Those are alike who ask for the same document, operation, variables and extensions, within a visibility that the room which knows
//! them names ([`Sharing`]); that they may see it was decided for each of them before they got here. What always holds:
//!
//! - The execution is nobody's of its subscribers: it carries what [`Sharing::attach`] puts in.
//! - It ends with its last subscriber, and the subscribers with it.
//! - What it keeps does not grow with its subscribers, however slow they are: one event of a level, [`KEPT`] of happenings and
//!   [`KEPT_BYTES`].

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
};

use async_graphql::{Executor, Request, ServerError};
use futures_util::{StreamExt as _, pin_mut};
use tokio::{sync::watch, time::Instant};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use self::ring::Ring;
use super::{
    Gate, RequestId, SignedIn,
    answer::Answer,
    answers::answers,
    operation::{Operation, unbroken},
    refusal::Refusal,
    sign_in::{Events, Sharing},
};
use crate::metrics::Metrics;

mod feed;
mod payload;
mod ring;

pub(super) use self::{
    feed::{Feed, Told},
    payload::{LARGEST_BYTES, Payload},
};

/// Happenings that are kept for those who have not been told them yet.
const KEPT: usize = 256;
/// And no more of them than this, but for a single one that is larger.
const KEPT_BYTES: usize = 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    visibility: String,
    operation: String,
}

type Table = Mutex<HashMap<Arc<Key>, Weak<Shared>>>;

/// The executions that are shared. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shares {
    table: Arc<Table>,
    metrics: Metrics,
}

/// How an execution ended.
pub(super) enum End {
    Complete,
    /// It did not even start, or broke off.
    Failed(Payload),
}

/// An execution and what it has told, for as long as somebody subscribes to it.
struct Shared {
    said: Said,
    /// Counts what was told; its sender is the execution.
    count: watch::Receiver<u64>,
    began: Instant,
    key: Arc<Key>,
    shares: Shares,
    /// Ends the execution with the last subscriber.
    _execution: AbortOnDropHandle<()>,
}

/// What an execution has told.
#[derive(Clone)]
struct Said {
    ring: Arc<Mutex<Ring>>,
    end: Arc<OnceLock<End>>,
    /// The execution's own.
    id: RequestId,
}

impl<E: Executor> Gate<E> {
    /// The feed of an execution that this client may share; `None` if it is to have one of its own.
    pub(super) async fn share(&self, operation: &mut Operation, client: &SignedIn) -> Option<Feed> {
        let share = client.share.as_ref()?;
        let sharing = operation.look(|wanted| share(wanted))?.await?;
        let key = Key { visibility: sharing.visibility.clone(), operation: operation.identity() };
        Some(self.shares.join(key, &sharing, |publisher| {
            let (schema, id) = (self.front.schema.clone(), publisher.said.id.clone());
            let request = operation.take_request(&sharing.attach, &id);
            // Nobody's of those who share it.
            let span = tracing::info_span!(parent: None, "shared operation", request_id = %id);
            publisher.run(schema, request).instrument(span)
        }))
    }
}

impl Shares {
    pub(super) fn new(metrics: Metrics) -> Self {
        Self { table: Arc::default(), metrics }
    }

    /// Joins an execution that goes on, or begins one. Nothing waits while the table is locked: nobody can join an execution that
    /// its last subscriber is ending.
    fn join<F>(&self, key: Key, sharing: &Sharing, work: impl FnOnce(Publisher) -> F) -> Feed
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut table = self.lock();
        let running = table.get(&key).and_then(Weak::upgrade);
        let shared = match &running {
            Some(shared) if shared.is_joinable(sharing) => shared.clone(),
            _ => Arc::new(self.start(Arc::new(key), sharing.events, work)),
        };
        table.insert(shared.key.clone(), Arc::downgrade(&shared));
        // The one that cannot be joined may have nobody else by now; its end takes the lock.
        drop(table);
        drop(running);
        Feed::new(shared)
    }

    fn start<F>(&self, key: Arc<Key>, events: Events, work: impl FnOnce(Publisher) -> F) -> Shared
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (count, told) = watch::channel(0);
        let ring = Arc::new(Mutex::new(Ring::new(events)));
        let said = Said { ring, end: Arc::default(), id: RequestId::fresh() };
        self.metrics.subscriptions.execution_started();
        let metrics = self.metrics.clone();
        let execution = tokio::spawn(work(Publisher { said: said.clone(), count, metrics }));
        let _execution = AbortOnDropHandle::new(execution);
        Shared { said, count: told, began: Instant::now(), key, shares: self.clone(), _execution }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<Key>, Weak<Shared>>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Whether somebody who comes now is told the same as by an execution of their own.
    fn is_joinable(&self, sharing: &Sharing) -> bool {
        let in_time = sharing.joinable.is_none_or(|within| self.began.elapsed() <= within);
        in_time && self.said.end.get().is_none() && self.said.ring().tells_all()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.shares.metrics.subscriptions.execution_ended();
        let mut table = self.shares.lock();
        // By now another may have taken its place.
        if table.get(&self.key).is_some_and(|shared| shared.strong_count() == 0) {
            table.remove(&self.key);
        }
    }
}

impl Said {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The execution's end of it.
struct Publisher {
    said: Said,
    count: watch::Sender<u64>,
    metrics: Metrics,
}

impl Publisher {
    async fn run<E: Executor>(self, schema: E, request: Request) {
        let end = unbroken(self.publish(schema, request)).await;
        let end = end.unwrap_or_else(|refusal| self.refused(refusal));
        // Before the sender goes, which is what subscribers wait for.
        self.said.end.set(end).ok();
    }

    async fn publish<E: Executor>(&self, schema: E, request: Request) -> End {
        let told = answers(&schema, request, self.said.id.clone(), self.metrics.clone());
        pin_mut!(told);
        while let Some(answer) = told.next().await {
            let payload = match answer.map(|answer| Payload::of(&answer)) {
                Ok(Ok(payload)) => payload,
                Ok(Err(refusal)) => return self.refused(refusal),
                Err(errors) => return failed(errors),
            };
            self.said.ring().push(payload);
            self.count.send_modify(|count| *count += 1);
        }
        End::Complete
    }

    fn refused(&self, refusal: Refusal) -> End {
        let answer = Answer::refused(refusal, &self.said.id);
        answer.count_errors(&self.metrics);
        failed(answer.into_errors())
    }
}

fn failed(errors: Vec<ServerError>) -> End {
    // Errors that cannot be written are none that anybody could read.
    End::Failed(Payload::of(&errors).unwrap_or_else(|_| Payload::from_json("[]".to_owned())))
}
