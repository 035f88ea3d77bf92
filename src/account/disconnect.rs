//! Disconnecting an account: its credential is removed, what is stored of it stays.

use super::store::change;
use crate::{
    app::App,
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{self, Action, Entry},
        scope::Scope,
    },
};

/// Removes an account's credential. Nothing happens to one that has none.
pub async fn disconnect(app: &App, scope: &Scope, actor: &Actor, account_id: i64) -> Result<()> {
    let (transaction, now) = (app.database.write().await?, app.clock.now());
    let before = change::account(scope, &transaction, account_id).await?;
    let before = before.ok_or_else(|| Error::not_found("account"))?;
    if before.credential.is_none() {
        return Ok(());
    }
    change::remove_credential(scope, &transaction, account_id, now).await?;
    let after = change::account(scope, &transaction, account_id).await?;
    let after = after.ok_or_else(|| Error::not_found("account"))?;
    let entry = Entry::in_studio(Action::ShopeeAccountDisconnected, before.studio_id, Kind::ShopeeAccount, account_id);
    let entry = entry.before(change::standing(&before))?.after(change::standing(&after))?;
    audit::record(scope, &transaction, actor, entry, now).await?;
    Ok(transaction.commit().await?)
}
