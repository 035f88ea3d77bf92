//! What sold, product by product.

use entity::{
    live_session,
    live_session_item::{self, Column},
};
use sea_orm::{
    ConnectionTrait as _, DbBackend, ExprTrait as _, FromQueryResult,
    sea_query::{Alias, Expr, Func, Order, OverStatement as _, Query, SelectStatement, SimpleExpr, WindowStatement},
};

use super::began::{self, PIECE, began, session, whole};
use crate::{analytics::period::Span, database::Statements, error::Result, identity::scope::Scope};

/// A product, with what a studio sold of it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ProductSales {
    pub item_id: i64,
    pub region: String,
    pub product_name: String,
    pub sessions: i64,
    pub quantity_sold: Option<i64>,
    pub sales: Option<i64>,
    pub commission: Option<i64>,
}

/// The products that sold for most in a period, the best first; those of different currencies are compared by their bare amounts, so
/// a studio of several regions asks for one.
pub async fn top(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    period: Span,
    region: Option<shopee::Region>,
    most: u64,
) -> Result<Vec<ProductSales>> {
    let query = top_query(scope, statements.get_database_backend(), studio_id, period, region, most)?;
    let rows = statements.query_all(&query).await?;
    Ok(rows.iter().map(|row| ProductSales::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The statement behind [`top`].
pub fn top_query(
    scope: &Scope,
    backend: DbBackend,
    studio_id: i64,
    period: Span,
    region: Option<shopee::Region>,
    most: u64,
) -> Result<SelectStatement> {
    let mut query = sold(scope, backend, studio_id, &[period])?;
    query.order_by_expr(sales(), Order::Desc).order_by_expr(item(Column::ItemId), Order::Asc).limit(most);
    if let Some(region) = region {
        query.and_where(session(live_session::Column::Region).eq(region.code()));
    }
    Ok(query)
}

/// The product that sold for most in each piece of a period and each region, with the piece's number.
pub(super) async fn top_of_each(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    pieces: &[Span],
) -> Result<Vec<(i64, ProductSales)>> {
    let query = top_of_each_query(scope, statements.get_database_backend(), studio_id, pieces)?;
    let rows = statements.query_all(&query).await?;
    let found = rows.iter().map(|row| Ok((row.try_get("", PIECE)?, ProductSales::from_query_result(row, "")?)));
    found.collect()
}

/// The statement behind the `top_product` of figures.
pub fn top_of_each_query(
    scope: &Scope,
    backend: DbBackend,
    studio_id: i64,
    pieces: &[Span],
) -> Result<SelectStatement> {
    let mut query = sold(scope, backend, studio_id, pieces)?;
    let mut window = WindowStatement::partition_by((began::sessions(), Alias::new(PIECE)));
    window.partition_by((began::sessions(), live_session::Column::Region));
    window.order_by_expr(sales(), Order::Desc).order_by((live_session_item::Entity, Column::ItemId), Order::Asc);
    query.expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"));
    Ok(first_of(query))
}

/// Of numbered rows the first.
pub(super) fn first_of(numbered: SelectStatement) -> SelectStatement {
    let mut query = Query::select();
    query.expr(Expr::col(sea_orm::sea_query::Asterisk)).from_subquery(numbered, Alias::new("numbered"));
    query.and_where(Expr::col(Alias::new("place")).eq(1));
    query
}

/// A session's commission; null when none of its items reported any.
pub(super) fn commission_of_session() -> SimpleExpr {
    let mut query = Query::select();
    query
        .expr(Func::sum(item(Column::TotalCommission)))
        .from(live_session_item::Entity)
        .and_where(is_of_session(item(Column::LiveSessionId)));
    Expr::SubQuery(None, Box::new(query.into()))
}

/// What was sold of each product, one row a piece and region.
fn sold(scope: &Scope, backend: DbBackend, studio_id: i64, pieces: &[Span]) -> Result<SelectStatement> {
    let columns = [live_session::Column::Id, live_session::Column::Region];
    let mut query = Query::select();
    query.from_subquery(began(scope, studio_id, pieces, &columns)?, began::sessions());
    join_items(&mut query, backend);
    let piece = || Expr::col((began::sessions(), Alias::new(PIECE)));
    query
        .expr_as(piece(), Alias::new(PIECE))
        .expr_as(item(Column::ItemId), Alias::new("item_id"))
        .expr_as(session(live_session::Column::Region), Alias::new("region"))
        .expr_as(Func::max(item(Column::ProductName)), Alias::new("product_name"))
        .expr_as(whole(Func::count(item(Column::LiveSessionId)).into()), Alias::new("sessions"))
        .expr_as(total(Column::QuantitySold), Alias::new("quantity_sold"))
        .expr_as(sales(), Alias::new("sales"))
        .expr_as(total(Column::TotalCommission), Alias::new("commission"))
        .add_group_by([piece(), session(live_session::Column::Region), item(Column::ItemId)])
        .and_having(Func::sum(item(Column::TotalSalesAmount)).gt(0));
    Ok(query)
}

/// PostgreSQL would rather read all items that there are than look for those of some thousand sessions, and slow down with what others
/// store: so each session's are asked for by themselves, and an offset of nothing keeps it from knowing better.
fn join_items(query: &mut SelectStatement, backend: DbBackend) {
    if backend != DbBackend::Postgres {
        query.inner_join(live_session_item::Entity, is_of_session(item(Column::LiveSessionId)));
        return;
    }
    let mut items = Query::select();
    for column in [
        Column::LiveSessionId,
        Column::ItemId,
        Column::ProductName,
        Column::QuantitySold,
        Column::TotalSalesAmount,
        Column::TotalCommission,
    ] {
        items.expr(item(column));
    }
    items.from(live_session_item::Entity).and_where(is_of_session(item(Column::LiveSessionId))).offset(0);
    query.join_lateral(sea_orm::JoinType::InnerJoin, items, live_session_item::Entity, Expr::cust("TRUE"));
}

fn is_of_session(column: SimpleExpr) -> SimpleExpr {
    column.eq(session(live_session::Column::Id))
}

fn item(column: Column) -> SimpleExpr {
    Expr::col((live_session_item::Entity, column))
}

fn total(column: Column) -> SimpleExpr {
    whole(Func::sum(item(column)).into())
}

fn sales() -> SimpleExpr {
    total(Column::TotalSalesAmount)
}
