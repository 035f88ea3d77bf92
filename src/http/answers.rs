//! The answers of a subscription, one an event, whoever they are for.

use std::panic::AssertUnwindSafe;

use async_graphql::{Executor, Request, Response, ServerError};
use futures_util::{
    FutureExt as _, Stream, StreamExt as _,
    stream::{BoxStream, CatchUnwind, Peekable, unfold},
};

use super::{RequestId, answer::Answer, refusal::Refusal};
use crate::metrics::Metrics;

/// A subscription at work.
struct Opened {
    events: Peekable<CatchUnwind<AssertUnwindSafe<BoxStream<'static, Response>>>>,
    id: RequestId,
    metrics: Metrics,
    started: bool,
}

/// What a subscription tells; last, if it did not even start or broke off, why.
pub(super) fn answers<E: Executor>(
    schema: &E,
    request: Request,
    id: RequestId,
    metrics: Metrics,
) -> impl Stream<Item = Result<Answer, Vec<ServerError>>> + Send + use<E> {
    let events = AssertUnwindSafe(schema.execute_stream(request, None)).catch_unwind().peekable();
    unfold(Some(Opened { events, id, metrics, started: false }), async |opened| {
        let mut opened = opened?;
        match opened.next().await? {
            Ok(answer) => Some((Ok(answer), Some(opened))),
            Err(errors) => Some((Err(errors), None)),
        }
    })
}

impl Opened {
    async fn next(&mut self) -> Option<Result<Answer, Vec<ServerError>>> {
        let Ok(response) = self.events.next().await? else {
            return Some(Err(self.failed(Answer::refused(Refusal::panicked(), &self.id))));
        };
        let answer = Answer::executed(response, &self.id);
        if !self.started && answer.has_no_data() {
            // A stream that could not be opened is a single event without data.
            let over = matches!(std::pin::Pin::new(&mut self.events).peek().now_or_never(), Some(None));
            if over || answer.is_refused() {
                return Some(Err(self.failed(answer)));
            }
        }
        self.started = true;
        answer.count_errors(&self.metrics);
        Some(Ok(answer))
    }

    fn failed(&self, answer: Answer) -> Vec<ServerError> {
        answer.count_errors(&self.metrics);
        answer.into_errors()
    }
}
