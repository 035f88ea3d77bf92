//! What instances share through Redis (or Valkey): whose turn it is to poll a topic, what was found, and a pace that all keep.
//!
//! A turn is a lease: a key with the holder's token that expires unless it is renewed. Only who holds it can publish, and each
//! level gets its place in the same script, so that no value goes back behind a later one, whoever was held up on the way.
//! Redis may go away and come back, with or without its data: nothing is kept there that cannot be had anew.

mod link;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use redis::{Client, FromRedisValue, Script, ScriptInvocation, aio::MultiplexedConnection};
use tokio::sync::{Notify, watch};

use crate::cryptography;

/// Redis answers at once or is as good as gone.
const PATIENCE: Duration = Duration::from_secs(1);
/// What levels of other versions of this program look like is not known here, so versions do not meet: each has topics, leases and places
/// of its own.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The longest time that a script is told, in microseconds: some thirty years, which a Lua number holds exactly.
const LONGEST_TIME: u64 = 1_000_000_000_000_000;
/// How long the last levels of a topic that nobody polls any more can be asked for.
const LEVELS_LAST: Duration = Duration::from_secs(600);

static TAKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("bus/take.lua")));
static RENEW: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("bus/renew.lua")));
static RELEASE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("bus/release.lua")));
static RAISE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("bus/raise.lua")));
static TURN: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("bus/turn.lua")));
static PUBLISH: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("bus/publish.lua")));

/// The way to the other instances. Cheap to clone.
#[derive(Clone)]
pub struct Bus(Arc<Inner>);

struct Inner {
    client: Client,
    prefix: String,
    /// For what all versions of this program share, since they call in the same names.
    pace_prefix: String,
    lease_lasts: Duration,
    /// `None` while Redis is away.
    commands: Mutex<Option<MultiplexedConnection>>,
    /// The topics whose levels come in, by name, each with the number of the channel that has had the earlier ones; `None` while
    /// Redis is away.
    carried: watch::Sender<Option<HashMap<String, u64>>>,
    /// Told of each topic that is new here.
    wanted: Notify,
    /// Told when a command failed.
    broken: Notify,
}

/// What came of asking Redis.
pub enum Outcome<T> {
    Done(T),
    /// Redis is away.
    Away,
}

/// What a turn is asked for under.
pub struct Turn {
    /// The time from one turn to the next at the steady rate.
    pub interval: Duration,
    /// How far ahead of the steady rate turns may be taken.
    pub lead: Duration,
    /// How long whoever asks would wait.
    pub patience: Duration,
    /// For who has time: how far ahead turns may be taken for that, and how often one is lent otherwise.
    pub spare: Option<(Duration, Duration)>,
}

/// What comes in on a topic.
pub enum Message<'a> {
    Level {
        sequence: i64,
        previous: Option<i64>,
        text: &'a str,
    },
    /// There will be no other level.
    Gone,
    /// Whose turn it was has given it back.
    Released,
}

/// Where what comes in goes.
pub trait Receiver {
    /// The topics to carry, each with the number of its channel.
    fn topics(&self) -> HashMap<String, u64>;
    /// Takes messages in their order.
    fn receive(&self, topic: &str, messages: Vec<Message<'_>>);
    /// The newest place that is known of a topic.
    fn newest(&self, topic: &str) -> Option<i64>;
    /// Redis has gone, or is back.
    fn whose_turn_changed(&self);
}

/// One poller's claim to a topic.
pub struct Lease {
    topic: String,
    token: String,
    /// How many levels of the topic are kept.
    kept: usize,
}

impl Lease {
    pub fn new(topic: String, kept: usize) -> Self {
        Self { topic, token: format!("{:032x}", rand::random::<u128>()), kept }
    }
}

impl Bus {
    /// A bus over the Redis of this client; not connected before [`run`](Self::run).
    pub fn new(client: Client, prefix: &str, lease_lasts: Duration) -> Self {
        cryptography::install();
        Self(Arc::new(Inner {
            client,
            prefix: format!("{prefix}:{VERSION}"),
            pace_prefix: format!("{prefix}:pace"),
            lease_lasts,
            commands: Mutex::default(),
            // Until the first attempt to connect has failed, those who wait do so with reason.
            carried: watch::Sender::new(Some(HashMap::new())),
            wanted: Notify::new(),
            broken: Notify::new(),
        }))
    }

    pub fn lease_lasts(&self) -> Duration {
        self.0.lease_lasts
    }

    pub fn patience(&self) -> Duration {
        PATIENCE
    }

    /// Whether Redis answers, as far as is known.
    pub fn is_there(&self) -> bool {
        self.lock().is_some()
    }

    /// Says that there is a new topic to carry.
    pub fn want(&self) {
        self.0.wanted.notify_one();
    }

    /// Waits until the levels of a topic come in, or Redis is away.
    pub async fn carries(&self, topic: &str, number: u64) {
        let mut carried = self.0.carried.subscribe();
        let carries = |carried: &HashMap<String, u64>| carried.get(topic) == Some(&number);
        carried.wait_for(|carried| carried.as_ref().is_none_or(carries)).await.ok();
    }

    /// Takes the lease if it is free or ours already; otherwise for how long it is another's, if that is not renewed.
    pub async fn take(&self, lease: &Lease) -> Outcome<Option<Duration>> {
        let mut call = TAKE.key(self.lease_key(lease));
        match self.invoke::<i64>(call.arg(&lease.token).arg(self.lease_milliseconds())).await {
            Outcome::Done(left) => {
                Outcome::Done(u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis))
            }
            Outcome::Away => Outcome::Away,
        }
    }

    /// Makes the lease last, if it still is ours.
    pub async fn renew(&self, lease: &Lease) -> Outcome<bool> {
        let mut call = RENEW.key(self.lease_key(lease));
        self.invoke(call.arg(&lease.token).arg(self.lease_milliseconds())).await
    }

    /// Gives the lease back and says so to those who wait for it.
    pub async fn release(&self, lease: &Lease) {
        let mut call = RELEASE.key(self.lease_key(lease));
        self.invoke::<i64>(call.arg(&lease.token).arg(self.channel(&lease.topic)).arg(link::RELEASED)).await;
    }

    /// Says that a topic is no more, if the lease is ours.
    pub async fn say_gone(&self, lease: &Lease) {
        let mut call = RELEASE.key(self.lease_key(lease));
        self.invoke::<i64>(call.arg(&lease.token).arg(self.channel(&lease.topic)).arg(link::GONE)).await;
    }

    /// Tells a level to all instances, at least at the proposed place. The place it has got, or `None` if the lease is not ours.
    pub async fn publish(
        &self,
        lease: &Lease,
        (at_least, known): (i64, Option<i64>),
        text: &str,
    ) -> Outcome<Option<(i64, Option<i64>)>> {
        let mut call = PUBLISH.key(self.lease_key(lease));
        call.key(self.levels_key(&lease.topic))
            .key(self.least_key(&lease.topic))
            .arg(&lease.token)
            .arg(self.lease_milliseconds());
        call.arg(self.channel(&lease.topic)).arg(at_least).arg(known.unwrap_or_default()).arg(text);
        call.arg(lease.kept).arg(LEVELS_LAST.as_millis() as u64);
        match self.invoke::<Vec<i64>>(&call).await {
            Outcome::Done(place) => Outcome::Done(match place[..] {
                [sequence, previous] => Some((sequence, Some(previous).filter(|previous| *previous > 0))),
                _ => None,
            }),
            Outcome::Away => Outcome::Away,
        }
    }

    /// Takes a turn at the pace of this name: how long to wait for it; or, as an error, how long to wait before asking again.
    pub async fn turn(&self, name: &str, turn: Turn) -> Outcome<Result<Duration, Duration>> {
        let microseconds = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX).min(LONGEST_TIME);
        let mut call = TURN.key(format!("{}:{{{name}}}:whole", self.0.pace_prefix));
        call.key(format!("{}:{{{name}}}:lent", self.0.pace_prefix));
        for time in [turn.interval, turn.lead, turn.patience] {
            call.arg(microseconds(time));
        }
        if let Some((lead, lent_every)) = turn.spare {
            call.arg(microseconds(lead)).arg(microseconds(lent_every));
        }
        match self.invoke::<(u64, u64)>(&call).await {
            Outcome::Done((1, wait)) => Outcome::Done(Ok(Duration::from_micros(wait))),
            Outcome::Done((_, wait)) => Outcome::Done(Err(Duration::from_micros(wait))),
            Outcome::Away => Outcome::Away,
        }
    }

    async fn invoke<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Outcome<T> {
        let commands = self.lock().clone();
        let Some(mut commands) = commands else { return Outcome::Away };
        match call.invoke_async(&mut commands).await {
            Ok(answer) => Outcome::Done(answer),
            Err(error) => {
                tracing::warn!(%error, "Redis does not do what it is told");
                self.0.broken.notify_one();
                Outcome::Away
            }
        }
    }

    fn lease_milliseconds(&self) -> u64 {
        self.0.lease_lasts.as_millis() as u64
    }

    fn lease_key(&self, lease: &Lease) -> String {
        format!("{}:{{{}}}:lease", self.0.prefix, lease.topic)
    }

    fn levels_key(&self, topic: &str) -> String {
        format!("{}:{{{topic}}}:levels", self.0.prefix)
    }

    fn least_key(&self, topic: &str) -> String {
        format!("{}:{{{topic}}}:least", self.0.prefix)
    }

    fn channel(&self, topic: &str) -> String {
        format!("{}:{topic}", self.0.prefix)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<MultiplexedConnection>> {
        self.0.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
