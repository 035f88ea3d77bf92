//! What sessions showed while they were on air, moment by moment.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    live_session,
    metric_sample::{ActiveModel, Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _,
    ExprTrait as _, FromQueryResult, IntoActiveModel as _, QueryFilter as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Alias, Expr, Func, OnConflict, Order, OverStatement as _, Query, SimpleExpr, WindowStatement},
};

use crate::{database::Statements, error::Result, identity::scope::Scope};

/// A span of a session: what it showed last in it, and the most viewers of all samples.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Span {
    pub live_session_id: i64,
    pub sampled_at: DateTime<Utc>,
    pub viewers: Option<i64>,
    pub most_viewers: Option<i64>,
    pub peak_viewers: Option<i64>,
    pub total_viewers: Option<i64>,
    pub likes: Option<i64>,
    pub comments: Option<i64>,
    pub shares: Option<i64>,
    pub orders: Option<i64>,
    pub revenue: Option<i64>,
}

/// The time that a history covers, from its first instant to the last one that is not in it, in spans of so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spans {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub seconds: i64,
}

/// Columns that a span shows as they were last.
const LAST: [Column; 10] = [
    Column::LiveSessionId,
    Column::SampledAt,
    Column::Viewers,
    Column::PeakViewers,
    Column::TotalViewers,
    Column::Likes,
    Column::Comments,
    Column::Shares,
    Column::Orders,
    Column::Revenue,
];

/// Stores samples. One that is stored already stays as it is; those of sessions that are no more are left out.
pub async fn insert(scope: &Scope, transaction: &DatabaseTransaction, samples: &[Model]) -> Result<()> {
    let keys = samples.iter().map(|sample| sample.live_session_id);
    let known = scope.restrict(live_session::Entity::find(), live_session::Column::StudioId);
    let known = known.filter(live_session::Column::Id.is_in(keys)).select_only().column(live_session::Column::Id);
    let known: std::collections::HashSet<i64> = known.into_tuple().all(transaction).await?.into_iter().collect();
    let rows = samples.iter().filter(|sample| known.contains(&sample.live_session_id)).cloned();
    let rows: Vec<ActiveModel> = rows.map(|sample| sample.into_active_model().reset_all()).collect();
    if !rows.is_empty() {
        let again = OnConflict::columns([Column::LiveSessionId, Column::SampledAt]).do_nothing().to_owned();
        Entity::insert_many(rows).on_conflict(again).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// The spans of many sessions in one statement, each session's in their order. A span without a sample is not among them.
pub async fn spans(
    scope: &Scope,
    statements: &Statements,
    session_keys: &[i64],
    spans: Spans,
) -> Result<HashMap<i64, Vec<Span>>> {
    let span = span_number(statements.get_database_backend(), spans);
    let samples = scope
        .restrict(Entity::find().inner_join(live_session::Entity), live_session::Column::StudioId)
        .filter(Column::LiveSessionId.is_in(session_keys.iter().copied()))
        .filter(Column::SampledAt.gte(spans.from))
        .filter(Column::SampledAt.lt(spans.to));
    let mut samples = samples.select_only().columns(LAST).into_query();
    let of_span = || {
        let mut window = WindowStatement::partition_by((Entity, Column::LiveSessionId));
        window.add_partition_by(span.clone());
        window
    };
    let mut latest_first = of_span();
    latest_first.order_by((Entity, Column::SampledAt), Order::Desc);
    samples.expr_window_as(Expr::cust("ROW_NUMBER()"), latest_first, Alias::new("place"));
    samples.expr_window_as(Func::max(Expr::col((Entity, Column::Viewers))), of_span(), Alias::new("most_viewers"));

    let mut wanted = Query::select();
    wanted
        .columns(LAST)
        .column(Alias::new("most_viewers"))
        .from_subquery(samples, Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("place")).eq(1))
        .order_by(Column::LiveSessionId, Order::Asc)
        .order_by(Column::SampledAt, Order::Asc);
    let mut by_session: HashMap<i64, Vec<Span>> = HashMap::new();
    for row in statements.query_all(&wanted).await? {
        let span = Span::from_query_result(&row, "")?;
        by_session.entry(span.live_session_id).or_default().push(span);
    }
    Ok(by_session)
}

/// Which span a sample is in, counted from the first.
fn span_number(backend: DbBackend, spans: Spans) -> SimpleExpr {
    let sampled_at = Expr::col((Entity, Column::SampledAt));
    let milliseconds = match backend {
        DbBackend::Postgres => Expr::cust_with_expr("FLOOR(EXTRACT(EPOCH FROM $1) * 1000)::BIGINT", sampled_at),
        // Julian days would be floats; seconds and their fraction are whole.
        _ => Expr::cust_with_exprs(
            "(CAST(strftime('%s', ?) AS INTEGER) * 1000 + CAST(substr(strftime('%f', ?), 4) AS INTEGER))",
            [sampled_at.clone(), sampled_at],
        ),
    };
    milliseconds.sub(spans.from.timestamp_millis()).div(spans.seconds * 1000)
}
