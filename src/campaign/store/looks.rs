//! When accounts' campaigns are looked at.

use chrono::{DateTime, Utc};
use entity::{
    campaign_look::{ActiveModel, Column, Entity},
    shopee_account,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{database::Statements, error::Result, identity::scope::Scope};

/// The accounts whose next look is yet to come.
pub async fn not_due(scope: &Scope, statements: &Statements, now: DateTime<Utc>) -> Result<Vec<i64>> {
    let query = Entity::find().inner_join(shopee_account::Entity).filter(Column::DueAt.gt(now));
    let query = scope.restrict(query, shopee_account::Column::StudioId);
    Ok(query.select_only().column(Column::ShopeeAccountId).into_tuple().all(statements).await?)
}

/// Moves an account's next look on if it is due; whether it was, and is the caller's now. The account's key comes from a row that was
/// read within the scope.
pub async fn claim(
    transaction: &DatabaseTransaction,
    account_id: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool> {
    let mut again = OnConflict::column(Column::ShopeeAccountId);
    again.update_column(Column::DueAt).action_and_where(Expr::col((Entity, Column::DueAt)).lte(now));
    let row = ActiveModel { shopee_account_id: Set(account_id), due_at: Set(until) };
    Ok(Entity::insert(row).on_conflict(again).exec_without_returning(transaction).await? > 0)
}

/// Puts an account's next look off.
pub async fn put_off(transaction: &DatabaseTransaction, account_id: i64, until: DateTime<Utc>) -> Result<()> {
    let query = Entity::update_many().col_expr(Column::DueAt, Expr::value(until));
    query.filter(Column::ShopeeAccountId.eq(account_id)).exec(transaction).await?;
    Ok(())
}
