//! Those who may no longer see what they saw: their sockets end within a second, on every instance, by nothing but the database.
//!
//! A user's row counts how often their access was withdrawn. A socket remembers the count that its sign-in read, and one task an
//! instance asks for the counts of all users who are connected: there is no moment at which a withdrawal could be missed.
//! Gaining rights ends nothing.
//!
//! While the database cannot be asked, sockets go on: its restart should not send every client away. After a minute of that they
//! are ended after all, to come back later.

use std::{sync::Arc, time::Duration};

use sea_orm::DatabaseTransaction;
use tokio::{
    select,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    scope::{Scope, Viewer},
    store,
};
use crate::{
    app::App,
    error::{Error, Result},
};

/// How often the counts are asked for.
const EVERY: Duration = Duration::from_millis(400);
/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// How long sockets go on without one.
const TRUST: Duration = Duration::from_secs(60);
/// Users that one statement asks for.
const CHUNK: usize = 1_000;

/// Why somebody may no longer go on with what their sign-in found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Something was taken from them.
    Withdrawn,
    /// Nobody can tell whether something was.
    Unknown,
}

/// Waits until a viewer may no longer go on.
pub fn ended(app: &App, viewer: &Viewer) -> impl Future<Output = Ended> + Send + use<> {
    let later = app.access_revisions.later(viewer.user_id, viewer.access_revision);
    async move { later.await.map_or(Ended::Unknown, |()| Ended::Withdrawn) }
}

/// Notes that a user may see less than before. After the commit, [`tell`] spares this instance's sockets the wait.
pub async fn withdraw(transaction: &DatabaseTransaction, user_id: i64) -> Result<()> {
    store::sign_in::raise_access_revision(transaction, user_id).await
}

/// Has this instance look at once.
pub fn tell(app: &App) {
    app.access_revisions.nudge();
}

/// Looks until it is told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    let mut failing_since = None;
    loop {
        select! {
            () = stop.cancelled() => return,
            () = app.access_revisions.nudged() => {}
            () = sleep(EVERY) => {}
        }
        failing_since = match look(&app).await {
            Ok(()) => None,
            Err(error) => Some(failed(&app, failing_since, &error)),
        };
    }
}

/// Since when it has failed.
fn failed(app: &App, since: Option<Instant>, error: &Error) -> Instant {
    let since = since.unwrap_or_else(|| {
        tracing::warn!(
            error = error.for_log(),
            "whose access was withdrawn cannot be read; sockets go on for a minute"
        );
        Instant::now()
    });
    if since.elapsed() >= TRUST {
        tracing::warn!(
            error = error.for_log(),
            "whose access was withdrawn has not been read for a minute; sockets end"
        );
        app.access_revisions.lose();
    }
    since
}

/// Sends no statement when nobody is connected.
async fn look(app: &App) -> Result<()> {
    for users in app.access_revisions.keys().chunks(CHUNK) {
        let statements = app.database.read(Arc::default());
        let scope = Scope::job_runner();
        let read = timeout(ANSWER_WITHIN, store::access_revisions(&scope, &statements, users));
        let revisions = read.await.map_err(Error::internal)??;
        for user in users {
            // A user who is no more has had everything withdrawn.
            app.access_revisions.observe(*user, revisions.get(user).copied().unwrap_or(i64::MAX));
        }
    }
    Ok(())
}
