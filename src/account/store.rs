//! Every query of the account room.

pub mod change;

use entity::shopee_account;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

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

/// More accounts than any studio has.
const MOST_WATCHED: u64 = 1_000;

/// What it takes to act as an account.
const ACCESS_COLUMNS: &[shopee_account::Column] = {
    use shopee_account::Column::*;
    &[Id, StudioId, Region, ShopeeUserId, Username, Status, Credential, CredentialKeyId]
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

/// The accounts of a studio, oldest first, as they stand now: for whoever watches them.
pub async fn all_accounts_of(scope: &Scope, statements: &Statements, studio_id: i64) -> Result<Vec<AccountRow>> {
    use shopee_account::Column;
    let query = scope.restrict(shopee_account::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    let query = query.order_by_asc(Column::Id).limit(MOST_WATCHED);
    Ok(sparse::read(query, ACCOUNT_COLUMNS, statements).await?)
}

/// The first accounts after this one that hold a credential, by their keys, for the job runner.
pub async fn with_credential(scope: &Scope, statements: &Statements, after: i64, most: u64) -> Result<Vec<i64>> {
    use shopee_account::Column;
    let query = scope.restrict(shopee_account::Entity::find(), Column::StudioId).filter(Column::Id.gt(after));
    let query = query.filter(Column::Credential.is_not_null()).order_by_asc(Column::Id).limit(most);
    Ok(query.select_only().column(Column::Id).into_tuple().all(statements).await?)
}
