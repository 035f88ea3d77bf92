//! Thinning what is kept of a session's course.

use chrono::{DateTime, Utc};
use entity::{
    live_session::{self, Column, Status},
    metric_sample,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Alias, Expr, Query, SimpleExpr, WindowStatement},
};

use crate::{database::Statements, error::Result, identity::scope::Scope};

/// Some sessions that ended before this and were thinned fewer times than `times`, those that ended first before the others.
pub async fn to_thin(
    scope: &Scope,
    statements: &Statements,
    times: i64,
    ended_before: DateTime<Utc>,
    most: u64,
) -> Result<Vec<i64>> {
    let query = live_session::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::SamplesThinned.lt(times))
        // The index holds the same condition, with the same literal: a bound parameter would keep it from being used.
        .filter(Expr::cust("live_sessions.samples_thinned < 2"))
        .filter(Column::Status.eq(Status::Ended))
        .filter(Column::EndedAt.lt(ended_before));
    let query = scope.restrict(query, Column::StudioId).order_by_asc(Column::EndedAt).limit(most);
    Ok(query.into_tuple().all(statements).await?)
}

/// Leaves the first sample of each so many seconds of a session, and takes out at most so many of the others; how many.
pub async fn thin(transaction: &DatabaseTransaction, session_key: i64, seconds: u32, most: u64) -> Result<u64> {
    use metric_sample::{Column as Sample, Entity};
    let slot = slot(transaction.get_database_backend(), seconds);
    let mut window = WindowStatement::partition_by_custom(slot);
    window.order_by(Sample::SampledAt, sea_orm::Order::Asc);
    let mut numbered = Query::select();
    numbered.column(Sample::SampledAt).from(Entity).and_where(Expr::col(Sample::LiveSessionId).eq(session_key));
    numbered.expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"));
    let mut surplus = Query::select();
    surplus
        .column(Sample::SampledAt)
        .from_subquery(numbered, Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("place")).gt(1))
        .limit(most);
    let query = Entity::delete_many()
        .filter(Sample::LiveSessionId.eq(session_key))
        .filter(SimpleExpr::from(Sample::SampledAt.in_subquery(surplus)));
    Ok(query.exec(transaction).await?.rows_affected)
}

/// The number of the stretch of time that a sample falls into.
fn slot(backend: DbBackend, seconds: u32) -> String {
    match backend {
        DbBackend::Postgres => format!("FLOOR(EXTRACT(EPOCH FROM sampled_at) / {seconds})"),
        _ => format!("CAST(strftime('%s', sampled_at) AS INTEGER) / {seconds}"),
    }
}

/// Notes how often a session was thinned.
pub async fn set_thinned(scope: &Scope, transaction: &DatabaseTransaction, session_key: i64, times: i64) -> Result<()> {
    let query = live_session::Entity::update_many()
        .col_expr(Column::SamplesThinned, Expr::value(times))
        .filter(Column::Id.eq(session_key))
        .filter(Column::SamplesThinned.lt(times));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}
