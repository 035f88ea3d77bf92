//! An account whose credential Shopee no longer accepts: noted once, so that nobody goes on presenting it.

use super::{access::Access, store};
use crate::{app::App, error::Result, identity::scope::Scope};

/// Notes that the account is signed out, if that is what this error says. One call's refusal may be a fault of that call, so
/// Shopee is asked who the account is before anything is noted.
pub async fn note(app: &App, access: &Access, error: &shopee::Error) {
    if !is_signed_out(error) {
        return;
    }
    let identity = app.shopee.user_info(&access.account()).await;
    if !identity.as_ref().is_err_and(is_signed_out) {
        return;
    }
    match mark(app, access).await {
        Ok(()) => tracing::warn!(account_id = access.account_id, "Shopee no longer accepts an account's credential"),
        Err(error) => tracing::error!(error = error.for_log(), "that an account is signed out could not be stored"),
    }
}

fn is_signed_out(error: &shopee::Error) -> bool {
    matches!(error, shopee::Error::SignedOut { .. })
}

async fn mark(app: &App, access: &Access) -> Result<()> {
    let transaction = app.database.write().await?;
    let (scope, now) = (Scope::job_runner(), app.clock.now());
    store::mark_signed_out(&scope, &transaction, access.account_id, &access.sealed, now).await?;
    Ok(transaction.commit().await?)
}
