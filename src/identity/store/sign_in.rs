//! The rows behind signing in. Like `store::viewer` they come before there is a scope: what they find is somebody who asks for
//! one. Each function names the user or the sign-in it is about.
//!
//! Where several rows are changed, the user's comes first: two transactions then wait for each other and never in a circle.

use chrono::{DateTime, Utc};
use entity::{
    refresh_token,
    sign_in::{self, Kind},
    user::{self, PasswordHash},
};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait as _, FromQueryResult,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, RelationTrait as _,
    sea_query::{Expr, ExprTrait as _, JoinType, SimpleExpr},
};

use crate::{database::Statements, error::Result};

/// Whether a sign-in is this user's and has not ended.
pub(super) fn holds(sign_in_id: i64, user_id: i64) -> SimpleExpr {
    let query = sign_in::Entity::find_by_id(sign_in_id).select_only().column(sign_in::Column::Id);
    let query = query.filter(sign_in::Column::UserId.eq(user_id)).filter(sign_in::Column::EndedAt.is_null());
    Expr::exists(query.into_query())
}

/// What a password is checked against.
#[derive(FromQueryResult)]
pub struct Credentials {
    #[sea_orm(from_alias = "id")]
    pub user_id: i64,
    /// `None` for somebody who signs in otherwise.
    pub password_hash: Option<PasswordHash>,
}

pub async fn credentials(statements: &Statements, email: &str) -> Result<Option<Credentials>> {
    let query = user::Entity::find().filter(user::Column::Email.eq(email)).select_only();
    let query = query.columns([user::Column::Id, user::Column::PasswordHash]);
    Ok(query.into_model().one(statements).await?)
}

/// Puts a hash in the place of the one that a password was checked against. False if that is no longer the user's: then the
/// check is worth nothing.
pub async fn replace_password(
    transaction: &DatabaseTransaction,
    user_id: i64,
    checked: &PasswordHash,
    new: PasswordHash,
) -> Result<bool> {
    let update = user::Entity::update_many().col_expr(user::Column::PasswordHash, Expr::value(new));
    let update = update.filter(user::Column::Id.eq(user_id)).filter(user::Column::PasswordHash.eq(checked.clone()));
    Ok(update.exec(transaction).await?.rows_affected == 1)
}

/// Gives a user a password, whatever they had.
pub async fn set_password(transaction: &DatabaseTransaction, user_id: i64, new: PasswordHash) -> Result<()> {
    let update = user::Entity::update_many().col_expr(user::Column::PasswordHash, Expr::value(new));
    update.filter(user::Column::Id.eq(user_id)).exec(transaction).await?;
    Ok(())
}

pub async fn insert(
    transaction: &DatabaseTransaction,
    user_id: i64,
    kind: Kind,
    remote_address: Option<String>,
    now: DateTime<Utc>,
) -> Result<i64> {
    let row = sign_in::ActiveModel {
        user_id: Set(user_id),
        kind: Set(kind),
        remote_address: Set(remote_address),
        created_at: Set(now),
        last_used_at: Set(now),
        ..Default::default()
    };
    Ok(row.insert(transaction).await?.id)
}

/// Lets everything know that remembers what a user may see: it has become less.
pub async fn raise_access_revision(transaction: &DatabaseTransaction, user_id: i64) -> Result<()> {
    let revision = user::Column::AccessRevision;
    let update = user::Entity::update_many().col_expr(revision, Expr::col(revision).add(1));
    update.filter(user::Column::Id.eq(user_id)).exec(transaction).await?;
    Ok(())
}

/// Which sign-ins of a user are meant.
#[derive(Clone, Copy)]
pub enum Which {
    All,
    Only(i64),
    AllBut(i64),
    /// Those that began with a password.
    WithPassword,
}

/// Ends sign-ins of a user, and lets everything know that remembers what the user may see. How many there were to end.
pub async fn end(transaction: &DatabaseTransaction, user_id: i64, which: Which, now: DateTime<Utc>) -> Result<u64> {
    raise_access_revision(transaction, user_id).await?;
    let meant = match which {
        Which::All => Condition::all(),
        Which::Only(id) => Condition::all().add(sign_in::Column::Id.eq(id)),
        Which::WithPassword => Condition::all().add(sign_in::Column::Kind.eq(sign_in::Kind::Password)),
        Which::AllBut(id) => Condition::all().add(sign_in::Column::Id.ne(id)),
    };
    let update = sign_in::Entity::update_many().col_expr(sign_in::Column::EndedAt, Expr::value(now)).filter(meant);
    let update = update.filter(sign_in::Column::UserId.eq(user_id)).filter(sign_in::Column::EndedAt.is_null());
    Ok(update.exec(transaction).await?.rows_affected)
}

/// Notes that a sign-in led to another token. False if it has ended.
pub async fn touch(transaction: &DatabaseTransaction, sign_in_id: i64, now: DateTime<Utc>) -> Result<bool> {
    let update = sign_in::Entity::update_many().col_expr(sign_in::Column::LastUsedAt, Expr::value(now));
    let update = update.filter(sign_in::Column::Id.eq(sign_in_id)).filter(sign_in::Column::EndedAt.is_null());
    Ok(update.exec(transaction).await?.rows_affected == 1)
}

/// A refresh token and the sign-in it goes on with.
#[derive(FromQueryResult)]
pub struct Refresh {
    pub id: i64,
    pub sign_in_id: i64,
    pub user_id: i64,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

pub async fn refresh_token(connection: &impl ConnectionTrait, hash: &[u8]) -> Result<Option<Refresh>> {
    use refresh_token::{Column, Relation};

    let query = refresh_token::Entity::find().join(JoinType::InnerJoin, Relation::SignIn.def()).select_only();
    let query = query.columns([Column::Id, Column::SignInId, Column::ExpiresAt, Column::UsedAt]);
    let query = query.columns([sign_in::Column::UserId, sign_in::Column::EndedAt]);
    Ok(query.filter(Column::TokenHash.eq(hash)).into_model().one(connection).await?)
}

pub async fn insert_refresh_token(
    transaction: &DatabaseTransaction,
    sign_in_id: i64,
    hash: Vec<u8>,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let row = refresh_token::ActiveModel {
        sign_in_id: Set(sign_in_id),
        token_hash: Set(hash),
        created_at: Set(now),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    refresh_token::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

/// Uses a refresh token up. False if somebody else was faster.
pub async fn use_refresh_token(transaction: &DatabaseTransaction, id: i64, now: DateTime<Utc>) -> Result<bool> {
    use refresh_token::Column;

    let update = refresh_token::Entity::update_many().col_expr(Column::UsedAt, Expr::value(now));
    let update = update.filter(Column::Id.eq(id)).filter(Column::UsedAt.is_null());
    Ok(update.exec(transaction).await?.rows_affected == 1)
}

/// Removes the tokens of a sign-in that could no longer be used anyway, so that a long one does not grow for ever.
pub async fn remove_expired(transaction: &DatabaseTransaction, sign_in_id: i64, now: DateTime<Utc>) -> Result<()> {
    use refresh_token::Column;

    let delete = refresh_token::Entity::delete_many().filter(Column::SignInId.eq(sign_in_id));
    delete.filter(Column::ExpiresAt.lte(now)).exec(transaction).await?;
    Ok(())
}

/// Removes some sign-ins that were over before this: ended, or with no refresh token that held longer. One for which an operator made a
/// token stays until it is ended, since that token may hold for any time. How many.
pub async fn forget_over(transaction: &DatabaseTransaction, before: DateTime<Utc>, most: u64) -> Result<u64> {
    use sign_in::{Column, Entity};

    let goes_on = refresh_token::Entity::find()
        .select_only()
        .column(refresh_token::Column::Id)
        .filter(Expr::col((refresh_token::Entity, refresh_token::Column::SignInId)).equals((Entity, Column::Id)))
        .filter(refresh_token::Column::ExpiresAt.gte(before));
    let has_run_out =
        Condition::all().add(Column::Kind.ne(Kind::Operator)).add(Expr::exists(goes_on.into_query()).not());
    let is_over = Condition::any().add(Column::EndedAt.lt(before)).add(has_run_out);
    // Nothing is used after its end, so the index by the last use finds what has ended, too.
    let old = Entity::find().select_only().column(Column::Id).filter(Column::LastUsedAt.lt(before)).filter(is_over);
    let old = old.order_by_asc(Column::LastUsedAt).limit(most).into_query();
    Ok(Entity::delete_many().filter(Column::Id.in_subquery(old)).exec(transaction).await?.rows_affected)
}
