//! Connecting a Shopee account to a studio with a credential at hand: Shopee is asked whose it is before anything is kept.
//!
//! Two steps, so that a caller can make the studio, or end a login, in the same transaction as the account: a credential that
//! Shopee does not accept then leaves nothing behind.

use sea_orm::DatabaseTransaction;
use shopee::{Account, Credential, Region, UserInfo};

use super::{
    credential::{self, Owner},
    store::change,
};
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

/// A credential that Shopee accepts, and whose it is.
pub struct Identified<'a> {
    region: Region,
    credential: &'a Credential,
    user: UserInfo,
}

/// Asks Shopee whose the credential is.
pub async fn identify<'a>(
    shopee: &shopee::Client,
    region: Region,
    credential: &'a Credential,
) -> Result<Identified<'a>, shopee::Error> {
    // No account yet, so no key: calls of accounts that are being connected share one rate.
    let user = shopee.user_info(&Account { key: 0, region, credential }).await?;
    Ok(Identified { region, credential, user })
}

impl Identified<'_> {
    /// Stores the account in this studio, its credential sealed, and returns the account's key; `None` when it is another
    /// studio's.
    pub async fn store(
        &self,
        app: &App,
        scope: &Scope,
        actor: &Actor,
        transaction: &DatabaseTransaction,
        studio_id: i64,
    ) -> Result<Option<i64>> {
        let owner = Owner { studio_id, region: self.region, shopee_user_id: self.user.user_id };
        let sealed = credential::seal(&app.config.credential_keys, owner, self.credential)?;
        let now = app.clock.now();
        let before = change::account_of(scope, transaction, owner).await?;
        change::connect_account(scope, transaction, owner, &self.user, sealed, now).await?;
        let Some(account) = change::account_of(scope, transaction, owner).await? else { return Ok(None) };
        let entry = Entry::in_studio(Action::ShopeeAccountConnected, studio_id, Kind::ShopeeAccount, account.id);
        let entry = entry.after(change::standing(&account))?;
        let entry = match before {
            Some(before) => entry.before(change::standing(&before))?,
            None => entry,
        };
        audit::record(scope, transaction, actor, entry, now).await?;
        Ok(Some(account.id))
    }
}

/// Connects the account that the credential belongs to with a studio that is there, and returns the account's key. For whoever
/// runs the gateway's commands.
pub async fn connect(app: &App, scope: &Scope, studio_id: i64, region: Region, credential: &Credential) -> Result<i64> {
    let account = identify(&app.shopee, region, credential).await.map_err(|error| Error::from(&error))?;
    let transaction = app.database.write().await?;
    let stored = account.store(app, scope, &Actor::gateway(), &transaction, studio_id).await?;
    let account_id = stored.ok_or_else(of_another_studio)?;
    transaction.commit().await?;
    Ok(account_id)
}

/// What to say of an account that cannot be connected, since another studio has it.
pub fn of_another_studio() -> Error {
    Error::invalid_input("credential", "belongs to an account that another studio has connected")
}
