//! One subscriber's way through what a shared execution tells.

use std::{
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
};

use futures_util::Stream;
use serde_json::json;

use super::{End, Shared, listeners::Place, payload::Payload, ring::Next};
use crate::{
    http::RequestId,
    metrics::{Ended, Subscribed},
};

/// A subscriber of an execution: dropping the last of them ends it.
pub(in crate::http) struct Feed {
    shared: Arc<Shared>,
    place: Place,
    /// So many events have been told, or skipped.
    told: u64,
    over: bool,
    subscribed: Subscribed,
}

/// What a subscriber is told.
pub(in crate::http) enum Told {
    Event(Payload),
    /// Last: why there will be no more.
    Failed(Payload),
}

impl Feed {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let subscribed = shared.shares.metrics.subscribed();
        Self { shared, place: Place::default(), told: 0, over: false, subscribed }
    }

    fn next(&mut self) -> Option<Told> {
        // The ring is everybody's: looked at only when there is something in it.
        if self.told >= self.shared.said.count.load(Ordering::Acquire) {
            return None;
        }
        let told_before = self.told;
        let next = self.shared.said.ring().after(&mut self.told);
        self.count(&next, told_before);
        match next {
            Next::Event(payload) => Some(Told::Event(payload)),
            Next::Gap(missed) => Some(Told::Event(gap(missed, &self.shared.said.id))),
            Next::Nothing => None,
        }
    }

    /// Who has just come was never owed the events before.
    fn count(&self, next: &Next, told_before: u64) {
        let subscriptions = &self.subscribed.metrics().subscriptions;
        match next {
            Next::Event(payload) => {
                subscriptions.delivered(payload.age());
                let skipped = (self.told - told_before).saturating_sub(1);
                if told_before > 0 && skipped > 0 {
                    subscriptions.conflated(skipped);
                }
            }
            Next::Gap(missed) => subscriptions.gap(*missed),
            Next::Nothing => {}
        }
    }

    /// What is said at the end of it, once there is one: first whatever was told before.
    fn ended(&mut self) -> Option<Option<Told>> {
        self.shared.said.end.get()?;
        Some(self.next().or_else(|| self.end()))
    }

    fn end(&mut self) -> Option<Told> {
        self.over = true;
        let complete = matches!(self.shared.said.end.get(), Some(End::Complete));
        self.subscribed.ends(if complete { Ended::Completed } else { Ended::Failed });
        match self.shared.said.end.get() {
            Some(End::Failed(errors)) => Some(Told::Failed(errors.clone())),
            Some(End::Complete) | None => None,
        }
    }
}

impl Stream for Feed {
    type Item = Told;

    /// The events, and an end only after all of them.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Told>> {
        if self.over {
            return Poll::Ready(None);
        }
        let feed = &mut *self;
        feed.shared.said.listeners.listen(&mut feed.place, context.waker());
        match feed.next() {
            Some(told) => Poll::Ready(Some(told)),
            None => feed.ended().map_or(Poll::Pending, Poll::Ready),
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.said.listeners.leave(&mut self.place);
    }
}

/// What is said instead of happenings that are gone.
fn gap(missed: u64, id: &RequestId) -> Payload {
    let message = format!("{missed} events were missed; subscribe anew to go on from the last one that came.");
    let error =
        json!({ "message": message, "extensions": { "code": "GAP", "missed": missed, "requestId": id.as_str() } });
    Payload::from_json(json!({ "errors": [error], "data": null }).to_string())
}
