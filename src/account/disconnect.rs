//! Disconnecting an account: its credential is removed, what is stored of it stays.

use super::store::{self, change::standing};
use crate::{
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        audit::{Action, Entry},
        change::Change,
    },
};

/// Removes an account's credential. Nothing happens to one that has none.
pub async fn disconnect(change: Change, account_id: i64) -> Result<()> {
    let Change { scope, transaction, studio_id, now, .. } = &change;
    let before = store::change::account(scope, transaction, account_id).await?;
    let before = before.ok_or_else(|| Error::not_found("account"))?;
    if before.credential.is_none() {
        return Ok(());
    }
    store::change::remove_credential(scope, transaction, account_id, *now).await?;
    let after = store::change::account(scope, transaction, account_id).await?;
    let after = after.ok_or_else(|| Error::not_found("account"))?;
    let entry = Entry::in_studio(Action::ShopeeAccountDisconnected, *studio_id, Kind::ShopeeAccount, account_id);
    let entry = entry.before(standing(&before))?.after(standing(&after))?;
    change.record(entry).await?;
    change.commit().await
}
