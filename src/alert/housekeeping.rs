//! Alerts that have long been over are forgotten; what is open stays, however old.

use chrono::{DateTime, TimeDelta, Utc};

use super::store;
use crate::{app::App, error::Result, identity::scope::Scope};

/// For how long an alert is known after it was over.
const KEEP: TimeDelta = TimeDelta::days(90);
/// Rows that one run takes out; the next takes the rest.
const ROWS: u64 = 5_000;

/// Takes out what is too old at this moment; how many.
pub async fn tidy(app: &App, now: DateTime<Utc>) -> Result<u64> {
    let transaction = app.database.write().await?;
    let removed = store::forget_cleared(&Scope::job_runner(), &transaction, now - KEEP, ROWS).await?;
    transaction.commit().await?;
    Ok(removed)
}
