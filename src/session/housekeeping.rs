//! History that stays small: the samples of a session's course are thinned as they age, and jobs that are over are forgotten. Any
//! instance may do it, in small transactions; doing it again, or twice at once, comes to the same.
//!
//! The age of a sample counts from the end of its session, so that a session's course is all alike. Sessions and their totals stay.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    store::{jobs, thinning},
    sync::Reach,
};
use crate::{app::App, error::Result, identity::scope::Scope};

/// Rows that one transaction takes out, and sessions that are looked up at a time.
const ROWS: u64 = 5_000;
const SESSIONS: u64 = 100;
/// For how long a run is known that went through everything, and one of those that come every few minutes.
const KEEP_JOBS: TimeDelta = TimeDelta::days(7);
const KEEP_FREQUENT_JOBS: TimeDelta = TimeDelta::days(1);

/// One step of thinning: after this much time, one sample in so many seconds is left.
#[derive(Clone, Copy, Debug)]
struct Step {
    times: i64,
    after: TimeDelta,
    seconds: u32,
}

/// What was taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    pub samples: u64,
    pub jobs: u64,
}

/// Takes out what is too old at this moment.
pub async fn tidy(app: &App, now: DateTime<Utc>) -> Result<Tidied> {
    let mut tidied = Tidied::default();
    for step in steps(app) {
        tidied.samples += thin(app, step, now).await?;
    }
    tidied.jobs += forget(app, Some(Reach::Newest.kind()), now - KEEP_FREQUENT_JOBS).await?;
    tidied.jobs += forget(app, None, now - KEEP_JOBS).await?;
    Ok(tidied)
}

/// The last one first: what it has thinned needs no other.
fn steps(app: &App) -> [Step; 2] {
    let config = &app.config;
    [
        Step { times: 2, after: config.samples_by_minute, seconds: 15 * 60 },
        Step { times: 1, after: config.samples_whole, seconds: 60 },
    ]
}

async fn thin(app: &App, step: Step, now: DateTime<Utc>) -> Result<u64> {
    let (scope, mut taken_out) = (Scope::job_runner(), 0);
    loop {
        let statements = app.database.read(Default::default());
        let sessions = thinning::to_thin(&scope, &statements, step.times, now - step.after, SESSIONS).await?;
        if sessions.is_empty() {
            return Ok(taken_out);
        }
        for session_key in sessions {
            taken_out += thin_session(app, &scope, step, session_key).await?;
        }
    }
}

async fn thin_session(app: &App, scope: &Scope, step: Step, session_key: i64) -> Result<u64> {
    let mut taken_out = 0;
    loop {
        let transaction = app.database.write().await?;
        let removed = thinning::thin(&transaction, session_key, step.seconds, ROWS).await?;
        if removed < ROWS {
            thinning::set_thinned(scope, &transaction, session_key, step.times).await?;
        }
        transaction.commit().await?;
        taken_out += removed;
        if removed < ROWS {
            return Ok(taken_out);
        }
    }
}

async fn forget(app: &App, kind: Option<&str>, before: DateTime<Utc>) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        let transaction = app.database.write().await?;
        let removed = jobs::forget_ended(&Scope::job_runner(), &transaction, kind, before, ROWS).await?;
        transaction.commit().await?;
        forgotten += removed;
        if removed < ROWS {
            return Ok(forgotten);
        }
    }
}
