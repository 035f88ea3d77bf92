//! The rows of studios' rules.

use chrono::{DateTime, Utc};
use entity::campaign_rule::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    sea_query::OnConflict,
};

use crate::{campaign::rule::Rule, error::Result, identity::scope::Scope};

/// That of one studio.
pub async fn of_studio(scope: &Scope, connection: &impl ConnectionTrait, studio_id: i64) -> Result<Rule> {
    Ok(of_studios(scope, connection, &[studio_id]).await?.pop().map_or_else(Rule::default, |(_, rule)| rule))
}

/// Those of these studios that have ever changed theirs.
pub async fn of_studios(scope: &Scope, connection: &impl ConnectionTrait, studios: &[i64]) -> Result<Vec<(i64, Rule)>> {
    let query = scope.restrict(Entity::find(), Column::StudioId);
    let rows = query.filter(Column::StudioId.is_in(studios.iter().copied())).all(connection).await?;
    Ok(rows.iter().map(|row| (row.studio_id, row.into())).collect())
}

/// Stores that of one studio.
pub async fn put(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    rule: Rule,
    now: DateTime<Utc>,
) -> Result<()> {
    scope.require(studio_id)?;
    let row = ActiveModel {
        studio_id: Set(studio_id),
        is_enabled: Set(rule.is_enabled),
        pauses_below_millionths: Set(rule.pauses_below_millionths),
        target_millionths: Set(rule.target_millionths),
        minimum_spent_percent: Set(rule.minimum_spent_percent),
        changed_by: Set(rule.changed_by),
        updated_at: Set(now),
    };
    let mut again = OnConflict::column(Column::StudioId);
    again.update_columns([
        Column::IsEnabled,
        Column::PausesBelowMillionths,
        Column::TargetMillionths,
        Column::MinimumSpentPercent,
        Column::ChangedBy,
        Column::UpdatedAt,
    ]);
    Entity::insert(row).on_conflict(again).exec_without_returning(transaction).await?;
    Ok(())
}
