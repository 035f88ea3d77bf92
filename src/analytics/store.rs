//! Every query of the analytics room: a fixed number of statements, whatever the length of the period and of its pieces.
//!
//! What it reads is what was asked about: the sessions of a studio that began within a period, by the index on both, and their items
//! by the index on their sessions. So an answer is as fresh as the rows, and no slower for what others store.

mod began;
pub mod products;
pub mod recounts;
pub mod streamers;

use std::collections::HashMap;

use entity::live_session::Column;
use sea_orm::{
    ConnectionTrait as _, ExprTrait as _, QueryResult,
    sea_query::{Alias, CaseStatement, Expr, Func, Order, Query, SelectStatement, SimpleExpr},
};

use self::began::{PIECE, began, session, whole};
use super::{
    figures::{Figures, Pair, Sum, Takings, Totals},
    period::Span,
};
use crate::{account::access, database::Statements, error::Result, identity::scope::Scope};

/// What is read beside the sessions' own figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub commission: bool,
    pub top_product: bool,
    pub top_streamer: bool,
}

/// What the sessions that began in each of these pieces of a period add up to, in order. Sessions that are only planned do not count.
pub async fn figures(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    pieces: &[Span],
    wanted: Wanted,
) -> Result<Vec<Figures>> {
    let query = figures_query(scope, studio_id, pieces, wanted)?;
    let mut found: HashMap<i64, Figures> = HashMap::new();
    for row in statements.query_all(&query).await? {
        let figures = found.entry(row.try_get("", PIECE)?).or_default();
        figures.totals = figures.totals.and(totals(&row)?)?;
        figures.takings.push(takings(&row, wanted)?);
    }
    if wanted.top_product {
        for (piece, product) in products::top_of_each(scope, statements, studio_id, pieces).await? {
            found.entry(piece).or_default().crown_product(product)?;
        }
    }
    if wanted.top_streamer {
        for (piece, streamer) in streamers::top_of_each(scope, statements, studio_id, pieces).await? {
            found.entry(piece).or_default().crown_streamer(streamer)?;
        }
    }
    Ok((0..pieces.len() as i64).map(|number| found.remove(&number).unwrap_or_default()).collect())
}

/// The statement behind [`figures`].
pub fn figures_query(scope: &Scope, studio_id: i64, pieces: &[Span], wanted: Wanted) -> Result<SelectStatement> {
    let mut columns = vec![Column::Id, Column::Region];
    columns.extend(SUMMED);
    let mut query = Query::select();
    query.from_subquery(began(scope, studio_id, pieces, &columns)?, began::sessions());
    query.expr_as(piece(), Alias::new(PIECE)).expr_as(session(Column::Region), Alias::new("region"));
    for (name, expression) in sums() {
        query.expr_as(expression, Alias::new(name));
    }
    if wanted.commission {
        let commission = whole(Func::sum(products::commission_of_session()).into());
        query.expr_as(commission, Alias::new("commission"));
    }
    query.add_group_by([piece(), session(Column::Region)]).order_by_expr(session(Column::Region), Order::Asc);
    Ok(query)
}

fn piece() -> SimpleExpr {
    Expr::col((began::sessions(), Alias::new(PIECE)))
}

fn sum(column: Column) -> SimpleExpr {
    whole(Func::sum(session(column)).into())
}

/// A sum over the sessions that reported something else too.
fn sum_with(amount: SimpleExpr, other: SimpleExpr) -> SimpleExpr {
    let reported = CaseStatement::new().case(other.is_not_null(), amount);
    whole(Func::sum(reported).into())
}

fn both(above: Column, below: Column) -> SimpleExpr {
    sum_with(session(above), session(below))
}

/// What viewers did beside watching; null when one of it was not reported.
fn interactions() -> SimpleExpr {
    session(Column::TotalLikes).add(session(Column::TotalComments)).add(session(Column::TotalShares))
}

const SUMMED: [Column; 11] = {
    use Column::*;
    [
        TotalViewers,
        PeakViewers,
        TotalOrders,
        TotalRevenue,
        ConfirmedOrders,
        ConfirmedRevenue,
        TotalComments,
        TotalLikes,
        TotalShares,
        DurationSeconds,
        CampaignSpent,
    ]
};

fn sums() -> [(&'static str, SimpleExpr); 21] {
    use Column::*;
    [
        ("sessions", whole(Func::count(session(Id)).into())),
        ("sessions_with_viewers", whole(Func::count(session(TotalViewers)).into())),
        ("viewers", sum(TotalViewers)),
        ("peak_viewers", whole(Func::max(session(PeakViewers)).into())),
        ("orders", sum(TotalOrders)),
        ("confirmed_orders", sum(ConfirmedOrders)),
        ("comments", sum(TotalComments)),
        ("likes", sum(TotalLikes)),
        ("shares", sum(TotalShares)),
        ("duration_seconds", sum(DurationSeconds)),
        ("revenue", sum(TotalRevenue)),
        ("confirmed_revenue", sum(ConfirmedRevenue)),
        ("ad_spend", sum(CampaignSpent)),
        ("orders_of_viewers", both(TotalOrders, TotalViewers)),
        ("viewers_of_orders", both(TotalViewers, TotalOrders)),
        ("interactions_of_viewers", sum_with(interactions(), session(TotalViewers))),
        ("viewers_of_interactions", sum_with(session(TotalViewers), interactions())),
        ("revenue_of_orders", both(TotalRevenue, TotalOrders)),
        ("orders_of_revenue", both(TotalOrders, TotalRevenue)),
        ("revenue_of_spend", both(TotalRevenue, CampaignSpent)),
        ("spend_of_revenue", both(CampaignSpent, TotalRevenue)),
    ]
}

fn totals(row: &QueryResult) -> Result<Totals> {
    Ok(Totals {
        sessions: row.try_get("", "sessions")?,
        sessions_with_viewers: row.try_get("", "sessions_with_viewers")?,
        viewers: row.try_get("", "viewers")?,
        peak_viewers: row.try_get("", "peak_viewers")?,
        orders: row.try_get("", "orders")?,
        confirmed_orders: row.try_get("", "confirmed_orders")?,
        comments: row.try_get("", "comments")?,
        likes: row.try_get("", "likes")?,
        shares: row.try_get("", "shares")?,
        duration_seconds: row.try_get("", "duration_seconds")?,
        conversion: pair(row, "orders_of_viewers", "viewers_of_orders")?,
        engagement: pair(row, "interactions_of_viewers", "viewers_of_interactions")?,
    })
}

fn takings(row: &QueryResult, wanted: Wanted) -> Result<Takings> {
    let region: String = row.try_get("", "region")?;
    Ok(Takings {
        revenue: row.try_get("", "revenue")?,
        confirmed_revenue: row.try_get("", "confirmed_revenue")?,
        ad_spend: row.try_get("", "ad_spend")?,
        commission: if wanted.commission { row.try_get("", "commission")? } else { None },
        order_value: pair(row, "revenue_of_orders", "orders_of_revenue")?,
        returns: pair(row, "revenue_of_spend", "spend_of_revenue")?,
        ..Takings::of(access::region(&region)?)
    })
}

fn pair(row: &QueryResult, above: &str, below: &str) -> Result<Pair> {
    let sum = |name| row.try_get::<Sum>("", name);
    Ok(Pair { above: sum(above)?, below: sum(below)? })
}
