//! What becomes of operations is counted once: where one ran, or, if it never came to that, where its refusal leaves.

use std::time::Duration;

use async_graphql::{ServerError, Value, parser::types::OperationType};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Span;

use super::Answer;
use crate::{
    metrics::{Metrics, Ran},
    telemetry::traces,
};

/// What of a response to HTTP is not counted yet.
#[derive(Clone)]
pub(super) struct Uncounted {
    refusals: usize,
    codes: Vec<String>,
}

impl Uncounted {
    pub(super) fn among(answers: &[Answer]) -> Self {
        let uncounted = || answers.iter().filter(|answer| !answer.counted);
        let codes = uncounted().flat_map(|answer| codes(&answer.response.errors)).map(str::to_owned).collect();
        Self { refusals: uncounted().count(), codes }
    }
}

impl Answer {
    /// Counts what an operation came to that ran in the current span.
    pub(in crate::http) fn ran(mut self, metrics: &Metrics, kind: OperationType, took: Duration) -> Self {
        self.counted = true;
        metrics.operations.ran(kind_name(kind), self.outcome(), took);
        self.count_errors(metrics);
        if let Some(code) = codes(&self.response.errors).next() {
            traces::failed(&Span::current(), code);
        }
        self
    }

    /// Counts what a client is told beside data, or instead of it.
    pub(in crate::http) fn count_errors(&self, metrics: &Metrics) {
        codes(&self.response.errors).for_each(|code| metrics.operations.error(code));
    }

    fn outcome(&self) -> Ran {
        match (self.refused, &self.response.data) {
            (Some(_), _) => Ran::Refused,
            (None, _) if self.response.errors.is_empty() => Ran::Well,
            (None, Value::Null) => Ran::Failed,
            (None, _) => Ran::InPart,
        }
    }
}

/// As metrics and traces call it.
pub(in crate::http) fn kind_name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// Counts what was refused before it ran.
pub(in crate::http) async fn count_refusals(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if let Some(Uncounted { refusals, codes }) = response.extensions().get() {
        (0..*refusals).for_each(|_| metrics.operations.refused());
        codes.iter().for_each(|code| metrics.operations.error(code));
    }
    response
}

fn codes(errors: &[ServerError]) -> impl Iterator<Item = &str> {
    errors.iter().filter_map(|error| match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.as_str()),
        _ => None,
    })
}
