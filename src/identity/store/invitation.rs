//! Invitations.

use chrono::{DateTime, Utc};
use entity::invitation::{self, Column};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    PaginatorTrait as _, QueryFilter, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use crate::{
    database::{Statements, sparse},
    error::Result,
    graphql::page::Slice,
    identity::{names::Email, scope::Scope},
};

pub type InvitationRow = invitation::ActiveModel;

/// All but the hash of the token.
const COLUMNS: &[Column] = {
    use Column::*;
    &[Id, StudioId, Email, Role, InvitedBy, CreatedAt, ExpiresAt, AcceptedAt, RevokedAt]
};

/// Those that can be accepted at this instant.
fn open<Q: QueryFilter>(query: Q, now: DateTime<Utc>) -> Q {
    query.filter(Column::AcceptedAt.is_null()).filter(Column::RevokedAt.is_null()).filter(Column::ExpiresAt.gt(now))
}

/// Invitations by key; those out of scope are not among them.
pub async fn by_keys(scope: &Scope, connection: &impl ConnectionTrait, keys: &[i64]) -> Result<Vec<InvitationRow>> {
    let query = scope.restrict(invitation::Entity::find(), Column::StudioId);
    Ok(sparse::read(query.filter(Column::Id.is_in(keys.iter().copied())), COLUMNS, connection).await?)
}

/// Invitations of a studio, the newest first.
pub async fn of_studio(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    slice: Slice,
) -> Result<Vec<InvitationRow>> {
    let mut query = scope.restrict(invitation::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    if let Some(cursor) = slice.after {
        query = query.filter(Column::Id.lt(cursor.key));
    }
    if let Some(cursor) = slice.before {
        query = query.filter(Column::Id.gt(cursor.key));
    }
    let query = if slice.backward { query.order_by_asc(Column::Id) } else { query.order_by_desc(Column::Id) };
    Ok(sparse::read(query.limit(slice.rows_to_read()), COLUMNS, statements).await?)
}

pub async fn count_of_studio(scope: &Scope, statements: &Statements, studio_id: i64) -> Result<i64> {
    let query = scope.restrict(invitation::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    Ok(i64::try_from(query.count(statements).await?).unwrap_or(i64::MAX))
}

/// The invitation that a token stands for, if it can be accepted. Whoever has the token needs no scope to find it.
pub async fn by_token(
    _scope: &Scope,
    statements: &Statements,
    token_hash: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<Option<invitation::Model>> {
    let query = invitation::Entity::find().filter(Column::TokenHash.eq(token_hash));
    Ok(open(query, now).one(statements).await?)
}

/// The open invitations of a studio for an address.
pub async fn open_for(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    email: &Email,
    now: DateTime<Utc>,
) -> Result<Vec<InvitationRow>> {
    let query = scope.restrict(invitation::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    let query = open(query.filter(Column::Email.eq(email.as_str())), now);
    Ok(sparse::read(query, COLUMNS, transaction).await?)
}

pub async fn insert(scope: &Scope, transaction: &DatabaseTransaction, row: InvitationRow) -> Result<invitation::Model> {
    scope.require(*sparse::Read::read(&row.studio_id)?)?;
    Ok(row.insert(transaction).await?)
}

/// Marks an open invitation as revoked; `false` if it is not open any more.
pub async fn revoke(scope: &Scope, transaction: &DatabaseTransaction, key: i64, now: DateTime<Utc>) -> Result<bool> {
    mark(scope, transaction, key, Column::RevokedAt, now).await
}

/// Marks an open invitation as accepted; `false` if it is not open any more: only one can accept it.
pub async fn accept(scope: &Scope, transaction: &DatabaseTransaction, key: i64, now: DateTime<Utc>) -> Result<bool> {
    mark(scope, transaction, key, Column::AcceptedAt, now).await
}

async fn mark(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    key: i64,
    column: Column,
    now: DateTime<Utc>,
) -> Result<bool> {
    let query = invitation::Entity::update_many().col_expr(column, Expr::value(now)).filter(Column::Id.eq(key));
    let marked = scope.restrict(open(query, now), Column::StudioId).exec(transaction).await?;
    Ok(marked.rows_affected == 1)
}
