//! Every query of the account room.

use chrono::{DateTime, Utc};
use entity::{
    membership::{self, Role},
    shopee_account::{self, SealedCredential},
    studio, user,
};
use sea_orm::{
    ActiveEnum as _, ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, OnConflict},
};
use shopee::UserInfo;

use super::{
    credential::Owner,
    scope::{Membership, Scope, Viewer},
};
use crate::{
    database::{Statements, sparse},
    error::Result,
    graphql::page::Slice,
};

pub type StudioRow = studio::ActiveModel;
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

pub const STUDIO_COLUMNS: &[studio::Column] = {
    use studio::Column::*;
    &[Id, Name, TimeZone, CreatedAt, UpdatedAt]
};

/// The one function without a scope: it makes the viewer that scopes come from.
pub async fn viewer(statements: &Statements, user_id: i64) -> Result<Option<Viewer>> {
    let rows = user::Entity::find_by_id(user_id).find_with_related(membership::Entity).all(statements).await?;
    Ok(rows.into_iter().next().map(|(user, memberships)| Viewer {
        user_id: user.id,
        email: user.email,
        display_name: user.display_name,
        memberships: memberships.iter().map(|row| Membership { studio_id: row.studio_id, role: row.role }).collect(),
    }))
}

pub async fn studios(scope: &Scope, statements: &Statements, keys: &[i64]) -> Result<Vec<StudioRow>> {
    let query = scope.restrict(studio::Entity::find(), studio::Column::Id);
    let query = query.filter(studio::Column::Id.is_in(keys.iter().copied()));
    Ok(sparse::read(query, STUDIO_COLUMNS, statements).await?)
}

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

/// A user by e-mail address, for the operator's command line.
pub async fn user_by_email(
    _scope: &Scope,
    statements: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<user::Model>> {
    Ok(user::Entity::find().filter(user::Column::Email.eq(email.to_lowercase())).one(statements).await?)
}

/// The user with this e-mail address, made if there is none.
pub async fn ensure_user(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    email: &str,
    now: DateTime<Utc>,
) -> Result<i64> {
    if let Some(user) = user_by_email(scope, transaction, email).await? {
        return Ok(user.id);
    }
    let name = email.split('@').next().unwrap_or(email).to_owned();
    let user = user::ActiveModel {
        email: Set(email.to_lowercase()),
        display_name: Set(name),
        created_at: Set(now),
        ..Default::default()
    };
    Ok(user.insert(transaction).await?.id)
}

/// The studio of this name that the user owns, made if there is none.
pub async fn ensure_studio(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    owner: i64,
    name: &str,
    time_zone: chrono_tz::Tz,
    now: DateTime<Utc>,
) -> Result<i64> {
    let query = scope.restrict(studio::Entity::find(), studio::Column::Id).inner_join(membership::Entity);
    let query = query.filter(studio::Column::Name.eq(name)).filter(membership::Column::UserId.eq(owner));
    if let Some(studio) = query.filter(membership::Column::Role.eq(Role::Owner)).one(transaction).await? {
        return Ok(studio.id);
    }
    let row = studio::ActiveModel {
        name: Set(name.to_owned()),
        time_zone: Set(time_zone.name().to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    let studio_id = row.insert(transaction).await?.id;
    let row = membership::ActiveModel {
        user_id: Set(owner),
        studio_id: Set(studio_id),
        role: Set(Role::Owner),
        created_at: Set(now),
        ..Default::default()
    };
    row.insert(transaction).await?;
    Ok(studio_id)
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
