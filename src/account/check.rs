//! Asking Shopee whether an account's credential still counts, and what the account is called.

use entity::shopee_account::{self, Status};
use sea_orm::DatabaseTransaction;
use shopee::UserInfo;

use super::{access::Access, signed_out, store, store::change};
use crate::{
    app::App,
    database::Statements,
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{self, Action, Entry},
        scope::Scope,
    },
};

/// Asks Shopee, and stores what has changed. Also a credential that Shopee refused before is presented once more: somebody wants
/// to know. Without one there is nothing to ask with.
pub async fn check(app: &App, scope: &Scope, statements: &Statements, actor: &Actor, account_id: i64) -> Result<()> {
    let rows = store::accesses(scope, statements, &[account_id]).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("account"))?;
    let Some(access) = Access::of_any(&app.config.credential_keys, row)? else { return Ok(()) };
    let answer = app.shopee.user_info(&access.account()).await;
    if let Some(error) = answer.as_ref().err().filter(|error| !signed_out::is_signed_out(error)) {
        return Err(Error::from(error));
    }
    let transaction = app.database.write().await?;
    let Some(before) = change::account(scope, &transaction, account_id).await? else { return Ok(()) };
    match answer.ok() {
        Some(user) if is_as_stored(&before, &user) => return Ok(()),
        Some(user) => {
            let accepted = &access.sealed;
            change::mark_signed_in(scope, &transaction, account_id, accepted, &user, app.clock.now()).await?;
        }
        None => {
            change::mark_signed_out(scope, &transaction, account_id, &access.sealed, app.clock.now()).await?;
        }
    }
    record(app, scope, &transaction, actor, &before).await?;
    Ok(transaction.commit().await?)
}

fn is_as_stored(account: &shopee_account::Model, user: &UserInfo) -> bool {
    account.status == Status::Active && account.username == user.user_name && account.avatar == user.avatar
}

/// Writes down what has changed, if anything has.
async fn record(
    app: &App,
    scope: &Scope,
    transaction: &DatabaseTransaction,
    actor: &Actor,
    before: &shopee_account::Model,
) -> Result<()> {
    let Some(after) = change::account(scope, transaction, before.id).await?.filter(|after| after != before) else {
        return Ok(());
    };
    let entry = Entry::in_studio(Action::ShopeeAccountChecked, before.studio_id, Kind::ShopeeAccount, before.id);
    let entry = entry.before(change::standing(before))?.after(change::standing(&after))?;
    audit::record(scope, transaction, actor, entry, app.clock.now()).await
}
