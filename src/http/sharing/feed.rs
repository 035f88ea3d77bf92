//! One subscriber's way through what a shared execution tells.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::Stream;
use serde_json::json;
use tokio_stream::wrappers::WatchStream;

use super::{End, Shared, payload::Payload, ring::Next};
use crate::{
    http::{RequestId, answer::Answer, refusal::Refusal},
    metrics::{Ended, Subscribed},
};

/// A subscriber of an execution: dropping the last of them ends it.
pub(in crate::http) struct Feed {
    shared: Arc<Shared>,
    changes: WatchStream<u64>,
    /// So many events have been told, or skipped.
    told: u64,
    /// Whether there may be events that have not been told: only then is the ring, which all subscribers share, looked at.
    more: bool,
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
        let changes = WatchStream::new(shared.count.clone());
        let subscribed = shared.shares.metrics.subscribed();
        Self { shared, changes, told: 0, more: true, over: false, subscribed }
    }

    fn next(&mut self) -> Option<Told> {
        let told_before = self.told;
        let ring = self.shared.said.ring();
        let next = ring.after(&mut self.told);
        self.more = ring.has_after(self.told);
        drop(ring);
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

    fn end(&mut self) -> Option<Told> {
        self.over = true;
        let complete = matches!(self.shared.said.end.get(), Some(End::Complete));
        self.subscribed.ends(if complete { Ended::Completed } else { Ended::Failed });
        match self.shared.said.end.get() {
            Some(End::Complete) => None,
            Some(End::Failed(errors)) => Some(Told::Failed(errors.clone())),
            None => Some(Told::Failed(broken_off(&self.shared.said.id))),
        }
    }
}

impl Stream for Feed {
    type Item = Told;

    /// The events, and an end only after all of them.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Told>> {
        loop {
            if self.over {
                return Poll::Ready(None);
            }
            if self.more
                && let Some(told) = self.next()
            {
                return Poll::Ready(Some(told));
            }
            match Pin::new(&mut self.changes).poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(_)) => self.more = true,
                // Whatever was told last was told before the execution ended.
                Poll::Ready(None) => return Poll::Ready(self.next().or_else(|| self.end())),
            }
        }
    }
}

/// What is said instead of happenings that are gone.
fn gap(missed: u64, id: &RequestId) -> Payload {
    let message = format!("{missed} events were missed; subscribe anew to go on from the last one that came.");
    let error =
        json!({ "message": message, "extensions": { "code": "GAP", "missed": missed, "requestId": id.as_str() } });
    Payload::from_json(json!({ "errors": [error], "data": null }).to_string())
}

fn broken_off(id: &RequestId) -> Payload {
    let errors = Answer::refused(Refusal::internal(), id).into_errors();
    Payload::from_json(json!(errors).to_string())
}
