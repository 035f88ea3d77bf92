//! Who sold, streamer by streamer.

use entity::live_session::Column;
use sea_orm::{
    ConnectionTrait as _, ExprTrait as _, FromQueryResult,
    sea_query::{Alias, Expr, Func, Order, OverStatement as _, Query, SelectStatement, SimpleExpr, WindowStatement},
};

use super::{
    began::{self, PIECE, began, session, whole},
    products::first_of,
};
use crate::{analytics::period::Span, database::Statements, error::Result, identity::scope::Scope};

/// A streamer, with what their sessions brought in.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct StreamerSales {
    pub streamer_id: i64,
    pub region: String,
    pub streamer_name: Option<String>,
    pub sessions: i64,
    pub viewers: Option<i64>,
    pub orders: Option<i64>,
    pub revenue: Option<i64>,
}

/// The streamers whose sessions of a period brought in most, the best first; those of different currencies are compared by their bare
/// amounts.
pub async fn top(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    period: Span,
    region: Option<shopee::Region>,
    most: u64,
) -> Result<Vec<StreamerSales>> {
    let rows = statements.query_all(&top_query(scope, studio_id, period, region, most)?).await?;
    Ok(rows.iter().map(|row| StreamerSales::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The statement behind [`top`].
pub fn top_query(
    scope: &Scope,
    studio_id: i64,
    period: Span,
    region: Option<shopee::Region>,
    most: u64,
) -> Result<SelectStatement> {
    let mut query = sold(scope, studio_id, &[period])?;
    query.order_by_expr(revenue(), Order::Desc).order_by_expr(session(Column::StreamerId), Order::Asc).limit(most);
    if let Some(region) = region {
        query.and_where(session(Column::Region).eq(region.code()));
    }
    Ok(query)
}

/// The streamer whose sessions brought in most in each piece of a period and each region, with the piece's number.
pub(super) async fn top_of_each(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    pieces: &[Span],
) -> Result<Vec<(i64, StreamerSales)>> {
    let rows = statements.query_all(&top_of_each_query(scope, studio_id, pieces)?).await?;
    let found = rows.iter().map(|row| Ok((row.try_get("", PIECE)?, StreamerSales::from_query_result(row, "")?)));
    found.collect()
}

/// The statement behind the `top_streamer` of figures.
pub fn top_of_each_query(scope: &Scope, studio_id: i64, pieces: &[Span]) -> Result<SelectStatement> {
    let mut query = sold(scope, studio_id, pieces)?;
    let mut window = WindowStatement::partition_by((began::sessions(), Alias::new(PIECE)));
    window.partition_by((began::sessions(), Column::Region));
    window.order_by_expr(revenue(), Order::Desc).order_by((began::sessions(), Column::StreamerId), Order::Asc);
    query.expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"));
    Ok(first_of(query))
}

/// What each streamer's sessions brought in, one row a piece and region.
fn sold(scope: &Scope, studio_id: i64, pieces: &[Span]) -> Result<SelectStatement> {
    let columns = [
        Column::Id,
        Column::Region,
        Column::StreamerId,
        Column::StreamerName,
        Column::TotalViewers,
        Column::TotalOrders,
        Column::TotalRevenue,
    ];
    let piece = || Expr::col((began::sessions(), Alias::new(PIECE)));
    let total = |column| -> SimpleExpr { whole(Func::sum(session(column)).into()) };
    let mut query = Query::select();
    query
        .from_subquery(began(scope, studio_id, pieces, &columns)?, began::sessions())
        .expr_as(piece(), Alias::new(PIECE))
        .expr_as(session(Column::StreamerId), Alias::new("streamer_id"))
        .expr_as(session(Column::Region), Alias::new("region"))
        .expr_as(Func::max(session(Column::StreamerName)), Alias::new("streamer_name"))
        .expr_as(whole(Func::count(session(Column::Id)).into()), Alias::new("sessions"))
        .expr_as(total(Column::TotalViewers), Alias::new("viewers"))
        .expr_as(total(Column::TotalOrders), Alias::new("orders"))
        .expr_as(revenue(), Alias::new("revenue"))
        .and_where(session(Column::StreamerId).is_not_null())
        .add_group_by([piece(), session(Column::Region), session(Column::StreamerId)])
        .and_having(Func::sum(session(Column::TotalRevenue)).gt(0));
    Ok(query)
}

fn revenue() -> SimpleExpr {
    whole(Func::sum(session(Column::TotalRevenue)).into())
}
