//! What an orchestrator asks: `/livez` whether the process works at all, `/readyz` whether it should get requests.

use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// A readiness check that takes longer has failed.
const READY_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);

#[derive(Clone)]
struct Probed {
    app: App,
    leaving: CancellationToken,
}

/// The routes of the probes. Once `leaving` is cancelled, the gateway is not ready any more.
pub fn router(app: App, leaving: CancellationToken) -> Router {
    Router::new()
        .route("/livez", get(async || "live\n"))
        .route("/readyz", get(readyz))
        .with_state(Probed { app, leaving })
}

async fn readyz(State(probed): State<Probed>) -> impl IntoResponse {
    if probed.leaving.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match tokio::time::timeout(READY_WITHIN, probed.app.database.pending_migrations()).await {
        // It works without, only dearer; whoever watches over it may want to know.
        Ok(Ok(0)) if !probed.app.pollers.share() => {
            (StatusCode::OK, "ready; Redis is away: this instance polls for itself\n")
        }
        Ok(Ok(0)) => (StatusCode::OK, "ready\n"),
        Ok(Ok(_)) => (StatusCode::SERVICE_UNAVAILABLE, "the database lacks migrations; run `live-gateway migrate`\n"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer the readiness probe");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer in time\n"),
    }
}
