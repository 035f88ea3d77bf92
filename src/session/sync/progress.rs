//! How far a job is, for those who watch it: read from the database, so that it does not matter which instance runs it.

use std::{sync::Arc, time::Duration};

use entity::{
    job::{Model, State},
    job_failure,
};
use futures_util::{Stream, StreamExt as _};

use super::statements;
use crate::{
    app::App, database::Statements, engine::watch::Polled, error::Result, identity::scope::Scope, session::store::jobs,
};

/// How often a job is looked at that somebody watches.
const EVERY: Duration = Duration::from_millis(500);

/// A job as it stands, with what has failed and was not made up for.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub job: Model,
    /// The first of them.
    pub failures: Vec<job_failure::Model>,
}

/// How a job stands, if it is within the scope.
pub async fn standing(scope: &Scope, statements: &Statements, job_id: i64) -> Result<Option<Standing>> {
    let Some(job) = jobs::by_keys(scope, statements, &[job_id]).await?.pop() else { return Ok(None) };
    let failures = match job.failures {
        0 => Vec::new(),
        _ => jobs::unresolved(statements, job_id, i64::MAX).await?,
    };
    Ok(Some(Standing { job, failures }))
}

/// How a job stands now, then each time that it stands otherwise, until it has ended.
pub fn watch(app: &App, job_id: i64) -> impl Stream<Item = Arc<Standing>> + Send + use<> {
    let polled = app.clone();
    let levels = app.pollers.watch(format!("job/{job_id}"), EVERY, move || poll(polled.clone(), job_id));
    let values = levels.filter_map(|level| std::future::ready(level.value));
    let mut told: Option<Arc<Standing>> = None;
    values.filter(move |standing| {
        let is_news = told.as_deref().is_none_or(|told| !is_alike(told, standing));
        told = Some(standing.clone());
        std::future::ready(is_news)
    })
}

/// A sign of life alone is no news.
fn is_alike(told: &Standing, standing: &Standing) -> bool {
    let quiet = |job: &Model| Model { heartbeat_at: None, holder: None, ..job.clone() };
    quiet(&told.job) == quiet(&standing.job) && told.failures == standing.failures
}

async fn poll(app: App, job_id: i64) -> Polled<Standing> {
    match standing(&Scope::job_runner(), &statements(&app), job_id).await {
        Ok(Some(standing)) if matches!(standing.job.state, State::Succeeded | State::Failed) => {
            Polled::Finished(standing)
        }
        Ok(Some(standing)) => Polled::Value(standing),
        Ok(None) => Polled::Gone,
        Err(error) => {
            tracing::warn!(error = error.for_log(), job_id, "how far a job is could not be read");
            Polled::Failed { retry_after: None }
        }
    }
}
