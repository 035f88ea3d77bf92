//! What makes a topic one of many instances: whose turn it is to poll, and how levels travel.

use std::{any::Any, collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    Channel, Pollers,
    level::{AnyLevel, AnyValue},
    poller::Draft,
};
use crate::engine::bus::{Bus, Lease, Message, Outcome, Receiver};

/// How values of one type are written and read.
pub(super) struct Codec {
    write: fn(&(dyn Any + Send + Sync)) -> Option<Box<RawValue>>,
    read: fn(&RawValue) -> Option<AnyValue>,
}

impl Codec {
    pub(super) fn of<T: Any + Send + Sync + Serialize + DeserializeOwned>() -> Self {
        Self {
            write: |value| to_raw_value(value.downcast_ref::<T>()?).ok(),
            read: |text| Some(Arc::new(serde_json::from_str::<T>(text.get()).ok()?)),
        }
    }

    fn encode(&self, draft: &Draft) -> Option<String> {
        let value = match &draft.value {
            None => None,
            Some(value) => Some((self.write)(&**value)?),
        };
        let written =
            Written { value, observed_at: draft.observed_at, stale_since: draft.stale_since, ends: draft.ends };
        serde_json::to_string(&written).ok()
    }
}

/// A level on its way between instances; its place stands before it.
#[derive(Serialize, Deserialize)]
struct Written {
    value: Option<Box<RawValue>>,
    observed_at: Option<DateTime<Utc>>,
    stale_since: Option<DateTime<Utc>>,
    ends: bool,
}

/// The place of a level that nobody else gives one: later than all that are known, and by the time, so that it is later than those
/// of a process that is no more.
pub(super) fn next_place(known: Option<i64>, now: DateTime<Utc>) -> (i64, Option<i64>) {
    let after_known = known.map_or(i64::MIN, |known| known + 1);
    (now.timestamp_millis().max(after_known), known)
}

/// Where a level comes among those of its topic.
pub(super) enum Place {
    /// Here, and all instances have been told: its sequence, and the one before it.
    Given(i64, Option<i64>),
    /// After all that this instance knows, for nobody else can be told.
    Next,
    /// Nowhere: it is another instance's turn by now, or may be.
    None,
}

/// One poller's place among those of other instances.
pub(super) struct Seat {
    bus: Bus,
    lease: Lease,
    /// When the lease has to be renewed; `None` while it is not ours.
    renewed_by: Option<Instant>,
}

impl Seat {
    pub(super) fn new(bus: Bus, topic: String, kept: usize) -> Self {
        let lease = Lease::new(topic, kept);
        Self { bus, lease, renewed_by: None }
    }

    /// Waits until what others have told so far is known, if that is to be had in a moment.
    pub(super) async fn ready(&self, topic: &str, number: u64, stopping: &CancellationToken) {
        self.bus.want();
        let known = timeout(self.bus.patience(), self.bus.carries(topic, number));
        stopping.run_until_cancelled(known).await;
    }

    /// Takes the turn if nobody has it, or while nobody can know: then each instance polls for its own watchers. If it is
    /// another's: when to ask again.
    pub(super) async fn take(&mut self) -> Option<Instant> {
        if self.renewed_by.is_some_and(|moment| Instant::now() < moment) && self.bus.is_there() {
            return None;
        }
        match self.bus.take(&self.lease).await {
            Outcome::Done(None) => self.hold(),
            Outcome::Done(Some(left)) => {
                self.renewed_by = None;
                return Some(Instant::now() + left);
            }
            Outcome::Away => self.renewed_by = None,
        }
        None
    }

    fn hold(&mut self) {
        self.renewed_by = Some(Instant::now() + self.bus.lease_lasts() / 3);
    }

    pub(super) fn renewed_by(&self) -> Option<Instant> {
        self.renewed_by
    }

    /// Renews the lease for as long as that works, and comes back when it is another's or nobody's.
    pub(super) async fn lost(&mut self) {
        while let Some(moment) = self.renewed_by {
            sleep_until(moment).await;
            match self.bus.renew(&self.lease).await {
                Outcome::Done(true) => self.hold(),
                Outcome::Done(false) => {
                    self.renewed_by = None;
                    return;
                }
                // Whether it still is ours shows when the bus is back.
                Outcome::Away => self.renewed_by = None,
            }
        }
        std::future::pending().await
    }

    /// Tells the other instances, and says which place the level has.
    pub(super) async fn publish(
        &mut self,
        draft: &Draft,
        codec: &Codec,
        known: Option<i64>,
        now: DateTime<Utc>,
    ) -> Place {
        if self.renewed_by.is_none() {
            // Redis has come back during the poll: whose turn it is has to be asked first.
            return if self.bus.is_there() { Place::None } else { Place::Next };
        }
        let Some(text) = codec.encode(draft) else { return Place::Next };
        match self.bus.publish(&self.lease, next_place(known, now), &text).await {
            Outcome::Done(Some((sequence, previous))) => {
                self.hold();
                Place::Given(sequence, previous)
            }
            Outcome::Done(None) => {
                self.renewed_by = None;
                Place::None
            }
            Outcome::Away => {
                self.renewed_by = None;
                Place::Next
            }
        }
    }

    /// Tells the other instances that there is nothing to poll any more.
    pub(super) async fn say_gone(&mut self) {
        if self.renewed_by.is_some() {
            self.bus.say_gone(&self.lease).await;
        }
    }

    /// Gives the lease back, so that another instance takes it at once.
    pub(super) async fn stand_up(&mut self) {
        if self.renewed_by.take().is_some() {
            self.bus.release(&self.lease).await;
        }
    }
}

/// Brings what other instances tell to the watchers of this one, until the pollers stop.
pub(super) async fn carry(pollers: Pollers, bus: Bus) {
    let stopping = pollers.stopping.clone();
    stopping.run_until_cancelled(bus.run(&Watched(pollers))).await;
}

/// The topics that this instance wants to hear of.
struct Watched(Pollers);

impl Receiver for Watched {
    fn topics(&self) -> HashMap<String, u64> {
        let topics = self.0.lock();
        let shared = topics.iter().filter(|(_, channel)| channel.codec.is_some());
        shared.map(|(topic, channel)| (topic.clone(), channel.number)).collect()
    }

    fn receive(&self, topic: &str, messages: Vec<Message<'_>>) {
        let channel = self.0.lock().get(topic).cloned();
        if let Some(channel) = channel {
            channel.receive(messages);
        }
    }

    fn newest(&self, topic: &str) -> Option<i64> {
        let channel = self.0.lock().get(topic).cloned()?;
        let newest = channel.levels.borrow().newest()?.sequence;
        Some(newest)
    }

    fn whose_turn_changed(&self) {
        for channel in self.0.lock().values().filter(|channel| channel.codec.is_some()) {
            channel.nudged.notify_one();
        }
    }
}

impl Channel {
    fn receive(&self, messages: Vec<Message<'_>>) {
        let mut nudge = false;
        self.levels.send_if_modified(|history| {
            let mut news = false;
            for message in messages {
                match message {
                    Message::Level { sequence, .. } if history.has(sequence) => {}
                    Message::Level { sequence, previous, text } => {
                        let Some((level, ends)) = self.read(sequence, previous, text) else { continue };
                        news |= history.insert(level);
                        history.ended |= ends;
                    }
                    Message::Gone => history.ended = true,
                    Message::Released => nudge = true,
                }
            }
            nudge |= history.ended;
            news
        });
        if nudge {
            self.nudged.notify_one();
        }
    }

    /// Versions of this program do not meet in a topic, so what cannot be read was written by somebody else, and is passed over.
    fn read(&self, sequence: i64, previous: Option<i64>, text: &str) -> Option<(AnyLevel, bool)> {
        let written: Written = serde_json::from_str(text).ok()?;
        let value = match written.value {
            None => None,
            Some(value) => Some((self.codec.as_ref()?.read)(&value)?),
        };
        let Written { observed_at, stale_since, ends, .. } = written;
        Some((AnyLevel { sequence, previous, value, observed_at, stale_since, gap: false }, ends))
    }
}
