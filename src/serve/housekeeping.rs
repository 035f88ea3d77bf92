//! Takes out now and then what is too old, on every instance: doing it again, or twice at once, comes to the same.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use crate::{alert, app::App, campaign, identity, session};

/// How often it is seen to.
const EVERY: Duration = Duration::from_secs(600);

/// Tidies up every ten minutes, until the gateway stops.
pub(super) async fn run(app: App, shutdown: CancellationToken) {
    let mut ticks = interval_at(Instant::now() + EVERY, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let work = async {
        loop {
            ticks.tick().await;
            tidy(&app, app.clock.now()).await;
        }
    };
    shutdown.run_until_cancelled(work).await;
}

/// What fails in one room leaves the others to be tidied.
async fn tidy(app: &App, now: DateTime<Utc>) {
    let (history, alerts, readings, sign_ins) = (
        session::housekeeping::tidy(app, now).await,
        alert::housekeeping::tidy(app, now).await,
        campaign::housekeeping::tidy(app, now).await,
        identity::housekeeping::tidy(app, now).await,
    );
    let failures = [history.as_ref().err(), alerts.as_ref().err(), readings.as_ref().err(), sign_ins.as_ref().err()];
    for error in failures.into_iter().flatten() {
        tracing::warn!(error = error.for_log(), "old rows could not be taken out; the next run tries");
    }
    let history = history.unwrap_or_default();
    let (alerts, readings) = (alerts.unwrap_or_default(), readings.unwrap_or_default());
    let sign_ins = sign_ins.unwrap_or_default();
    if history != Default::default() || alerts + readings + sign_ins > 0 {
        let session::housekeeping::Tidied { samples, jobs } = history;
        tracing::info!(samples, jobs, alerts, readings, sign_ins, "old rows were taken out");
    }
}
