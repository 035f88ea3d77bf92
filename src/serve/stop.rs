//! How a gateway ends: who is told, in which order, and how long they have.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CONNECTION},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

/// What is told to the parts of a gateway when it stops, in this order.
#[derive(Clone, Default)]
pub(super) struct Signals {
    /// Not ready any more; everything else goes on, but each connection ends with the next answer on it.
    pub(super) leaving: CancellationToken,
    /// No socket is opened, and the open ones are closed with 1012.
    pub(super) sockets: CancellationToken,
    /// No connection is accepted, and each ends after the request that it is at.
    pub(super) listener: CancellationToken,
    /// Requests that have no answer yet are let go.
    pub(super) requests: CancellationToken,
    pub(super) jobs: CancellationToken,
}

/// The time for a stop. What one step leaves over, the next may use.
pub(super) struct Schedule {
    /// For sockets and requests.
    pub(super) requests: Instant,
    /// For jobs and pollers.
    pub(super) work: Instant,
    /// For the database.
    pub(super) end: Instant,
}

impl Schedule {
    pub(super) fn from_now(total: Duration) -> Self {
        let (begun, tenth) = (Instant::now(), total / 10);
        Self { requests: begun + tenth * 7, work: begun + tenth * 9, end: begun + total }
    }
}

/// Waits for one step, or says that it is given up.
pub(super) async fn within(deadline: Instant, what: &'static str, done: impl Future<Output = ()>) {
    if timeout_at(deadline, done).await.is_err() {
        tracing::warn!(what, "given up: not finished in time");
    }
}

/// Waits until the listener and all its connections have ended. May be asked again: a finished task is not awaited.
pub(super) async fn ended(server: &mut JoinHandle<()>) {
    if !server.is_finished() {
        server.await.ok();
    }
}

/// Lets go of a request that has no answer when there is no more time for it. While the gateway leaves, lets go of connections with
/// their answers: one that stayed open would be closed under the next request.
pub(super) async fn let_go(State(signals): State<Signals>, request: Request, next: Next) -> Response {
    let answer = signals.requests.run_until_cancelled(next.run(request)).await;
    let mut answer = answer.unwrap_or_else(|| (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response());
    if signals.leaving.is_cancelled() && answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// The first SIGINT or SIGTERM.
pub async fn stop_signal() {
    tokio::select! {
        () = received(SignalKind::interrupt()) => {}
        () = received(SignalKind::terminate()) => {}
    }
}

async fn received(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(error) => {
            tracing::warn!(%error, "a signal cannot be waited for: it ends the process at once");
            std::future::pending().await
        }
    }
}
