//! Ending sign-ins, and what ends them: leaving, and another password.

use chrono::{DateTime, Utc};
use entity::user::PasswordHash;
use sea_orm::DatabaseTransaction;

use super::{
    actor::Actor,
    audit::{self, Action, Entry},
    names::Email,
    password::Password,
    revocations,
    scope::{Scope, Viewer},
    sign_in::{Desk, check},
    store::sign_in::{self as rows, Which},
};
use crate::{app::App, error::Result};

/// Ends sign-ins of a viewer. How many there were to end.
pub async fn sign_out(app: &App, viewer: &Viewer, actor: &Actor, action: Action, which: Which) -> Result<u64> {
    let (transaction, now) = (app.database.write().await?, app.clock.now());
    let ended = rows::end(&transaction, viewer.user_id, which, now).await?;
    let entry = Entry::of_user(action, viewer.user_id);
    audit::record(&Scope::of(viewer), &transaction, actor, entry, now).await?;
    transaction.commit().await?;
    revocations::tell(app);
    Ok(ended)
}

/// Gives a viewer another password, and ends all their other sign-ins. How many; `None` if the current password is not theirs.
pub async fn change_password(
    desk: &Desk<'_>,
    viewer: &Viewer,
    email: &Email,
    current: Password,
    new: Password,
) -> Result<Option<u64>> {
    let (_, Some(checked)) = check(desk, email, current).await? else { return Ok(None) };
    let hash = desk.passwords.hash(new).await?;
    let (transaction, now) = (desk.app.database.write().await?, desk.app.clock.now());
    if !rows::replace_password(&transaction, viewer.user_id, &checked.against, hash).await? {
        return Ok(None);
    }
    let others = viewer.sign_in_id.map_or(Which::All, Which::AllBut);
    let ended = rows::end(&transaction, viewer.user_id, others, now).await?;
    let entry = Entry::of_user(Action::PasswordChanged, viewer.user_id);
    audit::record(&Scope::of(viewer), &transaction, &desk.actor, entry, now).await?;
    transaction.commit().await?;
    revocations::tell(desk.app);
    Ok(Some(ended))
}

/// Gives a user a password without asking for the old one, and ends all their sign-ins: for an operator of the gateway.
pub async fn set_password(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    user_id: i64,
    hash: PasswordHash,
    now: DateTime<Utc>,
) -> Result<u64> {
    rows::set_password(transaction, user_id, hash).await?;
    let ended = rows::end(transaction, user_id, Which::All, now).await?;
    let entry = Entry::of_user(Action::PasswordChanged, user_id);
    audit::record(scope, transaction, &Actor::gateway(), entry, now).await?;
    Ok(ended)
}
