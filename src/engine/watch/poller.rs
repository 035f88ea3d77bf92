//! The task behind one topic: polls while it is this instance's turn, and waits while it is another's.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use rand::Rng as _;
use tokio::time::{Instant, sleep_until};

use super::{
    Channel, Every, Poll, Polled, Pollers,
    level::{AnyLevel, AnyValue},
    seen::seen,
    shared::{Place, Seat, next_place},
};

/// The longest that a source can make us wait: what it asked for may have been mended meanwhile.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

pub(super) struct Poller {
    pollers: Pollers,
    topic: String,
    channel: Arc<Channel>,
    every: Every,
    /// This instance's place among those that watch the topic; `None` if it is of this process alone.
    seat: Option<Seat>,
    /// When the next poll is due, if it is this instance's turn.
    due: Instant,
    /// The place of the newest level when the last poll began.
    begun_after: Option<i64>,
    /// Failed polls in a row.
    failures: u32,
}

/// What a poll found, before it has a place among the levels.
pub(super) struct Draft {
    pub(super) value: Option<AnyValue>,
    pub(super) observed_at: Option<DateTime<Utc>>,
    pub(super) stale_since: Option<DateTime<Utc>>,
    /// Whether it is the last.
    pub(super) ends: bool,
}

/// How a turn ended.
enum Turn {
    /// There is nothing to do before this moment.
    Until(Instant),
    /// There is nothing to do any more.
    Over,
}

impl Poller {
    pub(super) fn new(pollers: Pollers, topic: String, channel: Arc<Channel>, every: Every) -> Self {
        let bus = pollers.bus.as_ref().filter(|_| channel.codec.is_some());
        let kept = channel.levels.borrow().kept();
        let seat = bus.map(|bus| Seat::new(bus.clone(), topic.clone(), kept));
        Self { pollers, topic, channel, every, seat, due: Instant::now(), begun_after: None, failures: 0 }
    }

    pub(super) async fn run(mut self, poll: Poll) {
        // Dropped with the task, however it ends: a later watcher must be able to start a new poller.
        let _registration =
            Registration { pollers: self.pollers.clone(), channel: self.channel.clone(), topic: self.topic.clone() };
        if let Some(seat) = &self.seat {
            seat.ready(&self.topic, self.channel.number, &self.pollers.stopping).await;
        }
        while let Turn::Until(moment) = self.turn(&poll).await {
            if !self.wait(moment).await {
                break;
            }
        }
        self.stand_up().await;
    }

    /// Polls if that is due, and this instance's to do.
    async fn turn(&mut self, poll: &Poll) -> Turn {
        if self.channel.levels.borrow().ended {
            return Turn::Over;
        }
        if let Some(seat) = &mut self.seat
            && let Some(others_until) = seat.take().await
        {
            // A takeover begins with a poll.
            self.due = Instant::now();
            return Turn::Until(others_until);
        }
        if Instant::now() < self.due {
            return Turn::Until(self.next_move());
        }
        match self.poll(poll).await {
            None => Turn::Until(Instant::now()),
            Some(polled) => self.publish(polled).await,
        }
    }

    /// The next poll, or when the lease has to be renewed before that.
    fn next_move(&self) -> Instant {
        let renewed_by = self.seat.as_ref().and_then(Seat::renewed_by);
        renewed_by.map_or(self.due, |moment| moment.min(self.due))
    }

    /// One poll; `None` if the turn was lost meanwhile, and what it finds may be older than what others tell.
    async fn poll(&mut self, poll: &Poll) -> Option<Polled<AnyValue>> {
        self.begun_after = self.newest();
        let polled = seen(&self.pollers.metrics, &self.topic, poll);
        match &mut self.seat {
            None => Some(polled.await),
            Some(seat) => tokio::select! {
                polled = polled => Some(polled),
                () = seat.lost() => None,
            },
        }
    }

    /// Tells the watchers, here and elsewhere.
    async fn publish(&mut self, polled: Polled<AnyValue>) -> Turn {
        let now = self.pollers.clock.now();
        let (draft, pause) = match polled {
            Polled::Gone => return self.say_gone().await,
            Polled::Value(value) => (Draft::fresh(value, now, false), self.after_success()),
            Polled::Finished(value) => (Draft::fresh(value, now, true), Duration::ZERO),
            Polled::Failed { retry_after } => (self.stale(now), self.after_failure(retry_after)),
            Polled::Stale { value, observed_at, retry_after } => {
                (self.stale(now).or(value, observed_at), self.after_failure(retry_after))
            }
        };
        let ends = draft.ends;
        if !self.tell(draft, now).await {
            return Turn::Until(Instant::now());
        }
        if ends {
            return Turn::Over;
        }
        self.due = Instant::now() + pause;
        Turn::Until(self.next_move())
    }

    /// Gives the draft its place and tells it; `false` if it is another instance's turn by now.
    async fn tell(&mut self, draft: Draft, now: DateTime<Utc>) -> bool {
        let known = self.newest();
        let place = match (&mut self.seat, &self.channel.codec) {
            (Some(seat), Some(codec)) => seat.publish(&draft, codec, known, now).await,
            _ => Place::Next,
        };
        match place {
            Place::Given(sequence, previous) => {
                self.channel.levels.send_modify(|history| {
                    history.insert(draft.at(sequence, previous));
                });
                true
            }
            Place::Next => self.tell_here(draft, now),
            Place::None => false,
        }
    }

    /// Tells the draft to the watchers of this instance, after all that they know; `false` if others have told something since the poll
    /// began: what it found may be older than that.
    fn tell_here(&self, draft: Draft, now: DateTime<Utc>) -> bool {
        self.channel.levels.send_if_modified(|history| {
            let known = history.newest().map(|newest| newest.sequence);
            if known != self.begun_after {
                return false;
            }
            let (sequence, previous) = next_place(known, now);
            history.insert(draft.at(sequence, previous))
        })
    }

    fn newest(&self) -> Option<i64> {
        self.channel.levels.borrow().newest().map(|newest| newest.sequence)
    }

    async fn say_gone(&mut self) -> Turn {
        if let Some(seat) = &mut self.seat {
            seat.say_gone().await;
        }
        Turn::Over
    }

    fn after_success(&mut self) -> Duration {
        self.failures = 0;
        with_jitter((self.every)())
    }

    fn after_failure(&mut self, retry_after: Option<Duration>) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let backed_off = (self.every)() * 2_u32.pow(self.failures.min(4) - 1);
        let asked_for = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
        with_jitter(backed_off).max(asked_for.mul_f64(rand::rng().random_range(1.0..=1.1)))
    }

    /// The last value again, and since when it is old.
    fn stale(&self, now: DateTime<Utc>) -> Draft {
        let history = self.channel.levels.borrow();
        let newest = history.newest();
        Draft {
            value: newest.and_then(|newest| newest.value.clone()),
            observed_at: newest.and_then(|newest| newest.observed_at),
            stale_since: newest.and_then(|newest| newest.stale_since).or(Some(now)),
            ends: false,
        }
    }

    /// Waits for the next move. `false` when nobody has watched for the grace period, or all pollers stop.
    async fn wait(&mut self, next: Instant) -> bool {
        tokio::select! {
            biased;
            () = self.pollers.stopping.cancelled() => return false,
            () = self.channel.levels.closed() => {}
            () = self.channel.nudged.notified() => return true,
            () = sleep_until(next) => return true,
        }
        // Nobody watches, so nothing is asked until somebody comes back; on other instances somebody may.
        self.stand_up().await;
        let until = Instant::now() + self.pollers.grace;
        loop {
            tokio::select! {
                () = self.pollers.stopping.cancelled() => return false,
                () = self.channel.nudged.notified() => if self.channel.levels.receiver_count() > 0 { return true },
                () = sleep_until(until) => return !self.give_up(),
            }
        }
    }

    async fn stand_up(&mut self) {
        if let Some(seat) = &mut self.seat {
            seat.stand_up().await;
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

impl Draft {
    fn fresh(value: AnyValue, now: DateTime<Utc>, ends: bool) -> Self {
        Self { value: Some(value), observed_at: Some(now), stale_since: None, ends }
    }

    /// With this value if it has none. What was had after a failure is old since then at the earliest.
    fn or(self, value: AnyValue, observed_at: DateTime<Utc>) -> Self {
        if self.value.is_some() {
            return self;
        }
        let stale_since = self.stale_since.map(|since| since.max(observed_at));
        Self { value: Some(value), observed_at: Some(observed_at), stale_since, ..self }
    }

    fn at(self, sequence: i64, previous: Option<i64>) -> AnyLevel {
        AnyLevel {
            sequence,
            previous,
            value: self.value,
            observed_at: self.observed_at,
            stale_since: self.stale_since,
            gap: false,
        }
    }
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
