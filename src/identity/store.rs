//! Every query of the identity room.

pub mod audit_log;
pub mod external_identity;
pub mod invitation;
pub mod member;
pub mod sign_in;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    membership::{self, Role},
    studio, user,
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, SqlErr, sea_query::Expr,
};

use super::{
    names::DisplayName,
    scope::{Membership, Scope, Viewer},
};
use crate::{
    database::{Statements, sparse},
    error::{Error, Result},
};

pub type StudioRow = studio::ActiveModel;

pub const STUDIO_COLUMNS: &[studio::Column] = {
    use studio::Column::*;
    &[Id, Name, TimeZone, CoinBudgetPerSession, CoinBudgetPerDay, CreatedAt, UpdatedAt]
};

/// Makes the viewer that scopes come from, so there is none yet. `None` unless this sign-in is the user's and holds.
pub async fn viewer(statements: &impl ConnectionTrait, user_id: i64, sign_in_id: i64) -> Result<Option<Viewer>> {
    let user = user::Entity::find_by_id(user_id).filter(sign_in::holds(sign_in_id, user_id));
    viewer_of(user, statements, Some(sign_in_id)).await
}

/// One user with their memberships, in one statement and without the password.
async fn viewer_of(
    user: Select<user::Entity>,
    statements: &impl ConnectionTrait,
    sign_in_id: Option<i64>,
) -> Result<Option<Viewer>> {
    let query = user.left_join(membership::Entity).select_only();
    let query =
        query.columns([user::Column::Id, user::Column::Email, user::Column::DisplayName, user::Column::AccessRevision]);
    let query = query.column_as(membership::Column::Id, "membership_id");
    let query = query.column_as(membership::Column::CreatedAt, "joined_at");
    let query = query.columns([membership::Column::StudioId, membership::Column::Role]);
    let rows = query.order_by_asc(membership::Column::Id).into_model::<ViewerRow>().all(statements).await?;
    let memberships = rows.iter().filter_map(ViewerRow::membership).collect();
    Ok(rows.into_iter().next().map(|row| Viewer {
        user_id: row.id,
        email: row.email,
        display_name: row.display_name,
        memberships,
        sign_in_id,
        access_revision: row.access_revision,
    }))
}

/// A user beside one of their memberships, or beside none.
#[derive(FromQueryResult)]
struct ViewerRow {
    id: i64,
    email: String,
    display_name: String,
    access_revision: i64,
    membership_id: Option<i64>,
    studio_id: Option<i64>,
    role: Option<Role>,
    joined_at: Option<DateTime<Utc>>,
}

impl ViewerRow {
    fn membership(&self) -> Option<Membership> {
        let joined_at = self.joined_at?;
        Some(Membership { id: self.membership_id?, studio_id: self.studio_id?, role: self.role?, joined_at })
    }
}

pub(super) fn place(row: &membership::Model) -> Membership {
    Membership { id: row.id, studio_id: row.studio_id, role: row.role, joined_at: row.created_at }
}

/// How often something was taken from each of these users; those who are no more are not among them.
pub async fn access_revisions(_scope: &Scope, statements: &Statements, users: &[i64]) -> Result<HashMap<i64, i64>> {
    use user::Column;
    let query = user::Entity::find().select_only().columns([Column::Id, Column::AccessRevision]);
    let query = query.filter(Column::Id.is_in(users.iter().copied()));
    Ok(query.into_tuple::<(i64, i64)>().all(statements).await?.into_iter().collect())
}

pub async fn studios(scope: &Scope, statements: &Statements, keys: &[i64]) -> Result<Vec<StudioRow>> {
    let query = scope.restrict(studio::Entity::find(), studio::Column::Id);
    let query = query.filter(studio::Column::Id.is_in(keys.iter().copied()));
    Ok(sparse::read(query, STUDIO_COLUMNS, statements).await?)
}

/// A whole studio, to be changed.
pub async fn studio(scope: &Scope, transaction: &DatabaseTransaction, key: i64) -> Result<Option<studio::Model>> {
    let query = scope.restrict(studio::Entity::find_by_id(key), studio::Column::Id);
    Ok(query.one(transaction).await?)
}

/// Writes what of a studio can be changed.
pub async fn update_studio(scope: &Scope, transaction: &DatabaseTransaction, row: &studio::Model) -> Result<()> {
    use studio::Column;
    let query = studio::Entity::update_many()
        .col_expr(Column::Name, Expr::value(row.name.clone()))
        .col_expr(Column::TimeZone, Expr::value(row.time_zone.clone()))
        .col_expr(Column::CoinBudgetPerSession, Expr::value(row.coin_budget_per_session))
        .col_expr(Column::CoinBudgetPerDay, Expr::value(row.coin_budget_per_day))
        .col_expr(Column::UpdatedAt, Expr::value(row.updated_at))
        .filter(Column::Id.eq(row.id));
    scope.restrict(query, Column::Id).exec(transaction).await?;
    Ok(())
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
    let made = insert_user(transaction, email, &DisplayName::of(email), None, now).await?;
    made.ok_or_else(|| Error::internal("a user was made by somebody else at the same moment"))
}

/// A new user; `None` if somebody has this e-mail address already.
pub async fn insert_user(
    transaction: &DatabaseTransaction,
    email: &str,
    name: &DisplayName,
    password: Option<user::PasswordHash>,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    let row = user::ActiveModel {
        email: Set(email.to_lowercase()),
        display_name: Set(name.as_str().to_owned()),
        password_hash: Set(password),
        created_at: Set(now),
        ..Default::default()
    };
    match row.insert(transaction).await {
        Ok(user) => Ok(Some(user.id)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(None),
        Err(error) => Err(error.into()),
    }
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
    Ok(insert_studio(transaction, owner, name, time_zone, now).await?.studio_id)
}

/// A new studio and its owner.
pub async fn insert_studio(
    transaction: &DatabaseTransaction,
    owner: i64,
    name: &str,
    time_zone: chrono_tz::Tz,
    now: DateTime<Utc>,
) -> Result<Membership> {
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
    Ok(place(&row.insert(transaction).await?))
}
