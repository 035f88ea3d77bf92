//! Storing: what becomes of an account's row.

use chrono::{DateTime, Utc};
use entity::shopee_account::{self, Column, SealedCredential, Status};
use sea_orm::{
    ActiveEnum as _,
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    sea_query::{Expr, OnConflict},
};
use serde_json::{Value, json};
use shopee::UserInfo;

use crate::{
    account::{credential::Owner, sealing::Sealed},
    error::Result,
    identity::scope::Scope,
};

/// What the audit log tells of an account: nothing that lets anybody act as it.
pub fn standing(account: &shopee_account::Model) -> Value {
    json!({ "status": account.status.to_value(), "username": account.username })
}

/// An account within a transaction, all columns.
pub async fn account(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    account_id: i64,
) -> Result<Option<shopee_account::Model>> {
    let query = scope.restrict(shopee_account::Entity::find_by_id(account_id), Column::StudioId);
    Ok(query.one(transaction).await?)
}

/// A studio's account by whose it is on Shopee.
pub async fn account_of(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    owner: Owner,
) -> Result<Option<shopee_account::Model>> {
    let query = scope
        .restrict(shopee_account::Entity::find(), Column::StudioId)
        .filter(Column::Region.eq(owner.region.code()))
        .filter(Column::ShopeeUserId.eq(owner.shopee_user_id));
    Ok(query.filter(Column::StudioId.eq(owner.studio_id)).one(transaction).await?)
}

/// Stores a connected account, or a new credential for one that this studio has connected before. Changes nothing when another
/// studio has it: an account belongs to one studio.
pub async fn connect_account(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    owner: Owner,
    user: &UserInfo,
    credential: Sealed,
    now: DateTime<Utc>,
) -> Result<()> {
    scope.require(owner.studio_id)?;
    let row = shopee_account::ActiveModel {
        studio_id: Set(owner.studio_id),
        region: Set(owner.region.code().to_owned()),
        shopee_user_id: Set(owner.shopee_user_id),
        username: Set(user.user_name.clone()),
        avatar: Set(user.avatar.clone()),
        status: Set(Status::Active),
        credential: Set(Some(SealedCredential(credential.bytes))),
        credential_key_id: Set(Some(credential.key_id)),
        signed_out_at: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    let mut conflict = OnConflict::columns([Column::Region, Column::ShopeeUserId]);
    conflict
        .update_columns([
            Column::Username,
            Column::Avatar,
            Column::Status,
            Column::Credential,
            Column::CredentialKeyId,
            Column::SignedOutAt,
            Column::UpdatedAt,
        ])
        .action_and_where(Expr::col((shopee_account::Entity, Column::StudioId)).eq(owner.studio_id));
    shopee_account::Entity::insert(row).on_conflict(conflict).exec_without_returning(transaction).await?;
    Ok(())
}

/// Notes when an account's sessions were last stored.
pub async fn set_synced(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    account_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let query = shopee_account::Entity::update_many()
        .col_expr(Column::SyncedAt, Expr::value(now))
        .filter(Column::Id.eq(account_id));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// Notes that Shopee no longer accepts an account's credential, unless it has been replaced meanwhile or that is known. Whether
/// there was something to note.
pub async fn mark_signed_out(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    account_id: i64,
    refused: &SealedCredential,
    now: DateTime<Utc>,
) -> Result<bool> {
    let query = shopee_account::Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::SignedOut.to_value()))
        .col_expr(Column::SignedOutAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(account_id))
        .filter(Column::Status.eq(Status::Active))
        .filter(Column::Credential.eq(refused.clone()));
    Ok(scope.restrict(query, Column::StudioId).exec(transaction).await?.rows_affected > 0)
}

/// Notes that Shopee accepts an account's credential, and what it calls the account, unless the credential has been replaced
/// meanwhile.
pub async fn mark_signed_in(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    account_id: i64,
    accepted: &SealedCredential,
    user: &UserInfo,
    now: DateTime<Utc>,
) -> Result<()> {
    let query = shopee_account::Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Active.to_value()))
        .col_expr(Column::SignedOutAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::Username, Expr::value(user.user_name.clone()))
        .col_expr(Column::Avatar, Expr::value(user.avatar.clone()))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(account_id))
        .filter(Column::Credential.eq(accepted.clone()));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// Removes an account's credential; the account and its history stay.
pub async fn remove_credential(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    account_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let signed_out_at = Expr::col(Column::SignedOutAt).if_null(now);
    let query = shopee_account::Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::SignedOut.to_value()))
        .col_expr(Column::SignedOutAt, signed_out_at)
        .col_expr(Column::Credential, Expr::value(None::<SealedCredential>))
        .col_expr(Column::CredentialKeyId, Expr::value(None::<String>))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(account_id));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// Puts a credential that was encrypted anew in the place of what it was, unless that has been replaced meanwhile. Whether it did.
pub async fn replace_sealed(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    account_id: i64,
    former: &SealedCredential,
    sealed: Sealed,
) -> Result<bool> {
    let query = shopee_account::Entity::update_many()
        .col_expr(Column::Credential, Expr::value(SealedCredential(sealed.bytes)))
        .col_expr(Column::CredentialKeyId, Expr::value(sealed.key_id))
        .filter(Column::Id.eq(account_id))
        .filter(Column::Credential.eq(former.clone()));
    Ok(scope.restrict(query, Column::StudioId).exec(transaction).await?.rows_affected > 0)
}
