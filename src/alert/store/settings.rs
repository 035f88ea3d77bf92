//! The rows of studios' thresholds.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::alert_settings::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    sea_query::OnConflict,
};

use crate::{alert::settings::Settings, error::Result, identity::scope::Scope};

/// Those of all studios that have ever changed them.
pub async fn all(scope: &Scope, connection: &impl ConnectionTrait) -> Result<HashMap<i64, Settings>> {
    let rows = scope.restrict(Entity::find(), Column::StudioId).all(connection).await?;
    Ok(rows.iter().map(|row| (row.studio_id, row.into())).collect())
}

/// Those of one studio.
pub async fn of_studio(scope: &Scope, connection: &impl ConnectionTrait, studio_id: i64) -> Result<Settings> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    Ok(query.one(connection).await?.as_ref().map_or_else(Settings::default, Into::into))
}

/// Stores those of one studio.
pub async fn put(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    settings: Settings,
    now: DateTime<Utc>,
) -> Result<()> {
    scope.require(studio_id)?;
    let row = ActiveModel {
        studio_id: Set(studio_id),
        viewers_drop_percent: Set(settings.viewers_drop_percent),
        orders_drop_percent: Set(settings.orders_drop_percent),
        likes_drop_percent: Set(settings.likes_drop_percent),
        stock_low_pieces: Set(settings.stock_low_pieces),
        coins_low_percent: Set(settings.coins_low_percent),
        source_stale_minutes: Set(settings.source_stale_minutes),
        updated_at: Set(now),
    };
    let mut again = OnConflict::column(Column::StudioId);
    again.update_columns([
        Column::ViewersDropPercent,
        Column::OrdersDropPercent,
        Column::LikesDropPercent,
        Column::StockLowPieces,
        Column::CoinsLowPercent,
        Column::SourceStaleMinutes,
        Column::UpdatedAt,
    ]);
    Entity::insert(row).on_conflict(again).exec_without_returning(transaction).await?;
    Ok(())
}
