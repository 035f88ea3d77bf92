//! The listener that serves the metrics, apart from the one for clients: who may see them is for the network to say. It is there until the
//! gateway has stopped.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, extract::State, http::header::CONTENT_TYPE, response::IntoResponse, routing::get};
use entity::{intent, job};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{StartError, listen_on};
use crate::{
    app::App,
    cost::Cost,
    error::{Error, Result},
    http::{self, HeadLimits},
    identity::scope::Scope,
    ledger::store as intents,
    metrics::CONTENT_TYPE as OPEN_METRICS,
    session::{store::jobs, sync::Reach},
};

/// What the database knows is left out when that takes longer: the rest is all the more wanted then.
const LOOK_WITHIN: Duration = Duration::from_secs(2);

/// The metrics, as long as it is there.
pub(super) struct Served {
    address: SocketAddr,
    _stops: DropGuard,
}

impl Served {
    pub(super) fn url(&self) -> String {
        format!("http://{}/metrics", self.address)
    }
}

/// Serves them where they are to be served, if anywhere.
pub(super) fn serve(app: &App) -> std::result::Result<Option<Served>, StartError> {
    let Some(wanted) = app.config.metrics_addr else { return Ok(None) };
    let unusable = |source| StartError::Metrics { address: wanted, source };
    let listener = listen_on(wanted).map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    let routes = http::secured(Router::new().route("/metrics", get(metrics)).with_state(app.clone()));
    let stop = CancellationToken::new();
    tokio::spawn(http::serve(http::listener(listener), routes, HeadLimits::default(), stop.clone()));
    tracing::info!(%address, "metrics");
    Ok(Some(Served { address, _stops: stop.drop_guard() }))
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    look(&app).await;
    ([(CONTENT_TYPE, OPEN_METRICS)], app.metrics.text())
}

/// Notes what nobody counts while it happens.
async fn look(app: &App) {
    let stored = timeout(LOOK_WITHIN, look_into_the_database(app)).await;
    let up = matches!(stored, Ok(Ok(())));
    if let Ok(Err(error)) = stored {
        tracing::info!(error = error.for_log(), "the database does not answer for the metrics");
    }
    app.metrics.database.standing(up, &app.database.pools());
    app.metrics.polls.standing(app.pollers.running(), app.pollers.share());
    app.metrics.work.samples_waiting(app.samples.waiting());
}

async fn look_into_the_database(app: &App) -> Result<(), Error> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Cost::default().into()));
    let open = jobs::open_counts(&scope, &statements).await?;
    for (kind, state, name) in Reach::BOTH.into_iter().flat_map(states) {
        let count = open.iter().find(|(its_kind, its_state, _)| *its_kind == kind.kind() && *its_state == state);
        app.metrics.work.jobs(kind.kind(), name, count.map_or(0, |(_, _, count)| *count));
    }
    for (state, name) in [(intent::State::Pending, "pending"), (intent::State::Unknown, "unknown")] {
        app.metrics.work.intents(name, intents::count(&scope, &statements, state).await?);
    }
    Ok(())
}

fn states(kind: Reach) -> [(Reach, job::State, &'static str); 2] {
    [(kind, job::State::Queued, "queued"), (kind, job::State::Running, "running")]
}
