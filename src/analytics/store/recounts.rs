//! Sessions whose figures are to be asked of Shopee again.

use chrono::{DateTime, Utc};
use entity::{
    live_session,
    recount::{self, Column},
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, ExprTrait as _, FromQueryResult,
    JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _, RelationTrait as _,
    sea_query::{Alias, Expr, Func, OnConflict, Query, SelectStatement},
};

use super::began::{began, session, sessions, whole};
use crate::{analytics::period::Span, database::Statements, error::Result, identity::scope::Scope};

/// A session that is due, and what it takes to ask for it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Due {
    pub live_session_id: i64,
    pub shopee_account_id: i64,
    pub session_id: i64,
    pub requested_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub attempts: i64,
}

/// Wants the sessions of a studio that began in a period asked for; how many those are. Asking again while they wait begins anew.
pub async fn request(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    period: Span,
    now: DateTime<Utc>,
) -> Result<i64> {
    let columns = [Column::LiveSessionId, Column::StudioId, Column::RequestedAt, Column::DueAt, Column::Attempts];
    let mut found = Query::select();
    found.from_subquery(began(scope, studio_id, &[period], &[live_session::Column::Id])?, sessions());
    found
        .expr(session(live_session::Column::Id))
        .expr(Expr::value(studio_id))
        .expr(Expr::value(now))
        .expr(Expr::value(now));
    // Without a condition SQLite would take the words after the list of sources for a join's.
    found.expr(Expr::Constant(0_i64.into())).and_where(Expr::cust("TRUE"));
    let mut insert = Query::insert();
    insert.into_table(recount::Entity).columns(columns).select_from(found).map_err(crate::Error::internal)?;
    let again = [Column::RequestedAt, Column::DueAt, Column::Attempts];
    insert.on_conflict(OnConflict::column(Column::LiveSessionId).update_columns(again).to_owned());
    let inserted = transaction.execute(&insert).await?;
    Ok(i64::try_from(inserted.rows_affected()).unwrap_or(i64::MAX))
}

/// How many sessions of a studio that began in a period still wait.
pub async fn waiting(scope: &Scope, statements: &Statements, studio_id: i64, period: Span) -> Result<i64> {
    let row = statements.query_one(&waiting_query(scope, studio_id, period)?).await?;
    let waiting: Option<i64> = row.map(|row| row.try_get("", "waiting")).transpose()?.flatten();
    Ok(waiting.unwrap_or_default())
}

/// The statement behind [`waiting`]. Each session is looked up by itself: joined, PostgreSQL would rather read all that wait anywhere.
pub fn waiting_query(scope: &Scope, studio_id: i64, period: Span) -> Result<SelectStatement> {
    let waiting = Expr::col((recount::Entity, Column::LiveSessionId));
    let mut of_session = Query::select();
    of_session.expr(Func::count(waiting.clone())).from(recount::Entity);
    of_session.and_where(waiting.eq(session(live_session::Column::Id)));
    let of_session = Expr::SubQuery(None, Box::new(of_session.into()));
    let mut query = Query::select();
    query.from_subquery(began(scope, studio_id, &[period], &[live_session::Column::Id])?, sessions());
    query.expr_as(whole(Func::sum(of_session).into()), Alias::new("waiting"));
    Ok(query)
}

/// Sessions that are due, the longest first.
pub async fn due(scope: &Scope, statements: &Statements, now: DateTime<Utc>, most: u64) -> Result<Vec<Due>> {
    let query = recount::Entity::find()
        .join(JoinType::InnerJoin, recount::Relation::LiveSession.def())
        .column(live_session::Column::ShopeeAccountId)
        .column(live_session::Column::SessionId)
        .filter(Column::DueAt.lte(now))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::LiveSessionId)
        .limit(most);
    Ok(scope.restrict(query, Column::StudioId).into_model::<Due>().all(statements).await?)
}

/// Takes a session in hand until an instant, unless somebody else has meanwhile.
pub async fn begin(scope: &Scope, transaction: &DatabaseTransaction, due: &Due, until: DateTime<Utc>) -> Result<bool> {
    let query = recount::Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(until))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::LiveSessionId.eq(due.live_session_id))
        .filter(Column::DueAt.eq(due.due_at));
    Ok(scope.restrict(query, Column::StudioId).exec(transaction).await?.rows_affected > 0)
}

/// Leaves a session that could not be asked for until later.
pub async fn put_off(scope: &Scope, transaction: &DatabaseTransaction, due: &Due, until: DateTime<Utc>) -> Result<()> {
    let query = recount::Entity::update_many().col_expr(Column::DueAt, Expr::value(until));
    let query = query.filter(Column::LiveSessionId.eq(due.live_session_id));
    let query = query.filter(Column::RequestedAt.eq(due.requested_at));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// Crosses a session off, unless it was wanted anew meanwhile.
pub async fn finish(scope: &Scope, transaction: &DatabaseTransaction, due: &Due) -> Result<()> {
    let query = recount::Entity::delete_many().filter(Column::LiveSessionId.eq(due.live_session_id));
    let query = query.filter(Column::RequestedAt.eq(due.requested_at));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}
