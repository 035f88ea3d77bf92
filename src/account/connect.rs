//! Connecting a Shopee account to a studio with a credential at hand: Shopee is asked whose it is before anything is kept.
//!
//! Two steps, so that a caller can make the studio in the same transaction as the account: a credential that Shopee does not
//! accept then leaves nothing behind.

use sea_orm::DatabaseTransaction;
use shopee::{Account, Credential, Region, UserInfo};

use super::{
    credential::{self, Owner},
    store,
};
use crate::{
    app::App,
    error::{Error, Result},
    identity::scope::Scope,
};

/// A credential that Shopee accepts, and whose it is.
pub struct Identified<'a> {
    region: Region,
    credential: &'a Credential,
    user: UserInfo,
}

/// Asks Shopee whose the credential is.
pub async fn identify<'a>(app: &App, region: Region, credential: &'a Credential) -> Result<Identified<'a>> {
    // No account yet, so no key: calls of accounts that are being connected share one rate.
    let answer = app.shopee.user_info(&Account { key: 0, region, credential }).await;
    let user = answer.map_err(|error| Error::from(&error))?;
    Ok(Identified { region, credential, user })
}

impl Identified<'_> {
    /// Stores the account in this studio, its credential sealed, and returns the account's key.
    pub async fn store(
        &self,
        app: &App,
        scope: &Scope,
        transaction: &DatabaseTransaction,
        studio_id: i64,
    ) -> Result<i64> {
        let owner = Owner { studio_id, region: self.region, shopee_user_id: self.user.user_id };
        let sealed = credential::seal(&app.config.credential_key, owner, self.credential)?;
        let now = app.clock.now();
        let stored = store::connect_account(scope, transaction, owner, &self.user, sealed, now).await?;
        let taken = "belongs to an account that another studio has connected";
        stored.ok_or_else(|| Error::invalid_input("credential", taken))
    }
}

/// Connects the account that the credential belongs to with a studio that is there, and returns the account's key.
pub async fn connect(app: &App, scope: &Scope, studio_id: i64, region: Region, credential: &Credential) -> Result<i64> {
    let account = identify(app, region, credential).await?;
    let transaction = app.database.write().await?;
    let account_id = account.store(app, scope, &transaction, studio_id).await?;
    transaction.commit().await?;
    Ok(account_id)
}
