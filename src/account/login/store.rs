//! Every query about logins.

use chrono::{DateTime, Utc};
use entity::shopee_login::{self, Column, SealedQrCode, Status};
use sea_orm::{
    ActiveEnum as _, ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait,
    DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    UpdateMany, sea_query::Expr,
};
use shopee::Region;

use super::{End, Failure};
use crate::{account::sealing::Sealed, database::Statements, error::Result, identity::scope::Scope};

const OPEN: [Status; 2] = [Status::New, Status::Scanned];

/// A login that begins.
pub struct New {
    pub studio_id: i64,
    pub started_by: Option<i64>,
    pub region: Region,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Inserts a login without its code, which is sealed for the key that it gets here.
pub async fn insert(scope: &Scope, transaction: &DatabaseTransaction, new: &New) -> Result<i64> {
    scope.require(new.studio_id)?;
    let row = shopee_login::ActiveModel {
        studio_id: Set(new.studio_id),
        started_by: Set(new.started_by),
        region: Set(new.region.code().to_owned()),
        status: Set(Status::New),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
        updated_at: Set(new.created_at),
        ..Default::default()
    };
    Ok(row.insert(transaction).await?.id)
}

pub async fn login(scope: &Scope, statements: &Statements, login_id: i64) -> Result<Option<shopee_login::Model>> {
    let query = scope.restrict(shopee_login::Entity::find_by_id(login_id), Column::StudioId);
    Ok(query.one(statements).await?)
}

/// How many of a studio's logins wait for somebody.
pub async fn count_open(
    scope: &Scope,
    connection: &impl ConnectionTrait,
    studio_id: i64,
    now: DateTime<Utc>,
) -> Result<u64> {
    let query = scope.restrict(shopee_login::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    Ok(query.filter(Column::Status.is_in(OPEN)).filter(Column::ExpiresAt.gt(now)).count(connection).await?)
}

/// The logins from before this moment that are not over, for the job runner.
pub async fn open_since_before(scope: &Scope, statements: &Statements, moment: DateTime<Utc>) -> Result<Vec<i64>> {
    let query = scope.restrict(shopee_login::Entity::find(), Column::StudioId).filter(Column::Status.is_in(OPEN));
    let query = query.filter(Column::CreatedAt.lte(moment)).order_by_asc(Column::Id);
    Ok(query.select_only().column(Column::Id).into_tuple().all(statements).await?)
}

/// The first logins after this one that hold a code, for the job runner.
pub async fn with_code(
    scope: &Scope,
    statements: &Statements,
    after: i64,
    most: u64,
) -> Result<Vec<shopee_login::Model>> {
    let query = scope.restrict(shopee_login::Entity::find(), Column::StudioId);
    let query = query.filter(Column::Id.gt(after)).filter(Column::SealedCode.is_not_null());
    Ok(query.order_by_asc(Column::Id).limit(most).all(statements).await?)
}

/// Puts a code in the place of another, or of none. Whether that was still there.
pub async fn replace_code(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    login_id: i64,
    former: Option<&SealedQrCode>,
    sealed: Sealed,
) -> Result<bool> {
    let query = open(scope, login_id)
        .col_expr(Column::SealedCode, Expr::value(SealedQrCode(sealed.bytes)))
        .col_expr(Column::SealedKeyId, Expr::value(sealed.key_id));
    let query = match former {
        Some(former) => query.filter(Column::SealedCode.eq(former.clone())),
        None => query.filter(Column::SealedCode.is_null()),
    };
    Ok(query.exec(transaction).await?.rows_affected > 0)
}

/// Somebody has scanned the code.
pub async fn mark_scanned(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    login_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let query = open(scope, login_id)
        .col_expr(Column::Status, Expr::value(Status::Scanned.to_value()))
        .col_expr(Column::UpdatedAt, Expr::value(now));
    query.filter(Column::Status.eq(Status::New)).exec(transaction).await?;
    Ok(())
}

/// Claims a login until a moment, by which the claim is known again. `false` when it is somebody else's, or over.
pub async fn claim(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    login_id: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool> {
    let free = Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(now));
    let query = open(scope, login_id).col_expr(Column::ClaimedUntil, Expr::value(until)).filter(free);
    Ok(query.exec(transaction).await?.rows_affected > 0)
}

/// Gives a claim back.
pub async fn release(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    login_id: i64,
    claim: DateTime<Utc>,
) -> Result<()> {
    let nobody = Expr::value(None::<DateTime<Utc>>);
    let query = open(scope, login_id).col_expr(Column::ClaimedUntil, nobody);
    query.filter(Column::ClaimedUntil.eq(claim)).exec(transaction).await?;
    Ok(())
}

/// Ends a login and wipes its secret, unless it has ended meanwhile or is claimed by somebody else. Whether it did.
pub async fn finish(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    login_id: i64,
    end: End,
    claim: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (account_id, failure) = match end {
        End::Confirmed { account_id } => (Some(account_id), None),
        End::Failed(failure) => (None, Some(Failure::name(failure))),
        End::Expired | End::Canceled => (None, None),
    };
    let query = open(scope, login_id)
        .col_expr(Column::Status, Expr::value(end.status().to_value()))
        .col_expr(Column::ShopeeAccountId, Expr::value(account_id))
        .col_expr(Column::Failure, Expr::value(failure))
        .col_expr(Column::SealedCode, Expr::value(None::<SealedQrCode>))
        .col_expr(Column::SealedKeyId, Expr::value(None::<String>))
        .col_expr(Column::ClaimedUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::UpdatedAt, Expr::value(now));
    let free = Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(now));
    let query = match claim {
        Some(claim) => query.filter(Column::ClaimedUntil.eq(claim)),
        None => query.filter(free),
    };
    Ok(query.exec(transaction).await?.rows_affected > 0)
}

fn open(scope: &Scope, login_id: i64) -> UpdateMany<shopee_login::Entity> {
    let query = shopee_login::Entity::update_many().filter(Column::Id.eq(login_id));
    scope.restrict(query, Column::StudioId).filter(Column::Status.is_in(OPEN))
}
