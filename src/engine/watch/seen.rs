//! A poll, counted and put into a trace of its own.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::{Poll, Polled, level::AnyValue};
use crate::{metrics::Metrics, telemetry::traces};

/// What a poll finds; a poll that panics has failed.
pub(super) fn seen<'a>(
    metrics: &Metrics,
    topic: &str,
    poll: &'a Poll,
) -> impl Future<Output = Polled<AnyValue>> + Send + use<'a> {
    let (metrics, kind, begun) = (metrics.clone(), kind(topic), Instant::now());
    let span = traces::poll(&kind);
    async move {
        let polled = AssertUnwindSafe(async { poll().await }).catch_unwind().instrument(span).await;
        let polled = polled.unwrap_or(Polled::Failed { retry_after: None });
        metrics.polls.polled(&kind, outcome(&polled), begun.elapsed());
        polled
    }
}

/// A topic without what tells it from others of its kind: `account/7/session/42/metrics` is one of `account/session/metrics`.
fn kind(topic: &str) -> String {
    let is_word = |part: &&str| part.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_');
    topic.split('/').filter(is_word).collect::<Vec<_>>().join("/")
}

fn outcome(polled: &Polled<AnyValue>) -> &'static str {
    match polled {
        Polled::Value(_) => "value",
        Polled::Finished(_) => "finished",
        Polled::Gone => "gone",
        Polled::Failed { .. } | Polled::Stale { .. } => "failed",
    }
}
