//! What pollers ask: the overview of a session that somebody watches, one call an interval however many do.
//!
//! The poller works for nobody in particular, so it uses the job runner's scope; who may watch was decided before. It reads the
//! account's credential anew for each poll: a credential that was replaced or removed counts at once.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use entity::live_session::{Column, Status};
use futures_util::Stream;

use super::{
    metrics::Metrics,
    samples,
    store::{self, upsert},
};
use crate::{
    account::{self, access::Access, signed_out},
    app::App,
    cost::Cost,
    database::Statements,
    engine::watch::{Level, Polled, Topic, Watcher},
    error::{ClientError, Error, Result},
    identity::scope::Scope,
};

/// A session that is watched.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    pub session_key: i64,
    pub account_id: i64,
    pub session_id: i64,
}

/// How many levels are kept for those who come back: three minutes at the usual pace.
const KEPT: usize = 64;

/// The numbers of a session: those after `told`, or the latest at once; then newer ones, until the session ends or is deleted.
pub fn metrics(app: &App, watched: Watched, told: Option<i64>) -> impl Stream<Item = Level<Metrics>> + Send + use<> {
    follow(app, watched).stream(told)
}

/// Somebody who watches the numbers of a session.
pub fn follow(app: &App, watched: Watched) -> Watcher<Metrics> {
    let name = format!("{}{}/metrics", topics_of(watched.account_id), watched.session_key);
    let (polled, paced) = (app.clone(), app.clone());
    let topic = Topic { name, kept: KEPT, every: move || interval(&paced, watched.account_id) };
    app.pollers.follow(topic, move || poll(polled.clone(), watched))
}

fn topics_of(account_id: i64) -> String {
    format!("account/{account_id}/session/")
}

/// How long to wait between two polls of a session. All of an account's that are watched here take half of the calls that the
/// account may make at most: the other half is for people.
fn interval(app: &App, account_id: i64) -> Duration {
    let watched = app.pollers.running_below(&topics_of(account_id)) as u32;
    let second_half = Duration::from_secs(2) * watched / app.config.shopee_calls_per_second.get();
    app.config.poll_interval.max(second_half)
}

async fn poll(app: App, watched: Watched) -> Polled<Metrics> {
    match latest(&app, watched).await {
        Ok(None) => Polled::Gone,
        Ok(Some(metrics)) if metrics.on_air => {
            samples::note(&app, watched.session_key, &metrics);
            Polled::Value(metrics)
        }
        Ok(Some(metrics)) => {
            store_end(&app, watched, metrics).await;
            Polled::Finished(metrics)
        }
        Err(error) => failed(&app, watched, &error).await,
    }
}

/// With what whoever asked for the session's overview was told last, if the failure says nothing of that.
async fn failed(app: &App, watched: Watched, error: &Error) -> Polled<Metrics> {
    let retry_after = report(watched, error);
    let known = match error {
        Error::Client(ClientError::Shopee(fault)) if fault.kind.leaves_the_last_answer_good() => {
            last(app, watched).await.ok().flatten()
        }
        _ => None,
    };
    match known {
        Some((value, observed_at)) => Polled::Stale { value, observed_at, retry_after },
        None => Polled::Failed { retry_after },
    }
}

/// The last numbers that are known here of a session of which nothing says that it is over.
async fn last(app: &App, watched: Watched) -> Result<Option<(Metrics, DateTime<Utc>)>> {
    let statements = app.database.read(Arc::new(Cost::default()));
    let rows =
        store::sessions(&Scope::job_runner(), &statements, &[watched.session_key], &[Column::Id, Column::Status])
            .await?;
    let is_over = rows.iter().any(|row| row.status.try_as_ref() == Some(&Status::Ended));
    let last = app.reads.overview.last(&(watched.account_id, watched.session_id)).await;
    let known = last.and_then(|last| Some((Metrics::from(last.value.as_ref()?), last.observed_at)));
    Ok(known.filter(|(metrics, _)| metrics.on_air && !is_over))
}

/// The session's numbers; `None` once the session is deleted.
async fn latest(app: &App, watched: Watched) -> Result<Option<Metrics>> {
    let statements = app.database.read(Arc::new(Cost::default()));
    let key = [watched.session_key];
    match store::sessions(&Scope::job_runner(), &statements, &key, &[Column::Id]).await?.is_empty() {
        true => Ok(None),
        false => Ok(Some(ask(app, &statements, watched).await?)),
    }
}

async fn ask(app: &App, statements: &Statements, watched: Watched) -> Result<Metrics> {
    let rows = account::store::accesses(&Scope::job_runner(), statements, &[watched.account_id]).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("account"))?;
    let access = Access::open(&app.config.credential_keys, row)?;
    match app.shopee.in_background().overview(&access.account(), watched.session_id).await {
        Ok(overview) => {
            let metrics = overview.as_ref().map(Metrics::from);
            app.reads.overview.keep((watched.account_id, watched.session_id), overview).await;
            metrics.ok_or_else(|| Error::not_found("session"))
        }
        Err(error) => {
            signed_out::note(app, &access, &error).await;
            Err(Error::from(&error))
        }
    }
}

/// The session is over: its last numbers are the ones to keep.
async fn store_end(app: &App, watched: Watched, metrics: Metrics) {
    let stored = async {
        let transaction = app.database.write().await?;
        upsert::set_ended(&Scope::job_runner(), &transaction, watched.session_key, &metrics, app.clock.now()).await?;
        Ok::<_, Error>(transaction.commit().await?)
    };
    if let Err(error) = stored.await {
        let error = error.for_log();
        tracing::warn!(
            error,
            session = watched.session_key,
            "the end of a session could not be stored; the next sync will"
        );
    }
}

fn report(watched: Watched, error: &Error) -> Option<Duration> {
    tracing::info!(error = error.for_log(), session = watched.session_key, "a poll failed");
    match error {
        Error::Client(ClientError::Shopee(fault)) => fault.retry_after,
        _ => None,
    }
}
