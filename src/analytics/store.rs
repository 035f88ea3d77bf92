//! Every query of the analytics room: one statement each, whatever the length of the period.

use std::collections::HashMap;

use entity::{
    live_session::{self, Status},
    live_session_item,
};
use sea_orm::{
    ConnectionTrait as _, ExprTrait as _, FromQueryResult, QueryResult, Value,
    sea_query::{Alias, CaseStatement, Expr, Func, Order, Query, SelectStatement, SimpleExpr, ValueTuple},
};

use super::{
    figures::{Figures, Pair, Sum, Takings, Totals},
    period::Day,
};
use crate::{account::access, database::Statements, error::Result, identity::scope::Scope};

/// A product, with what a studio sold of it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ProductSales {
    pub item_id: i64,
    pub region: String,
    pub product_name: String,
    pub quantity_sold: Option<i64>,
    pub sales: Option<i64>,
}

/// What the sessions that began on each of these days add up to, in the days' order. Sessions that are only planned do not count.
pub async fn figures_by_day(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    days: &[Day],
) -> Result<Vec<Figures>> {
    scope.require(studio_id)?;
    let mut query = sessions_on(studio_id, days);
    query.expr_as(day_number(), Alias::new("day"));
    query.expr_as(session(live_session::Column::Region), Alias::new("region"));
    for (name, expression) in sums() {
        query.expr_as(expression, Alias::new(name));
    }
    query.add_group_by([day_number(), session(live_session::Column::Region)]).order_by_expr(day_number(), Order::Asc);
    query.order_by_expr(session(live_session::Column::Region), Order::Asc);

    let mut by_day: HashMap<i64, Figures> = HashMap::new();
    for row in statements.query_all(&query).await? {
        let figures = by_day.entry(row.try_get("", "day")?).or_default();
        figures.totals = figures.totals.and(totals(&row)?)?;
        figures.takings.push(takings(&row)?);
    }
    Ok((0..days.len() as i64).map(|number| by_day.remove(&number).unwrap_or_default()).collect())
}

/// The products that sold for most, the best first; those of different currencies are compared by their bare amounts, so a studio
/// of several regions asks for one.
pub async fn top_products(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    period: Day,
    region: Option<shopee::Region>,
    most: u64,
) -> Result<Vec<ProductSales>> {
    use live_session_item::Column;
    scope.require(studio_id)?;
    let item = |column: Column| Expr::col((live_session_item::Entity, column));
    let sales = || whole(Func::sum(item(Column::TotalSalesAmount)).into());
    let mut query = sessions_on(studio_id, &[period]);
    query.inner_join(
        live_session_item::Entity,
        item(Column::LiveSessionId).equals((live_session::Entity, live_session::Column::Id)),
    );
    query
        .expr_as(item(Column::ItemId), Alias::new("item_id"))
        .expr_as(session(live_session::Column::Region), Alias::new("region"))
        .expr_as(Func::max(item(Column::ProductName)), Alias::new("product_name"))
        .expr_as(whole(Func::sum(item(Column::QuantitySold)).into()), Alias::new("quantity_sold"))
        .expr_as(sales(), Alias::new("sales"))
        .add_group_by([item(Column::ItemId), session(live_session::Column::Region)])
        .and_having(Func::sum(item(Column::TotalSalesAmount)).gt(0))
        .order_by_expr(sales(), Order::Desc)
        .order_by_expr(item(Column::ItemId), Order::Asc)
        .limit(most);
    if let Some(region) = region {
        query.and_where(session(live_session::Column::Region).eq(region.code()));
    }
    let rows = statements.query_all(&query).await?;
    Ok(rows.iter().map(|row| ProductSales::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The studio's sessions, each joined to the day it began on.
fn sessions_on(studio_id: i64, days: &[Day]) -> SelectStatement {
    use live_session::Column;
    let day = |column: &'static str| Expr::col((Alias::new("days"), Alias::new(column)));
    let numbered = days.iter().enumerate().map(|(number, day)| {
        ValueTuple::Three(Value::from(number as i64), Value::from(day.begins), Value::from(day.ends))
    });
    let mut query = Query::select();
    query
        .from_values(numbered, Alias::new("days"))
        .inner_join(
            live_session::Entity,
            session(Column::StartedAt).gte(day("column2")).and(session(Column::StartedAt).lt(day("column3"))),
        )
        .and_where(session(Column::StudioId).eq(studio_id))
        .and_where(session(Column::Status).is_in([Status::OnAir, Status::Ended].map(name)));
    query
}

fn name(status: Status) -> String {
    use sea_orm::ActiveEnum as _;
    status.to_value()
}

fn day_number() -> SimpleExpr {
    Expr::col((Alias::new("days"), Alias::new("column1")))
}

fn session(column: live_session::Column) -> SimpleExpr {
    Expr::col((live_session::Entity, column))
}

/// PostgreSQL adds 64-bit numbers up to a number of any size.
fn whole(sum: SimpleExpr) -> SimpleExpr {
    sum.cast_as(Alias::new("BIGINT"))
}

fn sum(column: live_session::Column) -> SimpleExpr {
    whole(Func::sum(session(column)).into())
}

/// A sum over the sessions that reported another column too.
fn sum_with(column: live_session::Column, other: live_session::Column) -> SimpleExpr {
    let reported = CaseStatement::new().case(session(other).is_not_null(), session(column));
    whole(Func::sum(reported).into())
}

fn sums() -> [(&'static str, SimpleExpr); 17] {
    use live_session::Column::*;
    [
        ("sessions", whole(Func::count(session(Id)).into())),
        ("sessions_with_viewers", whole(Func::count(session(TotalViewers)).into())),
        ("viewers", sum(TotalViewers)),
        ("peak_viewers", whole(Func::max(session(PeakViewers)).into())),
        ("orders", sum(TotalOrders)),
        ("comments", sum(TotalComments)),
        ("likes", sum(TotalLikes)),
        ("shares", sum(TotalShares)),
        ("duration_seconds", sum(DurationSeconds)),
        ("revenue", sum(TotalRevenue)),
        ("ad_spend", sum(CampaignSpent)),
        ("orders_of_viewers", sum_with(TotalOrders, TotalViewers)),
        ("viewers_of_orders", sum_with(TotalViewers, TotalOrders)),
        ("revenue_of_orders", sum_with(TotalRevenue, TotalOrders)),
        ("orders_of_revenue", sum_with(TotalOrders, TotalRevenue)),
        ("revenue_of_spend", sum_with(TotalRevenue, CampaignSpent)),
        ("spend_of_revenue", sum_with(CampaignSpent, TotalRevenue)),
    ]
}

fn totals(row: &QueryResult) -> Result<Totals> {
    Ok(Totals {
        sessions: row.try_get("", "sessions")?,
        sessions_with_viewers: row.try_get("", "sessions_with_viewers")?,
        viewers: row.try_get("", "viewers")?,
        peak_viewers: row.try_get("", "peak_viewers")?,
        orders: row.try_get("", "orders")?,
        comments: row.try_get("", "comments")?,
        likes: row.try_get("", "likes")?,
        shares: row.try_get("", "shares")?,
        duration_seconds: row.try_get("", "duration_seconds")?,
        conversion: pair(row, "orders_of_viewers", "viewers_of_orders")?,
    })
}

fn takings(row: &QueryResult) -> Result<Takings> {
    let region: String = row.try_get("", "region")?;
    Ok(Takings {
        region: access::region(&region)?,
        revenue: row.try_get("", "revenue")?,
        ad_spend: row.try_get("", "ad_spend")?,
        order_value: pair(row, "revenue_of_orders", "orders_of_revenue")?,
        returns: pair(row, "revenue_of_spend", "spend_of_revenue")?,
    })
}

fn pair(row: &QueryResult, above: &str, below: &str) -> Result<Pair> {
    let sum = |name| row.try_get::<Sum>("", name);
    Ok(Pair { above: sum(above)?, below: sum(below)? })
}
