//! An account whose credential Shopee no longer accepts: noted once, so that nobody goes on presenting it.

use entity::shopee_account::Status;

use super::{access::Access, store::change};
use crate::{
    app::App,
    error::Result,
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{self, Action, Entry},
        scope::Scope,
    },
};

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
        Ok(true) => tracing::warn!(account_id = access.account_id, "Shopee no longer accepts an account's credential"),
        Ok(false) => {}
        Err(error) => tracing::error!(error = error.for_log(), "that an account is signed out could not be stored"),
    }
}

/// The same for an outcome, which it gives back.
pub async fn noted<T>(app: &App, access: &Access, outcome: Result<T, shopee::Error>) -> Result<T, shopee::Error> {
    if let Err(error) = &outcome {
        note(app, access, error).await;
    }
    outcome
}

/// Whether this error says that the credential counts no more.
pub fn is_signed_out(error: &shopee::Error) -> bool {
    matches!(error, shopee::Error::SignedOut { .. })
}

async fn mark(app: &App, access: &Access) -> Result<bool> {
    let (transaction, scope, now) = (app.database.write().await?, Scope::job_runner(), app.clock.now());
    let Some(before) = change::account(&scope, &transaction, access.account_id).await? else { return Ok(false) };
    if !change::mark_signed_out(&scope, &transaction, access.account_id, &access.sealed, now).await? {
        return Ok(false);
    }
    let mut after = before.clone();
    after.status = Status::SignedOut;
    let entry = Entry::in_studio(Action::AccountSignedOut, before.studio_id, Kind::ShopeeAccount, before.id);
    let entry = entry.before(change::standing(&before))?.after(change::standing(&after))?;
    audit::record(&scope, &transaction, &Actor::gateway(), entry, now).await?;
    transaction.commit().await?;
    Ok(true)
}
