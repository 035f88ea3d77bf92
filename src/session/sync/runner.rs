//! Takes jobs up, whoever asked for them on whichever instance, and lets go of them in order.

use std::time::Duration;

use chrono::TimeDelta;
use entity::job::Model;
use futures_util::FutureExt as _;
use tokio::{
    select,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    Reach,
    account::{Ended, Run},
    schedule,
};
use crate::{
    app::App,
    error::{Error, Result},
    identity::scope::Scope,
    session::store::jobs,
};

/// Jobs of each kind that one instance runs at once: those that go through everything take long, and what is new does not wait for them.
const MOST_AT_ONCE: usize = 4;
/// How often jobs are looked for that another instance was asked for, or has left behind.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Syncs what is due, and whatever else is asked for, until the gateway stops.
pub async fn run(app: App, shutdown: CancellationToken) {
    app.metrics.work.expects(&Reach::BOTH.map(Reach::kind), &["well", "lost", "failed"]);
    let (mut all, mut newest) = (JoinSet::new(), JoinSet::new());
    let work = async {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut due = app.config.sync_interval.map(interval);
        loop {
            select! {
                _ = looks.tick() => {}
                () = app.job_asked_for.notified() => {}
                every = next(&mut due) => schedule::ask_for_what_is_due(&app, every).await,
                connected = app.connected.take(), if due.is_some() => {
                    schedule::ask_for_each(&app, connected.into_iter().map(|account| (account, Reach::All))).await;
                }
                Some(_) = all.join_next(), if !all.is_empty() => {}
                Some(_) = newest.join_next(), if !newest.is_empty() => {}
            }
            take_up(&app, Reach::All, &mut all, &shutdown).await;
            take_up(&app, Reach::Newest, &mut newest, &shutdown).await;
        }
    };
    shutdown.run_until_cancelled(work).await;
    // Each job hears of the stop by itself, and is let go for whoever comes next.
    while all.join_next().await.is_some() || newest.join_next().await.is_some() {}
}

/// The next time that accounts are due, if they ever are by themselves.
async fn next(due: &mut Option<tokio::time::Interval>) -> Duration {
    match due {
        Some(due) => {
            due.tick().await;
            due.period()
        }
        None => std::future::pending().await,
    }
}

async fn take_up(app: &App, reach: Reach, jobs: &mut JoinSet<()>, shutdown: &CancellationToken) {
    while jobs.len() < MOST_AT_ONCE {
        match claim(app, &[reach], None).await {
            Ok(Some(job)) => drop(jobs.spawn(work_at(app.clone(), job, shutdown.clone()))),
            Ok(None) => return,
            Err(error) => return tracing::warn!(error = error.for_log(), "jobs could not be looked for"),
        }
    }
}

async fn work_at(app: App, job: Model, shutdown: CancellationToken) {
    let (job_id, account_id) = (job.id, job.shopee_account_id);
    let holder = job.holder.clone().unwrap_or_default();
    match shutdown.run_until_cancelled(drive(&app, job).boxed()).await {
        Some(Ok(())) => {}
        Some(Err(error)) => {
            let error = error.for_log();
            tracing::warn!(error, job_id, account_id, "an account could not be synced; the next run tries again");
        }
        None => let_go(&app, job_id, &holder).await,
    }
}

/// Whoever comes next goes on at once instead of waiting for us to be taken for dead.
async fn let_go(app: &App, job_id: i64, holder: &str) {
    let released = async {
        let transaction = app.database.write().await?;
        jobs::release(&Scope::job_runner(), &transaction, (job_id, holder)).await?;
        Ok::<_, Error>(transaction.commit().await?)
    };
    if let Err(error) = released.await {
        tracing::info!(error = error.for_log(), job_id, "a job could not be let go; it is taken over later");
    }
}

/// Takes a job up that nobody is at: this one, or any that goes so far.
pub(super) async fn claim(app: &App, reaches: &[Reach], only: Option<i64>) -> Result<Option<Model>> {
    let (scope, now) = (Scope::job_runner(), app.clock.now());
    let stale = now - TimeDelta::from_std(app.config.job_lease).unwrap_or(TimeDelta::MAX);
    // A newer version may know other kinds.
    let kinds: Vec<&str> = reaches.iter().copied().map(Reach::kind).collect();
    // A name that nobody else makes.
    let holder = format!("{:032x}", rand::random::<u128>());
    let transaction = app.database.write().await?;
    let job = jobs::claim(&scope, &transaction, &kinds, only, &holder, stale, now).await?;
    transaction.commit().await?;
    Ok(job)
}

/// Works at a job that was taken up, to its end, unless it is lost to somebody who took us for dead. An error is the job's, and is
/// written down there.
pub(super) async fn drive(app: &App, job: Model) -> Result<()> {
    let (job_id, holder) = (job.id, job.holder.clone().unwrap_or_default());
    let kind = Reach::of(&job.kind).unwrap_or(Reach::All).kind();
    let outcome = select! {
        outcome = Run::go(app, job) => outcome,
        () = until_lost(app, job_id, &holder) => Ok(Ended::Lost),
    };
    app.metrics.work.job_ended(kind, ended_how(&outcome));
    match outcome {
        Ok(Ended::Well | Ended::Lost) => Ok(()),
        Err(error) => {
            let transaction = app.database.write().await?;
            let code = Some(error.code());
            jobs::finish(&Scope::job_runner(), &transaction, (job_id, &holder), code, app.clock.now()).await?;
            transaction.commit().await?;
            Err(error)
        }
    }
}

/// As it is counted.
fn ended_how(outcome: &Result<Ended>) -> &'static str {
    match outcome {
        Ok(Ended::Well) => "well",
        Ok(Ended::Lost) => "lost",
        Err(_) => "failed",
    }
}

/// Gives signs of life, until they are no longer wanted.
async fn until_lost(app: &App, job_id: i64, holder: &str) {
    loop {
        sleep(app.config.job_lease / 4).await;
        let beat = async {
            let transaction = app.database.write().await?;
            let ours = jobs::beat(&Scope::job_runner(), &transaction, (job_id, holder), app.clock.now()).await?;
            transaction.commit().await?;
            Ok::<_, Error>(ours)
        };
        match beat.await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::info!(error = error.for_log(), job_id, "a job's sign of life could not be given"),
        }
    }
}
