//! What was read of campaigns.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::campaign_reading::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

use crate::{campaign::reading::Reading, database::Statements, error::Result, identity::scope::Scope};

/// Rows that one statement writes: databases bind so many values and no more.
const AT_ONCE: usize = 500;

/// Our key of an account, and Shopee's id of a campaign of it.
pub type CampaignKey = (i64, i64);

/// Notes what was read of an account's campaigns; what somebody else has noted for the same moment stays.
pub async fn insert(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    (studio_id, account_id): (i64, i64),
    readings: &[Reading],
) -> Result<()> {
    scope.require(studio_id)?;
    let row = |reading: &Reading| ActiveModel {
        id: NotSet,
        studio_id: Set(studio_id),
        shopee_account_id: Set(account_id),
        campaign_id: Set(reading.campaign_id),
        name: Set(reading.name.clone()),
        day: Set(reading.day),
        state: Set(reading.state),
        daily_budget: Set(reading.daily_budget),
        spent: Set(reading.spent),
        sales: Set(reading.sales),
        orders: Set(reading.orders),
        read_at: Set(reading.read_at),
    };
    for some in readings.chunks(AT_ONCE) {
        let insert = Entity::insert_many(some.iter().map(row)).on_conflict(OnConflict::new().do_nothing().to_owned());
        insert.exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// What was read of these campaigns of an account since an instant, the oldest first.
pub async fn courses(
    scope: &Scope,
    connection: &impl ConnectionTrait,
    account_id: i64,
    campaigns: &[i64],
    since: DateTime<Utc>,
) -> Result<HashMap<i64, Vec<Reading>>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::ShopeeAccountId.eq(account_id));
    let query = query.filter(Column::CampaignId.is_in(campaigns.iter().copied())).filter(Column::ReadAt.gte(since));
    let rows = query.order_by_asc(Column::CampaignId).order_by_asc(Column::ReadAt).all(connection).await?;
    let mut courses: HashMap<i64, Vec<Reading>> = HashMap::new();
    for row in rows {
        courses.entry(row.campaign_id).or_default().push(row.into());
    }
    Ok(courses)
}

/// Some readings of a studio since an instant, campaign by campaign and the oldest of each first; those that come after this one.
pub async fn page(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    since: DateTime<Utc>,
    after: Option<&Model>,
    most: u64,
) -> Result<Vec<Model>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    let query = query.filter(Column::ReadAt.gte(since)).apply_if(after, |query, after| {
        let place = [Column::ShopeeAccountId, Column::CampaignId, Column::ReadAt].map(Expr::col);
        let last = [Expr::value(after.shopee_account_id), Expr::value(after.campaign_id), Expr::value(after.read_at)];
        query.filter(Expr::tuple(place).gt(Expr::tuple(last)))
    });
    let query = query.order_by_asc(Column::ShopeeAccountId).order_by_asc(Column::CampaignId);
    Ok(query.order_by_asc(Column::ReadAt).limit(most).all(statements).await?)
}

/// Takes out readings that are older than this, the oldest first; how many.
pub async fn forget(scope: &Scope, transaction: &DatabaseTransaction, before: DateTime<Utc>, most: u64) -> Result<u64> {
    let old = scope.restrict(Entity::find(), Column::StudioId).select_only().column(Column::Id);
    let old = old.filter(Column::ReadAt.lt(before)).order_by_asc(Column::ReadAt).limit(most).into_query();
    Ok(Entity::delete_many().filter(Column::Id.in_subquery(old)).exec(transaction).await?.rows_affected)
}
