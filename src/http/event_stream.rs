//! Operations as server-sent events, one connection each: what graphql-sse calls the distinct connections mode.
//!
//! What is refused before there is anything to stream is refused as over HTTP otherwise. From then on the answer is an event stream:
//! `next` for each result, `complete` after the last. A stream that ends without `complete` was broken off: connect again.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use async_graphql::{Executor, ServerError};
use axum::{
    body::{Body, Bytes},
    http::{
        HeaderName, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use futures_util::{FutureExt as _, Stream, StreamExt as _, future::BoxFuture, stream::BoxStream};
use serde::Serialize;
use tokio::{
    select,
    sync::OwnedSemaphorePermit,
    time::{Instant, Interval, interval_at},
};
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::Span;

use super::{
    Gate, RequestId, SignedIn,
    answer::Answer,
    answers::answers,
    media::Media,
    operation::Operation,
    refusal::Refusal,
    sharing::{Feed, Payload, Told},
    stay::{self, Left},
};
use crate::metrics::{Ended, Open, Subscribed, Transport};

/// What keeps a stream alive, and proxies from waiting for more.
const COMMENT: &[u8] = b":\n\n";
const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";

impl<E: Executor> Gate<E> {
    /// The event stream of a subscription.
    pub(super) async fn event_stream(
        self: &Arc<Self>,
        mut operation: Operation,
        client: SignedIn,
        id: &RequestId,
    ) -> Result<Response, Refusal> {
        self.open()?;
        operation.pay(&client).await?;
        let place = self.places.take(None).await?;
        let counted = self.counted()?;
        let source = match self.share(&mut operation, &client).await {
            Some(feed) => Source::Shared(feed),
            None => {
                let request = operation.into_request(&client.attach, id);
                let metrics = self.front.metrics.clone();
                let subscribed = metrics.subscribed();
                // The request's own is over with the beginning of the answer.
                let span = tracing::info_span!(parent: None, "request", request_id = %id);
                Source::Own(answers(&self.front.schema, request, id.clone(), metrics).boxed(), subscribed, span)
            }
        };
        let (drained, outstay, every) = (self.drained(), stay::outstay(&client), self.front.limits.socket.ping_every);
        let leaves = async move {
            select! {
                () = drained => Left::Stopping,
                left = outstay => left,
            }
        };
        Ok(events(EventStream {
            source,
            id: id.clone(),
            leaves: leaves.boxed(),
            comments: interval_at(Instant::now(), every),
            phase: Phase::Open,
            _place: (place, counted, self.front.metrics.open(Transport::EventStream)),
        }))
    }
}

/// The answer to a query or mutation as an event stream.
pub(super) fn of_answer(answer: &Answer) -> Response {
    let event = event(answer);
    events(futures_util::stream::iter([event, Bytes::from_static(COMPLETE)]))
}

fn events(events: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let headers = [
        (CONTENT_TYPE, Media::EventStream.content_type()),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Asks proxies of the nginx kind not to wait until there is more to send.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(events.map(Ok::<_, std::convert::Infallible>))).into_response()
}

/// Who tells the events.
enum Source {
    Shared(Feed),
    Own(BoxStream<'static, Result<Answer, Vec<ServerError>>>, Subscribed, Span),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// All has been told but that it is over.
    Told,
    Over,
}

struct EventStream {
    source: Source,
    id: RequestId,
    /// Ends the stream before its source does.
    leaves: BoxFuture<'static, Left>,
    comments: Interval,
    phase: Phase,
    _place: (OwnedSemaphorePermit, TaskTrackerToken, Open),
}

impl EventStream {
    fn told(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match &mut self.source {
            Source::Shared(feed) => Pin::new(feed).poll_next(context).map(|told| match told? {
                Told::Event(payload) => Some(framed(payload.json())),
                Told::Failed(errors) => Some(self.last(&format!(r#"{{"errors":{}}}"#, errors.json()))),
            }),
            Source::Own(answers, subscribed, span) => {
                match ready!(span.in_scope(|| answers.poll_next_unpin(context))) {
                    Some(Ok(answer)) => {
                        subscribed.metrics().subscriptions.delivered(Duration::ZERO);
                        Poll::Ready(Some(event(&answer)))
                    }
                    Some(Err(errors)) => {
                        subscribed.ends(Ended::Failed);
                        Poll::Ready(Some(self.last(&serde_json::json!({ "errors": errors }).to_string())))
                    }
                    None => {
                        subscribed.ends(Ended::Completed);
                        Poll::Ready(None)
                    }
                }
            }
        }
    }

    fn last(&mut self, json: &str) -> Bytes {
        self.phase = Phase::Told;
        framed(json)
    }

    /// Why it is over, if that is to be told.
    fn left(&mut self, left: Left) -> Option<Bytes> {
        self.phase = Phase::Over;
        match left {
            Left::Stopping | Left::Unknown => None,
            Left::Expired | Left::Withdrawn => {
                let errors = Answer::refused(Refusal::signed_out(), &self.id);
                Some(self.last(&serde_json::json!({ "errors": errors.into_errors() }).to_string()))
            }
        }
    }
}

impl Stream for EventStream {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match self.phase {
            Phase::Over => return Poll::Ready(None),
            Phase::Told => {
                self.phase = Phase::Over;
                return Poll::Ready(Some(Bytes::from_static(COMPLETE)));
            }
            Phase::Open => {}
        }
        if let Poll::Ready(left) = self.leaves.poll_unpin(context) {
            return Poll::Ready(self.left(left));
        }
        match self.told(context) {
            Poll::Ready(Some(event)) => return Poll::Ready(Some(event)),
            Poll::Ready(None) => {
                self.phase = Phase::Over;
                return Poll::Ready(Some(Bytes::from_static(COMPLETE)));
            }
            Poll::Pending => {}
        }
        ready!(self.comments.poll_tick(context));
        Poll::Ready(Some(Bytes::from_static(COMMENT)))
    }
}

fn event(body: &impl Serialize) -> Bytes {
    match Payload::of(body) {
        Ok(payload) => framed(payload.json()),
        Err(refusal) => framed(&serde_json::json!({ "errors": [refusal.into_error()] }).to_string()),
    }
}

/// JSON has no line breaks, so it is one line of data.
fn framed(json: &str) -> Bytes {
    format!("event: next\ndata: {json}\n\n").into()
}
