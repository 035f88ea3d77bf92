//! Samples that are taken for alerts.

use entity::{
    live_session,
    metric_sample::{ActiveModel, Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QuerySelect as _, sea_query::OnConflict,
};

use crate::{error::Result, identity::scope::Scope};

/// Rows that one statement writes: databases bind so many values and no more.
const AT_ONCE: usize = 1_000;

/// Stores samples. One that is stored already stays as it is; those of sessions that are no more are left out.
pub async fn insert(scope: &Scope, transaction: &DatabaseTransaction, samples: &[Model]) -> Result<()> {
    for some in samples.chunks(AT_ONCE) {
        let sessions = scope.restrict(live_session::Entity::find(), live_session::Column::StudioId);
        let sessions =
            sessions.filter(live_session::Column::Id.is_in(some.iter().map(|sample| sample.live_session_id)));
        let known: Vec<i64> =
            sessions.select_only().column(live_session::Column::Id).into_tuple().all(transaction).await?;
        let some = some.iter().filter(|sample| known.contains(&sample.live_session_id)).cloned();
        let rows: Vec<ActiveModel> = some.map(|sample| sample.into_active_model().reset_all()).collect();
        if rows.is_empty() {
            continue;
        }
        let again = OnConflict::columns([Column::LiveSessionId, Column::SampledAt]).do_nothing().to_owned();
        Entity::insert_many(rows).on_conflict(again).exec_without_returning(transaction).await?;
    }
    Ok(())
}
