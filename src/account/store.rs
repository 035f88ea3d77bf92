//! Every query of the account room.

use chrono::{DateTime, Utc};
use entity::shopee_account::{self, SealedCredential};
use sea_orm::{
    ActiveEnum as _,
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, ExprTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use shopee::UserInfo;

use super::credential::Owner;
use crate::{
    database::{Statements, sparse},
    error::Result,
    graphql::page::Slice,
    identity::scope::Scope,
};

pub type AccountRow = shopee_account::ActiveModel;

/// What an account's row is read with when nobody says otherwise: all but the credential.
pub const ACCOUNT_COLUMNS: &[shopee_account::Column] = {
    use shopee_account::Column::*;
    &[
        Id,
        StudioId,
        Region,
        ShopeeUserId,
        Username,
        DisplayName,
        Avatar,
        Status,
        SignedOutAt,
        SyncedAt,
        CreatedAt,
        UpdatedAt,
    ]
};

/// What it takes to act as an account.
const ACCESS_COLUMNS: &[shopee_account::Column] = {
    use shopee_account::Column::*;
    &[Id, StudioId, Region, ShopeeUserId, Username, Status, Credential]
};

pub async fn accounts(
    scope: &Scope,
    statements: &Statements,
    keys: &[i64],
    columns: &[shopee_account::Column],
) -> Result<Vec<AccountRow>> {
    let query = scope.restrict(shopee_account::Entity::find(), shopee_account::Column::StudioId);
    let query = query.filter(shopee_account::Column::Id.is_in(keys.iter().copied()));
    Ok(sparse::read(query, columns, statements).await?)
}

/// The rows that hold what it takes to act as these accounts.
pub async fn accesses(scope: &Scope, statements: &Statements, keys: &[i64]) -> Result<Vec<AccountRow>> {
    accounts(scope, statements, keys, ACCESS_COLUMNS).await
}

/// Accounts of a studio, oldest first.
pub async fn accounts_of(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    slice: Slice,
) -> Result<Vec<AccountRow>> {
    use shopee_account::Column;
    let mut query =
        scope.restrict(shopee_account::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    if let Some(cursor) = slice.after {
        query = query.filter(Column::Id.gt(cursor.key));
    }
    if let Some(cursor) = slice.before {
        query = query.filter(Column::Id.lt(cursor.key));
    }
    let query = if slice.backward { query.order_by_desc(Column::Id) } else { query.order_by_asc(Column::Id) };
    Ok(sparse::read(query.limit(slice.rows_to_read()), ACCOUNT_COLUMNS, statements).await?)
}

pub async fn count_accounts_of(scope: &Scope, statements: &Statements, studio_id: i64) -> Result<i64> {
    use shopee_account::Column;
    let query = scope.restrict(shopee_account::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    Ok(i64::try_from(query.count(statements).await?).unwrap_or(i64::MAX))
}

/// Every account that Shopee takes calls from, for the job runner.
pub async fn active_accounts(scope: &Scope, statements: &Statements) -> Result<Vec<AccountRow>> {
    use shopee_account::{Column, Status};
    let query =
        scope.restrict(shopee_account::Entity::find(), Column::StudioId).filter(Column::Status.eq(Status::Active));
    Ok(sparse::read(query.order_by_asc(Column::Id), ACCOUNT_COLUMNS, statements).await?)
}

/// Stores a connected account, or a new credential for one that this studio has connected before. `None` when another studio
/// has it: an account belongs to one studio.
pub async fn connect_account(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    owner: Owner,
    user: &UserInfo,
    credential: SealedCredential,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    use shopee_account::Column;
    scope.require(owner.studio_id)?;
    let row = shopee_account::ActiveModel {
        studio_id: Set(owner.studio_id),
        region: Set(owner.region.code().to_owned()),
        shopee_user_id: Set(owner.shopee_user_id),
        username: Set(user.user_name.clone()),
        avatar: Set(user.avatar.clone()),
        status: Set(shopee_account::Status::Active),
        credential: Set(Some(credential)),
        credential_key_id: Set(Some(super::credential::KEY_ID.to_owned())),
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
    let query = shopee_account::Entity::find()
        .filter(Column::Region.eq(owner.region.code()))
        .filter(Column::ShopeeUserId.eq(owner.shopee_user_id));
    let stored = query.filter(Column::StudioId.eq(owner.studio_id)).one(transaction).await?;
    Ok(stored.map(|account| account.id))
}

/// Notes when an account's sessions were last stored.
pub async fn set_synced(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    account_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    use shopee_account::Column;
    let query = shopee_account::Entity::update_many()
        .col_expr(Column::SyncedAt, Expr::value(now))
        .filter(Column::Id.eq(account_id));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// Notes that Shopee no longer accepts an account's credential, unless it has been replaced meanwhile.
pub async fn mark_signed_out(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    account_id: i64,
    refused: &SealedCredential,
    now: DateTime<Utc>,
) -> Result<()> {
    use shopee_account::{Column, Status};
    let query = shopee_account::Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::SignedOut.to_value()))
        .col_expr(Column::SignedOutAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(account_id))
        .filter(Column::Status.eq(Status::Active))
        .filter(Column::Credential.eq(refused.clone()));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}
