//! Readings that no dry run goes back to are forgotten.

use chrono::{DateTime, TimeDelta, Utc};

use super::store::readings;
use crate::{app::App, error::Result, identity::scope::Scope};

/// For how long a reading is kept: a dry run goes thirty days back, and wants to know what came before.
const KEEP: TimeDelta = TimeDelta::days(32);
/// Rows that one run takes out; the next takes the rest.
const ROWS: u64 = 5_000;

/// Takes out what is too old at this moment; how many.
pub async fn tidy(app: &App, now: DateTime<Utc>) -> Result<u64> {
    let transaction = app.database.write().await?;
    let removed = readings::forget(&Scope::job_runner(), &transaction, now - KEEP, ROWS).await?;
    transaction.commit().await?;
    Ok(removed)
}
