//! What is left of the products of sessions on air.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    live_session,
    live_session_item::{Column, Entity},
};
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{CaseStatement, Expr, ExprTrait as _},
};

use crate::{database::Statements, error::Result, identity::scope::Scope, session::store::edit};

/// When the stock of each of these sessions was last seen, if ever; those without products are not among them.
pub async fn seen(
    scope: &Scope,
    statements: &Statements,
    sessions: &[i64],
) -> Result<HashMap<i64, Option<DateTime<Utc>>>> {
    let query = scope.restrict(Entity::find().inner_join(live_session::Entity), live_session::Column::StudioId);
    let query = query.filter(Column::LiveSessionId.is_in(sessions.iter().copied())).select_only();
    let query = query.column(Column::LiveSessionId).column_as(Column::StockSeenAt.max(), "seen_at");
    Ok(query.group_by(Column::LiveSessionId).into_tuple().all(statements).await?.into_iter().collect())
}

/// Notes what is left of a session's products, by Shopee's ids of these. Of those that are not named nothing is known. The session's
/// key comes from a row that was read within the scope.
///
/// The session's row before its items, as everybody takes them: two who took them crosswise would wait for each other.
pub async fn put(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session_key: i64,
    left: &[(i64, i64)],
    now: DateTime<Utc>,
) -> Result<()> {
    if edit::hold(scope, transaction, session_key).await?.is_none() {
        return Ok(());
    }
    let stock = left.iter().fold(CaseStatement::new(), |stock, (item_id, left)| {
        stock.case(Expr::col(Column::ItemId).eq(*item_id), Expr::value(*left))
    });
    // A case without a branch is no expression.
    let nothing = Expr::col(Column::Id).is_null();
    let stock = stock.case(nothing, Expr::value(0_i64)).finally(Expr::value(None::<i64>));
    let query = Entity::update_many()
        .col_expr(Column::Stock, stock.into())
        .col_expr(Column::StockSeenAt, Expr::value(now))
        .filter(Column::LiveSessionId.eq(session_key));
    query.exec(transaction).await?;
    Ok(())
}
