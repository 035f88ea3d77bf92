//! One operation of a socket, from `subscribe` to its last message.

use std::{pin::pin, sync::Arc};

use async_graphql::{Executor, ServerError, parser::types::OperationType};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::{
    feeds::Fed,
    message::{self, Dialect, ServerMessage},
    outbox::{Gone, LARGEST_FRAME_BYTES, Outbox},
    running::Ticket,
};
use crate::http::{
    Gate, RequestId, SignedIn,
    answer::Answer,
    answers::answers,
    bearer::Token,
    client_address::ClientAddress,
    operation::{Operation, Place, unbroken},
    parameters::Parameters,
    refusal::Refusal,
    sharing::Feed,
};
use crate::{metrics::Ended, telemetry::traces};

/// An operation at work.
pub(super) struct Subscriber<E> {
    pub(super) gate: Arc<Gate<E>>,
    /// Whose it is; what they may do is asked anew for each operation.
    pub(super) from: (Token, ClientAddress),
    pub(super) outbox: Outbox,
    pub(super) dialect: Dialect,
    pub(super) ticket: Ticket,
    pub(super) id: RequestId,
}

/// How an operation ends.
enum End {
    Complete,
    /// It goes on, and the writer sees to it.
    Shared(Feed),
    /// It did not even start, or broke off: no `complete` follows.
    Failed(Vec<ServerError>),
}

impl<E: Executor> Subscriber<E> {
    pub(super) async fn run(self, parameters: Parameters) {
        let span = tracing::info_span!("operation", request_id = %self.id);
        let work = async {
            let end = match unbroken(self.answer(parameters)).await.flatten() {
                Ok(end) => end,
                Err(refusal) => self.failed(refusal),
            };
            match end {
                End::Shared(feed) => self.hand_over(feed).await,
                End::Complete if self.ticket.leave() => self.finish(Ok(())).await,
                End::Failed(errors) if self.ticket.leave() => self.finish(Err(errors)).await,
                End::Complete | End::Failed(_) => {}
            }
        };
        work.instrument(span).await;
    }

    async fn hand_over(self, feed: Feed) {
        if let Some(fed) = Fed::new(feed, self.ticket, self.dialect) {
            self.outbox.feed(fed).await;
        }
    }

    async fn answer(&self, parameters: Parameters) -> Result<End, Refusal> {
        let mut operation = self.gate.prepare(parameters).await?;
        let (token, address) = self.from.clone();
        match operation.kind {
            OperationType::Subscription => {
                let client = self.gate.sign_in(token?, address).await?;
                operation.pay(&client).await?;
                match self.gate.share(&mut operation, &client).await {
                    Some(feed) => Ok(End::Shared(feed)),
                    None => Ok(self.stream(operation, &client).await),
                }
            }
            OperationType::Query | OperationType::Mutation => {
                let work = async {
                    let place = self.gate.place()?;
                    let client = self.gate.sign_in(token?, address).await?;
                    self.once(operation, &client, place).await
                };
                work.instrument(traces::socket_request()).await
            }
        }
    }

    async fn once(&self, operation: Operation, client: &SignedIn, place: Place) -> Result<End, Refusal> {
        let answer = self.gate.execute(operation, client, &self.id, place).await;
        if answer.is_refused() {
            return Ok(End::Failed(answer.into_errors()));
        }
        Ok(self.next(&answer).await.err().unwrap_or(End::Complete))
    }

    async fn stream(&self, operation: Operation, client: &SignedIn) -> End {
        let request = operation.into_request(&client.attach, &self.id);
        let metrics = &self.gate.front.metrics;
        let mut subscribed = metrics.subscribed();
        let mut told = pin!(answers(&self.gate.front.schema, request, self.id.clone(), metrics.clone()));
        while let Some(answer) = told.next().await {
            let written = Instant::now();
            let told = match answer {
                Ok(answer) => self.next(&answer).await,
                Err(errors) => Err(End::Failed(errors)),
            };
            if let Err(end) = told {
                subscribed.ends(if matches!(end, End::Failed(_)) { Ended::Failed } else { Ended::Left });
                return end;
            }
            metrics.subscriptions.delivered(written.elapsed());
        }
        subscribed.ends(Ended::Completed);
        End::Complete
    }

    /// Sends a result, or says what it ends with instead.
    async fn next(&self, answer: &Answer) -> Result<(), End> {
        let text = self.text(&ServerMessage::next(self.dialect, self.ticket.id(), answer))?;
        if text.len() > LARGEST_FRAME_BYTES {
            return Err(self.failed(Refusal::answer_too_large(LARGEST_FRAME_BYTES)));
        }
        // Once the socket has gone, the operation ends, and its last message with it.
        self.outbox.send(text).await.map_err(|Gone| End::Complete)
    }

    async fn finish(&self, end: Result<(), Vec<ServerError>>) {
        let id = self.ticket.id();
        let last = match end {
            Ok(()) => message::complete(id),
            Err(errors) => message::error(self.dialect, id, &json!(errors).to_string()),
        };
        // If the socket has gone there is nobody to tell.
        drop(self.outbox.send(last).await);
    }

    fn text(&self, message: &ServerMessage<'_>) -> Result<String, End> {
        message.to_json().map_err(|error| {
            tracing::error!(%error, "a message could not be written as JSON");
            self.failed(Refusal::internal())
        })
    }

    fn failed(&self, refusal: Refusal) -> End {
        let answer = Answer::refused(refusal, &self.id);
        self.gate.front.metrics.operations.refused();
        answer.count_errors(&self.gate.front.metrics);
        End::Failed(answer.into_errors())
    }
}
