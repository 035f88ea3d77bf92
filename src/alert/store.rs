//! The rows of alerts. Each change of one takes a revision later than all of its studio's; the studio's turn has to be the caller's.

pub mod facts;
pub mod settings;
pub mod stock;

use chrono::{DateTime, Utc};
use entity::alert::{ActiveModel, Column, Entity, Kind, Model};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
    sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict},
};

use crate::{database::Statements, error::Result, graphql::page::Slice, identity::scope::Scope};

/// Rows that one statement writes: databases bind so many values and no more.
const AT_ONCE: usize = 500;
/// Changes that one look brings; the next brings the rest.
const MOST_CHANGES: u64 = 100;

/// Which alerts a list holds: those that match all that is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlertFilter {
    pub is_open: Option<bool>,
    pub kind: Option<Kind>,
}

/// Every alert that is not over.
pub async fn open(scope: &Scope, connection: &impl ConnectionTrait) -> Result<Vec<Model>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::ClearedAt.is_null());
    Ok(query.all(connection).await?)
}

/// The alerts of a studio that are not over, in the order in which they changed.
pub async fn open_of(scope: &Scope, connection: &impl ConnectionTrait, studio_id: i64) -> Result<Vec<Model>> {
    let filter = AlertFilter { is_open: Some(true), kind: None };
    Ok(within(scope, studio_id, filter).order_by_asc(Column::Revision).all(connection).await?)
}

/// The revision of a studio's latest change; 0 before the first.
pub async fn revision(scope: &Scope, connection: &impl ConnectionTrait, studio_id: i64) -> Result<i64> {
    let query = within(scope, studio_id, AlertFilter::default());
    let latest = query.select_only().column_as(Column::Revision.max(), "latest");
    Ok(latest.into_tuple::<Option<i64>>().one(connection).await?.flatten().unwrap_or(0))
}

/// After which revision the next changes of a studio come: later than all so far, also than those of alerts that went with what they
/// were about, since it is no earlier than the time.
pub async fn next_after(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    now: DateTime<Utc>,
) -> Result<i64> {
    Ok(std::cmp::max(revision(scope, transaction, studio_id).await?, now.timestamp_millis()))
}

/// What has changed in a studio after a revision, in the order of the changes.
pub async fn changed_since(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    revision: i64,
) -> Result<Vec<Model>> {
    let query = within(scope, studio_id, AlertFilter::default()).filter(Column::Revision.gt(revision));
    Ok(query.order_by_asc(Column::Revision).limit(MOST_CHANGES).all(statements).await?)
}

/// Raises alerts; one that is open already stays as it is.
pub async fn insert(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    rows: Vec<ActiveModel>,
    after: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    scope.require(studio_id)?;
    let numbered = rows.into_iter().zip(after + 1..);
    let rows: Vec<ActiveModel> =
        numbered.map(|(row, revision)| ActiveModel { revision: Set(revision), raised_at: Set(now), ..row }).collect();
    for some in rows.chunks(AT_ONCE) {
        let insert = Entity::insert_many(some.iter().cloned()).on_conflict(OnConflict::new().do_nothing().to_owned());
        insert.exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Notes that alerts are over; one that was over already stays as it is.
pub async fn clear(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    keys: &[i64],
    after: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let numbered: Vec<(i64, i64)> = keys.iter().copied().zip(after + 1..).collect();
    for some in numbered.chunks(AT_ONCE) {
        let revisions = some.iter().fold(CaseStatement::new(), |revisions, (key, revision)| {
            revisions.case(Expr::col(Column::Id).eq(*key), Expr::value(*revision))
        });
        let query = Entity::update_many()
            .col_expr(Column::ClearedAt, Expr::value(now))
            .col_expr(Column::Revision, revisions.finally(Expr::col(Column::Revision)).into())
            .filter(Column::Id.is_in(some.iter().map(|(key, _)| *key)))
            .filter(Column::ClearedAt.is_null());
        scope.restrict(query, Column::StudioId).exec(transaction).await?;
    }
    Ok(())
}

/// Notes who has seen to an alert, unless somebody has before.
pub async fn acknowledge(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    key: i64,
    user_id: i64,
    revision: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let changes = ActiveModel {
        acknowledged_at: Set(Some(now)),
        acknowledged_by: Set(Some(user_id)),
        revision: Set(revision),
        ..Default::default()
    };
    let query = Entity::update_many().set(changes).filter(Column::Id.eq(key)).filter(Column::AcknowledgedAt.is_null());
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// Removes some alerts that were over before this; how many.
pub async fn forget_cleared(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    before: DateTime<Utc>,
    most: u64,
) -> Result<u64> {
    let old = scope.restrict(Entity::find(), Column::StudioId).select_only().column(Column::Id);
    let old = old.filter(Column::ClearedAt.lt(before)).order_by_asc(Column::ClearedAt).limit(most).into_query();
    Ok(Entity::delete_many().filter(Column::Id.in_subquery(old)).exec(transaction).await?.rows_affected)
}

/// Alerts by their keys; those out of scope are not among them.
pub async fn by_keys(scope: &Scope, connection: &impl ConnectionTrait, keys: &[i64]) -> Result<Vec<Model>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::Id.is_in(keys.iter().copied()));
    Ok(query.all(connection).await?)
}

/// Alerts of a studio, the newest first.
pub async fn list(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    filter: AlertFilter,
    slice: Slice,
) -> Result<Vec<Model>> {
    let mut query = within(scope, studio_id, filter);
    if let Some(cursor) = slice.after {
        query = query.filter(Column::Id.lt(cursor.key));
    }
    if let Some(cursor) = slice.before {
        query = query.filter(Column::Id.gt(cursor.key));
    }
    let query = if slice.backward { query.order_by_asc(Column::Id) } else { query.order_by_desc(Column::Id) };
    Ok(query.limit(slice.rows_to_read()).all(statements).await?)
}

/// How many alerts a list holds.
pub async fn count(scope: &Scope, statements: &Statements, studio_id: i64, filter: AlertFilter) -> Result<i64> {
    Ok(i64::try_from(within(scope, studio_id, filter).count(statements).await?).unwrap_or(i64::MAX))
}

fn within(scope: &Scope, studio_id: i64, filter: AlertFilter) -> Select<Entity> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    let query = query.apply_if(filter.kind, |query, kind| query.filter(Column::Kind.eq(kind)));
    query.apply_if(filter.is_open, |query, is_open| match is_open {
        true => query.filter(Column::ClearedAt.is_null()),
        false => query.filter(Column::ClearedAt.is_not_null()),
    })
}
