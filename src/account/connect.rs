//! Connecting a Shopee account to a studio with a credential at hand: Shopee is asked whose it is before it is kept.

use shopee::{Account, Credential, Region};

use super::{
    credential::{self, Owner},
    scope::Scope,
    store,
};
use crate::{
    app::App,
    error::{Error, Result},
};

/// Stores the account that the credential belongs to, sealed, and returns its key.
pub async fn connect(app: &App, scope: &Scope, studio_id: i64, region: Region, credential: &Credential) -> Result<i64> {
    // No account yet, so no key: calls of accounts that are being connected share one rate.
    let answer = app.shopee.user_info(&Account { key: 0, region, credential }).await;
    let user = answer.map_err(|error| Error::from(&error))?;
    let owner = Owner { studio_id, region, shopee_user_id: user.user_id };
    let sealed = credential::seal(&app.config.credential_key, owner, credential)?;
    let transaction = app.database.write().await?;
    let connected = store::connect_account(scope, &transaction, owner, &user, sealed, app.clock.now()).await?;
    let account_id = connected
        .ok_or_else(|| Error::invalid_input("credential", "belongs to an account that another studio has connected"))?;
    transaction.commit().await?;
    Ok(account_id)
}
