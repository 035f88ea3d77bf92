//! Stores what pollers found of sessions on air, many samples in one statement, for [`history`](super::history).

use std::time::Duration;

use entity::metric_sample::Model;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{metrics::Metrics, store::samples};
use crate::{app::App, error::Result, identity::scope::Scope};

/// How often what has come is stored: what a gateway that dies may lose.
const STORED_EVERY: Duration = Duration::from_secs(2);
/// Samples that one statement stores: databases bind so many values and no more.
const STORED_AT_ONCE: usize = 1_000;

/// Notes what a session on air shows, to be stored soon.
pub fn note(app: &App, session_key: i64, metrics: &Metrics) {
    app.samples.put(Model {
        live_session_id: session_key,
        sampled_at: app.clock.now(),
        viewers: metrics.current_viewers,
        peak_viewers: metrics.peak_viewers,
        total_viewers: metrics.total_viewers,
        likes: metrics.likes,
        comments: metrics.comments,
        shares: metrics.shares,
        orders: metrics.orders,
        revenue: metrics.revenue,
    });
}

/// Stores what has been noted, every few seconds, until the gateway stops.
pub async fn run(app: App, shutdown: CancellationToken) {
    let mut ticks = interval(STORED_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        store(&app).await;
    }
}

/// Stores all that has been noted so far.
pub async fn store(app: &App) {
    let mut waiting = app.samples.take();
    if waiting.dropped > 0 {
        tracing::warn!(waiting.dropped, "samples of sessions were not stored: the database does not keep up");
    }
    let waiting = waiting.samples.make_contiguous();
    for (number, some) in waiting.chunks(STORED_AT_ONCE).enumerate() {
        if let Err(error) = store_some(app, some).await {
            tracing::warn!(error = error.for_log(), "samples of sessions could not be stored; it is tried again");
            app.samples.put_back(waiting[number * STORED_AT_ONCE..].iter().cloned());
            return;
        }
    }
}

async fn store_some(app: &App, some: &[Model]) -> Result<()> {
    let transaction = app.database.write().await?;
    samples::insert(&Scope::job_runner(), &transaction, some).await?;
    Ok(transaction.commit().await?)
}
