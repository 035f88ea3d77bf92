//! One poller per topic, however many watch it.
//!
//! A topic is a *level*: the newest value is all that counts. A joiner gets the latest at once, a slow watcher skips what it
//! missed. The poller starts with the first watcher and ends a grace period after the last one left, or when the source says
//! that nothing more will come or that it is no more. A failing source is visible: the level then carries `stale_since`, it does not go quiet.

use std::{
    any::Any,
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::{FutureExt as _, Stream, StreamExt as _, future::BoxFuture};
use rand::Rng as _;
use tokio::sync::{Notify, watch};
use tokio_stream::wrappers::WatchStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::clock::Clock;

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
}

/// The newest value of a topic.
#[derive(Debug)]
pub struct Level<T: ?Sized> {
    /// `None` while the source has never answered.
    pub value: Option<Arc<T>>,
    /// When the value was had.
    pub observed_at: Option<DateTime<Utc>>,
    /// Since when the source has been failing; `None` while it answers.
    pub stale_since: Option<DateTime<Utc>>,
}

impl<T: ?Sized> Clone for Level<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), observed_at: self.observed_at, stale_since: self.stale_since }
    }
}

type AnyLevel = Level<dyn Any + Send + Sync>;

/// A topic's place for its newest level.
struct Channel {
    /// `None` until the first poll came back.
    levels: watch::Sender<Option<AnyLevel>>,
    /// Told of each new watcher.
    joined: Notify,
}

/// What a poller asks: called once an interval.
pub type Poll = Arc<dyn Fn() -> BoxFuture<'static, Polled<Arc<dyn Any + Send + Sync>>> + Send + Sync>;

/// All pollers of this process.
#[derive(Clone)]
pub struct Pollers {
    /// Held only to look a topic up, join it or remove it; never across an await.
    topics: Arc<Mutex<HashMap<String, Arc<Channel>>>>,
    grace: Duration,
    clock: Clock,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

/// The longest that a source can make us wait: what it asked for may have been mended meanwhile.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

impl Pollers {
    /// Pollers that go on for `grace` after their last watcher left.
    pub fn new(grace: Duration, clock: Clock) -> Self {
        Self { topics: Arc::default(), grace, clock, stopping: CancellationToken::new(), tasks: TaskTracker::new() }
    }

    /// Ends all pollers and the streams of those who watch, and waits until a poll that has begun is over.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The levels of `topic`: the latest at once if there is one, then every newer one, until the source finishes.
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
        let levels = WatchStream::new(self.join_or_start(topic, every, erase(poll)));
        levels.filter_map(|level| std::future::ready(level.and_then(AnyLevel::downcast)))
    }

    /// Whether the poller of a topic runs.
    pub fn runs(&self, topic: &str) -> bool {
        self.lock().contains_key(topic)
    }

    /// How many pollers run.
    pub fn running(&self) -> usize {
        self.lock().len()
    }

    fn join_or_start(&self, topic: String, every: Duration, poll: Poll) -> watch::Receiver<Option<AnyLevel>> {
        let mut topics = self.lock();
        if let Some(channel) = topics.get(&topic) {
            channel.joined.notify_one();
            return channel.levels.subscribe();
        }
        let (levels, receiver) = watch::channel(None);
        let channel = Arc::new(Channel { levels, joined: Notify::new() });
        topics.insert(topic.clone(), channel.clone());
        self.tasks.spawn(Poller { pollers: self.clone(), topic, channel, every, failures: 0 }.run(poll));
        receiver
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Channel>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AnyLevel {
    fn downcast<T: Any + Send + Sync>(self) -> Option<Level<T>> {
        let value = match self.value {
            None => None,
            Some(value) => Some(value.downcast::<T>().ok()?),
        };
        Some(Level { value, observed_at: self.observed_at, stale_since: self.stale_since })
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
            }
        })
    })
}

/// The task behind one topic.
struct Poller {
    pollers: Pollers,
    topic: String,
    channel: Arc<Channel>,
    every: Duration,
    /// Failed polls in a row.
    failures: u32,
}

impl Poller {
    async fn run(mut self, poll: Poll) {
        // Dropped with the task, however it ends: a later watcher must be able to start a new poller.
        let _registration =
            Registration { pollers: self.pollers.clone(), channel: self.channel.clone(), topic: self.topic.clone() };
        loop {
            let Some(pause) = self.publish(unbroken(&poll).await) else { return };
            if !self.wait(pause).await {
                return;
            }
        }
    }

    /// Tells the watchers, and says how long to wait before the next poll; `None` when there is none.
    fn publish(&mut self, polled: Polled<Arc<dyn Any + Send + Sync>>) -> Option<Duration> {
        let now = self.pollers.clock.now();
        let goes_on = matches!(polled, Polled::Value(_));
        match polled {
            Polled::Value(value) | Polled::Finished(value) => {
                self.failures = 0;
                self.channel.levels.send_replace(Some(Level {
                    value: Some(value),
                    observed_at: Some(now),
                    stale_since: None,
                }));
                goes_on.then(|| with_jitter(self.every))
            }
            Polled::Gone => None,
            Polled::Failed { retry_after } => {
                self.failures = self.failures.saturating_add(1);
                self.channel.levels.send_modify(|level| mark_stale(level, now));
                let backed_off = self.every * 2_u32.pow(self.failures.min(4) - 1);
                let asked_for = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
                Some(with_jitter(backed_off).max(asked_for.mul_f64(rand::rng().random_range(1.0..=1.1))))
            }
        }
    }

    /// Waits for the next poll. `false` when nobody has watched for the grace period, or all pollers stop.
    async fn wait(&self, pause: Duration) -> bool {
        let next = tokio::time::Instant::now() + pause;
        loop {
            tokio::select! {
                biased;
                () = self.pollers.stopping.cancelled() => return false,
                () = self.channel.levels.closed() => {}
                () = tokio::time::sleep_until(next) => return true,
            }
            // Nobody watches, so nothing is asked until somebody comes back.
            tokio::select! {
                () = self.pollers.stopping.cancelled() => return false,
                () = self.channel.joined.notified() => {}
                () = tokio::time::sleep(self.pollers.grace) => if self.give_up() { return false },
            }
        }
    }

    /// Whether still nobody watches. Decided under the lock that joiners take: nobody can join a poller that has given up.
    fn give_up(&self) -> bool {
        let mut topics = self.pollers.lock();
        let abandoned = self.channel.levels.receiver_count() == 0;
        if abandoned {
            topics.remove(&self.topic);
        }
        abandoned
    }
}

/// What a poll finds; a poll that panics has failed.
async fn unbroken(poll: &Poll) -> Polled<Arc<dyn Any + Send + Sync>> {
    let polled = AssertUnwindSafe(async { poll().await }).catch_unwind().await;
    polled.unwrap_or(Polled::Failed { retry_after: None })
}

fn mark_stale(level: &mut Option<AnyLevel>, now: DateTime<Utc>) {
    let level = level.get_or_insert(Level { value: None, observed_at: None, stale_since: None });
    level.stale_since.get_or_insert(now);
}

/// Spreads pollers that started together: up to a tenth earlier or later.
fn with_jitter(pause: Duration) -> Duration {
    pause.mul_f64(rand::rng().random_range(0.9..=1.1))
}

/// Takes the topic out of the table when its poller ends, however it ends.
struct Registration {
    pollers: Pollers,
    channel: Arc<Channel>,
    topic: String,
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut topics = self.pollers.lock();
        if topics.get(&self.topic).is_some_and(|channel| Arc::ptr_eq(channel, &self.channel)) {
            topics.remove(&self.topic);
        }
    }
}
