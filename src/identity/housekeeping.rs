//! Sign-ins that nothing can come of any more are forgotten some time later, with the refresh tokens that they have handed out.

use chrono::{DateTime, TimeDelta, Utc};

use super::store::sign_in;
use crate::{app::App, error::Result};

/// For how long a sign-in is known after it has ended or its last refresh token has expired: longer than any access token of it holds.
const KEEP: TimeDelta = TimeDelta::days(30);
/// Rows that one run takes out; the next takes the rest.
const ROWS: u64 = 5_000;

/// Takes out what is too old at this moment; how many.
pub async fn tidy(app: &App, now: DateTime<Utc>) -> Result<u64> {
    let transaction = app.database.write().await?;
    let removed = sign_in::forget_over(&transaction, now - KEEP, ROWS).await?;
    transaction.commit().await?;
    Ok(removed)
}
