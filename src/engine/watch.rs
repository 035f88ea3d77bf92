//! One poller per topic, however many watch it; with a [`Bus`], however many instances they are on.
//!
//! A topic is a *level*: a joiner gets the latest at once, then each newer one. The last few are kept, for who was away for a
//! moment; who is further behind gets the newest, and is told so. The poller starts with the first watcher and ends a grace
//! period after the last one left, or when the source says that nothing more will come or that it is no more. A failing source
//! is visible: the level then carries `stale_since`, it does not go quiet.

mod level;
mod poller;
mod seen;
mod shared;

use std::{
    any::Any,
    collections::HashMap,
    marker::PhantomData,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::{Stream, future::BoxFuture, stream::unfold};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{Notify, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::level::Level;
use self::{
    level::{AnyValue, History},
    poller::Poller,
    shared::Codec,
};
use super::bus::Bus;
use crate::{clock::Clock, metrics::Metrics};

/// What one poll found.
pub enum Polled<T> {
    /// The newest value.
    Value(T),
    /// The last value there will be: watchers get it, then their streams end.
    Finished(T),
    /// What was asked about is no more: the streams end without another value.
    Gone,
    /// The source failed; it may have asked not to be polled again before `retry_after`.
    Failed { retry_after: Option<Duration> },
    /// The same, where a value is known from elsewhere: watchers get it if they have none yet.
    Stale { value: T, observed_at: DateTime<Utc>, retry_after: Option<Duration> },
}

/// A topic's place for its levels.
struct Channel {
    /// Which of the channels that a topic has had this is.
    number: u64,
    levels: watch::Sender<History>,
    /// Told of each new watcher, and of what changes who polls.
    nudged: Notify,
    /// How its values travel between instances; `None` if they do not.
    codec: Option<Codec>,
}

/// What a poller asks: called once an interval.
type Poll = Arc<dyn Fn() -> BoxFuture<'static, Polled<AnyValue>> + Send + Sync>;
/// How long to wait between two polls, as things stand.
type Every = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What many instances watch together: its levels are kept for a while, and come from whichever instance polls.
pub struct Topic<E> {
    /// One name, one type of value.
    pub name: String,
    /// How many levels are kept for those who come back.
    pub kept: usize,
    /// How long to wait between two polls, as things stand.
    pub every: E,
}

/// All pollers of this process.
#[derive(Clone)]
pub struct Pollers {
    /// Held only to look a topic up, join it or remove it; never across an await.
    topics: Arc<Mutex<HashMap<String, Arc<Channel>>>>,
    /// How many channels there have been.
    channels: Arc<AtomicU64>,
    bus: Option<Bus>,
    grace: Duration,
    clock: Clock,
    metrics: Metrics,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Pollers {
    /// Pollers that go on for `grace` after their last watcher left.
    pub fn new(grace: Duration, clock: Clock) -> Self {
        let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (topics, channels, metrics) = (Arc::default(), Arc::default(), Metrics::default());
        Self { topics, channels, bus: None, grace, clock, metrics, stopping, tasks }
    }

    /// Pollers that take turns with those of other instances.
    pub fn with_bus(grace: Duration, clock: Clock, bus: Bus) -> Self {
        let pollers = Self { bus: Some(bus.clone()), ..Self::new(grace, clock) };
        // It ends after the pollers, which have leases to give back.
        pollers.tasks.spawn(shared::carry(pollers.clone(), bus));
        pollers
    }

    /// The same pollers, counted there.
    pub fn counted_by(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Whether polls are shared with other instances, as far as they are to be.
    pub fn share(&self) -> bool {
        self.bus.as_ref().is_none_or(Bus::is_there)
    }

    /// Ends all pollers and the streams of those who watch, and waits until a poll that has begun is over.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The levels of a topic of this process alone: the latest at once if there is one, then newer ones until the source
    /// finishes. Who is slow gets the newest.
    ///
    /// `every` and `poll` count only for the watcher that starts the poller. A topic has one type of value.
    pub fn watch<T, F, P>(
        &self,
        topic: String,
        every: Duration,
        poll: P,
    ) -> impl Stream<Item = Level<T>> + Send + use<T, F, P>
    where
        T: Any + Send + Sync,
        F: Future<Output = Polled<T>> + Send + 'static,
        P: Fn() -> F + Send + Sync + 'static,
    {
        let start = Start { kept: 1, codec: None, every: Arc::new(move || every), poll: erase(poll) };
        self.join_or_start(topic, start).stream(None)
    }

    /// Watches what all instances watch together; for nobody to be told yet.
    ///
    /// `every` and `poll` count only for the watcher that starts the poller. A topic has one type of value.
    pub fn follow<T, F, P>(&self, topic: Topic<impl Fn() -> Duration + Send + Sync + 'static>, poll: P) -> Watcher<T>
    where
        T: Any + Send + Sync + Serialize + DeserializeOwned,
        F: Future<Output = Polled<T>> + Send + 'static,
        P: Fn() -> F + Send + Sync + 'static,
    {
        let start = Start {
            kept: topic.kept,
            codec: self.bus.as_ref().map(|_| Codec::of::<T>()),
            every: Arc::new(topic.every),
            poll: erase(poll),
        };
        self.join_or_start(topic.name, start)
    }

    /// Whether the poller of a topic runs.
    pub fn runs(&self, topic: &str) -> bool {
        self.lock().contains_key(topic)
    }

    /// How many pollers run.
    pub fn running(&self) -> usize {
        self.lock().len()
    }

    /// How many of the topics whose names begin so are watched.
    pub fn running_below(&self, beginning: &str) -> usize {
        self.lock().keys().filter(|topic| topic.starts_with(beginning)).count()
    }

    fn join_or_start<T>(&self, topic: String, start: Start) -> Watcher<T> {
        let mut topics = self.lock();
        if let Some(channel) = topics.get(&topic) {
            channel.nudged.notify_one();
            return Watcher::of(channel.levels.subscribe());
        }
        let (levels, receiver) = watch::channel(History::new(start.kept));
        let number = self.channels.fetch_add(1, Ordering::Relaxed);
        let channel = Arc::new(Channel { number, levels, nudged: Notify::new(), codec: start.codec });
        topics.insert(topic.clone(), channel.clone());
        let poller = Poller::new(self.clone(), topic, channel, start.every);
        self.tasks.spawn(poller.run(start.poll));
        Watcher::of(receiver)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Channel>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What starting a poller takes.
struct Start {
    kept: usize,
    codec: Option<Codec>,
    every: Every,
    poll: Poll,
}

/// Somebody who watches a topic, which is polled for as long as they do.
pub struct Watcher<T> {
    levels: watch::Receiver<History>,
    value: PhantomData<fn() -> T>,
}

impl<T: Any + Send + Sync> Watcher<T> {
    /// The newest level, if there has been one.
    pub fn newest(&self) -> Option<Level<T>> {
        self.levels.borrow().newest()?.clone().downcast()
    }

    /// The level at this place, if it still is there.
    pub fn at(&self, sequence: i64) -> Option<Level<T>> {
        self.levels.borrow().at(sequence)?.clone().downcast()
    }

    /// Waits until there is a level.
    pub fn first(&self) -> impl Future<Output = ()> + Send + use<T> {
        let mut levels = self.levels.clone();
        async move {
            levels.wait_for(|history| history.newest().is_some()).await.ok();
        }
    }

    /// The levels after `told`, or the newest at once if that is `None`; then each newer one, until the source finishes.
    pub fn stream(self, told: Option<i64>) -> impl Stream<Item = Level<T>> + Send + use<T> {
        unfold((self.levels, told), |(mut levels, told)| async move {
            loop {
                let next = levels.borrow_and_update().after(told);
                if let Some(level) = next.and_then(|level| level.downcast::<T>()) {
                    let told = Some(level.sequence);
                    return Some((level, (levels, told)));
                }
                levels.changed().await.ok()?;
            }
        })
    }
}

impl<T> Watcher<T> {
    fn of(levels: watch::Receiver<History>) -> Self {
        Self { levels, value: PhantomData }
    }
}

fn erase<T, F>(poll: impl Fn() -> F + Send + Sync + 'static) -> Poll
where
    T: Any + Send + Sync,
    F: Future<Output = Polled<T>> + Send + 'static,
{
    Arc::new(move || {
        let polled = poll();
        Box::pin(async move {
            match polled.await {
                Polled::Value(value) => Polled::Value(Arc::new(value) as _),
                Polled::Finished(value) => Polled::Finished(Arc::new(value) as _),
                Polled::Gone => Polled::Gone,
                Polled::Failed { retry_after } => Polled::Failed { retry_after },
                Polled::Stale { value, observed_at, retry_after } => {
                    Polled::Stale { value: Arc::new(value) as _, observed_at, retry_after }
                }
            }
        })
    })
}
