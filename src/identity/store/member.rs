//! Members of studios.

use chrono::{DateTime, Utc};
use entity::{
    membership::{self, Column, Role},
    studio, user,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, SqlErr, sea_query::LockType,
};

use crate::{
    database::{Statements, sparse},
    error::Result,
    graphql::page::Slice,
    identity::{names::Email, scope::Scope},
};

pub type UserRow = user::ActiveModel;

/// What colleagues see of a user.
const USER_COLUMNS: &[user::Column] = {
    use user::Column::*;
    &[Id, Email, DisplayName]
};

/// Waits until no other change of the studio is under way, and keeps others waiting until the transaction's end. On SQLite,
/// which has one writer, that is so anyway.
pub async fn take_turn(scope: &Scope, transaction: &DatabaseTransaction, studio_id: i64) -> Result<()> {
    let query = scope.restrict(studio::Entity::find_by_id(studio_id), studio::Column::Id);
    // Not `FOR UPDATE`, which would also hold up whoever inserts a row that names the studio.
    query
        .select_only()
        .column(studio::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple::<i64>()
        .one(transaction)
        .await?;
    Ok(())
}

/// A user's place in a studio.
pub async fn of_user(
    scope: &Scope,
    connection: &impl ConnectionTrait,
    studio_id: i64,
    user_id: i64,
) -> Result<Option<membership::Model>> {
    let query = scope.restrict(membership::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    Ok(query.filter(Column::UserId.eq(user_id)).one(connection).await?)
}

/// Whether somebody owns a studio now. `None`, a user who is no more, owns nothing.
pub async fn owns(
    scope: &Scope,
    connection: &impl ConnectionTrait,
    studio_id: i64,
    user_id: Option<i64>,
) -> Result<bool> {
    let Some(user_id) = user_id else { return Ok(false) };
    let place = of_user(scope, connection, studio_id, user_id).await?;
    Ok(place.is_some_and(|place| place.role == Role::Owner))
}

/// Members by key; those out of scope are not among them.
pub async fn by_keys(scope: &Scope, connection: &impl ConnectionTrait, keys: &[i64]) -> Result<Vec<membership::Model>> {
    let query = scope.restrict(membership::Entity::find(), Column::StudioId);
    Ok(query.filter(Column::Id.is_in(keys.iter().copied())).all(connection).await?)
}

/// Members of a studio, those who joined first before the others.
pub async fn of_studio(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    slice: Slice,
) -> Result<Vec<membership::Model>> {
    let mut query = scope.restrict(membership::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    if let Some(cursor) = slice.after {
        query = query.filter(Column::Id.gt(cursor.key));
    }
    if let Some(cursor) = slice.before {
        query = query.filter(Column::Id.lt(cursor.key));
    }
    let query = if slice.backward { query.order_by_desc(Column::Id) } else { query.order_by_asc(Column::Id) };
    Ok(query.limit(slice.rows_to_read()).all(statements).await?)
}

pub async fn count_of_studio(scope: &Scope, statements: &Statements, studio_id: i64) -> Result<i64> {
    let query = scope.restrict(membership::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    Ok(i64::try_from(query.count(statements).await?).unwrap_or(i64::MAX))
}

/// How many owners a studio has.
pub async fn count_owners(scope: &Scope, transaction: &DatabaseTransaction, studio_id: i64) -> Result<u64> {
    let query = scope.restrict(membership::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    Ok(query.filter(Column::Role.eq(Role::Owner)).count(transaction).await?)
}

/// Whether one of a studio's members has this address.
pub async fn has_address(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    email: &Email,
) -> Result<bool> {
    let query = scope.restrict(membership::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    let query = query.inner_join(user::Entity).filter(user::Column::Email.eq(email.as_str()));
    Ok(query.count(transaction).await? > 0)
}

/// Makes a user a member; `None` for one who is already.
pub async fn insert(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    user_id: i64,
    role: Role,
    now: DateTime<Utc>,
) -> Result<Option<membership::Model>> {
    scope.require(studio_id)?;
    let row = membership::ActiveModel {
        user_id: Set(user_id),
        studio_id: Set(studio_id),
        role: Set(role),
        created_at: Set(now),
        ..Default::default()
    };
    match row.insert(transaction).await {
        Ok(row) => Ok(Some(row)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub async fn set_role(scope: &Scope, transaction: &DatabaseTransaction, key: i64, role: Role) -> Result<()> {
    use sea_orm::{ActiveEnum as _, sea_query::Expr};
    let query = membership::Entity::update_many().col_expr(Column::Role, Expr::value(role.to_value()));
    scope.restrict(query.filter(Column::Id.eq(key)), Column::StudioId).exec(transaction).await?;
    Ok(())
}

pub async fn delete(scope: &Scope, transaction: &DatabaseTransaction, key: i64) -> Result<()> {
    let query = membership::Entity::delete_many().filter(Column::Id.eq(key));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// What colleagues see of these users. Their keys come from rows that were read within a scope.
pub async fn users(_scope: &Scope, connection: &impl ConnectionTrait, keys: &[i64]) -> Result<Vec<UserRow>> {
    let query = user::Entity::find().filter(user::Column::Id.is_in(keys.iter().copied()));
    Ok(sparse::read(query, USER_COLUMNS, connection).await?)
}
