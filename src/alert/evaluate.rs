//! Looks at everything now and then, on every instance: what is raised or cleared is so once, whoever comes first.

use std::time::Duration;

use chrono::TimeDelta;
use rand::Rng as _;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{facts::Facts, judge::judge, raise, sample, stock};
use crate::{app::App, error::Result, identity::scope::Scope};

/// Looks again and again, until told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    let Some(every) = app.config.alert_interval else { return };
    let work = async {
        loop {
            look(&app, every).await;
            // Such that many instances do not ask all at once.
            let pause = every.mul_f64(rand::rng().random_range(0.9..=1.0));
            sleep(pause).await;
        }
    };
    stop.run_until_cancelled(work).await;
}

/// One look. What could not be asked for leaves the rest to be judged.
async fn look(app: &App, every: Duration) {
    let step = TimeDelta::from_std(every).unwrap_or(TimeDelta::minutes(1));
    let (sampled, counted) = tokio::join!(sample::take(app, step), stock::look(app));
    for outcome in [sampled, counted, write(app, step).await] {
        if let Err(error) = outcome {
            tracing::warn!(error = error.for_log(), "what alerts are about could not be looked at; the next look will");
        }
    }
}

/// Brings the alerts in line with what is stored, which is looked at in steps.
pub async fn write(app: &App, step: TimeDelta) -> Result<()> {
    let statements = app.database.read(Default::default());
    let facts = Facts::read(&Scope::job_runner(), &statements, step, app.clock.now()).await?;
    raise::write(app, &facts.open, &judge(&facts)).await
}
