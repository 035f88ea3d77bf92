//! Who takes a login's steps: one poller an instance, which goes on to the login's end whether or not anybody watches.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use entity::shopee_login;
use futures_util::{Stream, StreamExt as _};
use tokio_util::sync::CancellationToken;

use super::{is_open, step, store};
use crate::{
    app::App,
    engine::watch::{Level, Polled},
    error::{ClientError, Error, Result},
    identity::scope::Scope,
};

/// Clients of Shopee ask every second or two.
const SLOWEST: Duration = Duration::from_millis(1_500);
/// How often logins are looked for that nobody may be seeing to any more.
const LOOKED_FOR_EVERY: Duration = Duration::from_secs(30);

/// A login as it is after each step, until it is over; `None` if it is no more.
pub fn steps(app: &App, login_id: i64) -> impl Stream<Item = Level<Option<shopee_login::Model>>> + Send + use<> {
    let (polled, every) = (app.clone(), app.config.poll_interval.min(SLOWEST));
    app.pollers.watch(topic(login_id), every, move || poll(polled.clone(), login_id))
}

/// Sees to a login's end on this instance, if nobody does so yet.
pub fn drive(app: &App, login_id: i64) {
    if !app.pollers.runs(&topic(login_id)) {
        // Ends with the login, or with all pollers.
        tokio::spawn(steps(app, login_id).for_each(|_| std::future::ready(())));
    }
}

/// Sees to logins that were begun before this instance, or by one that is gone, until the gateway stops.
pub async fn run(app: App, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(LOOKED_FOR_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut begun_before = app.clock.now();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = drive_open(&app, begun_before).await {
            tracing::error!(error = error.for_log(), "the open logins could not be read; the next run tries again");
        }
        // What is younger at the next tick is most likely in the hands of whoever began it.
        begun_before = app.clock.now();
    }
}

async fn drive_open(app: &App, begun_before: DateTime<Utc>) -> Result<()> {
    let statements = app.database.read(Arc::default());
    for login_id in store::open_since_before(&Scope::job_runner(), &statements, begun_before).await? {
        drive(app, login_id);
    }
    Ok(())
}

fn topic(login_id: i64) -> String {
    format!("shopee_login/{login_id}")
}

async fn poll(app: App, login_id: i64) -> Polled<Option<shopee_login::Model>> {
    match step::step(&app, login_id).await {
        Ok(Some(login)) if is_open(login.status) => Polled::Value(Some(login)),
        Ok(login) => Polled::Finished(login),
        Err(error) => Polled::Failed { retry_after: report(login_id, &error) },
    }
}

fn report(login_id: i64, error: &Error) -> Option<Duration> {
    tracing::info!(error = error.for_log(), login_id, "a step of a Shopee login failed; it is tried again");
    match error {
        Error::Client(ClientError::Shopee(fault)) => fault.retry_after,
        _ => None,
    }
}
