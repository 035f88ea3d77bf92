//! Which accounts are due: the newest sessions of each every `sync_interval`, everything that Shopee lists once a day, since it
//! corrects figures of ended sessions for days.

use std::{collections::HashSet, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Reach, ask_for, statements};
use crate::{
    account, app::App, database::sparse::Read as _, error::Result, identity::scope::Scope, session::store::jobs,
};

/// How often everything is compared.
const ALL_EVERY: TimeDelta = TimeDelta::hours(24);

/// Asks for a job of every active account that is due, whichever instance asked for its last one.
pub(super) async fn ask_for_what_is_due(app: &App, every: Duration) {
    match due(app, every).await {
        Ok(due) => ask_for_each(app, due).await,
        Err(error) => {
            let error = error.for_log();
            tracing::error!(error, "the accounts to sync could not be read; the next run tries again");
        }
    }
}

/// Asks for a job of each of these accounts; one that fails does not stop the others.
pub(super) async fn ask_for_each(app: &App, accounts: impl IntoIterator<Item = (i64, Reach)>) {
    for (account_id, reach) in accounts {
        if let Err(error) = ask_for(app, &Scope::job_runner(), account_id, reach, None).await {
            let error = error.for_log();
            tracing::warn!(error, account_id, "an account's sync could not be asked for; the next run tries again");
        }
    }
}

async fn due(app: &App, every: Duration) -> Result<Vec<(i64, Reach)>> {
    let (scope, statements, now) = (Scope::job_runner(), statements(app), app.clock.now());
    let kinds = Reach::BOTH.map(Reach::kind);
    let asked = jobs::accounts_with_jobs(&scope, &statements, &kinds, Some(lately(now, every)), None).await?;
    let all = jobs::accounts_with_jobs(&scope, &statements, &kinds[..1], None, Some(now - ALL_EVERY)).await?;
    let (asked, all) = (HashSet::<i64>::from_iter(asked), HashSet::<i64>::from_iter(all));
    let mut due = Vec::new();
    for row in account::store::active_accounts(&scope, &statements).await? {
        let id = *row.id.read()?;
        if !asked.contains(&id) {
            due.push((id, if all.contains(&id) { Reach::Newest } else { Reach::All }));
        }
    }
    Ok(due)
}

/// Somewhat less than an interval ago, so that one instance does not find its own last round too young.
fn lately(now: DateTime<Utc>, every: Duration) -> DateTime<Utc> {
    let interval = TimeDelta::from_std(every.mul_f64(0.9)).unwrap_or(ALL_EVERY);
    now.checked_sub_signed(interval).unwrap_or(now)
}
