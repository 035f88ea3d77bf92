//! What people change: one session at a time, its row held while it changes.

use chrono::{DateTime, Utc};
use entity::{coin_giveout, deleted_live_session, live_session, live_session_item};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, sea_query::OnConflict,
};

use super::SessionRow;
use crate::{error::Result, identity::scope::Scope};

/// A session's row, held until the transaction ends: nobody else changes it meanwhile. On SQLite the transaction itself sees to
/// that.
pub async fn hold(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session_key: i64,
) -> Result<Option<live_session::Model>> {
    let query = scope.restrict(live_session::Entity::find_by_id(session_key), live_session::Column::StudioId);
    Ok(query.lock_exclusive().one(transaction).await?)
}

/// Stores a session that is not there yet, also one that was deleted; `None` when anybody has it already.
pub async fn insert(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    row: SessionRow,
) -> Result<Option<live_session::Model>> {
    use live_session::Column;
    scope.require(studio_id)?;
    let row = SessionRow { studio_id: Set(studio_id), ..row };
    let conflict = OnConflict::columns([Column::Region, Column::SessionId]).do_nothing().to_owned();
    let insert = live_session::Entity::insert_many([row]).on_conflict(conflict);
    let Some(session) = insert.exec_with_returning(transaction).await?.pop() else { return Ok(None) };
    let deleted = (studio_id, session.region.clone(), session.session_id);
    deleted_live_session::Entity::delete_by_id(deleted).exec(transaction).await?;
    Ok(Some(session))
}

/// Changes a session unless a person has changed it after `since`; gives the row as it is then.
pub async fn edit(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session_key: i64,
    changes: SessionRow,
    since: DateTime<Utc>,
) -> Result<Option<live_session::Model>> {
    use live_session::Column;
    let unedited = Condition::any().add(Column::EditedAt.is_null()).add(Column::EditedAt.lte(since));
    let query = live_session::Entity::update_many().set(changes).filter(Column::Id.eq(session_key)).filter(unedited);
    Ok(scope.restrict(query, Column::StudioId).exec_with_returning(transaction).await?.pop())
}

/// Stores what a sync has found of a session that is held.
pub async fn update(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session_key: i64,
    changes: SessionRow,
) -> Result<()> {
    use live_session::Column;
    let query = live_session::Entity::update_many().set(changes).filter(Column::Id.eq(session_key));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// All items of a session.
pub async fn items(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session_key: i64,
) -> Result<Vec<live_session_item::Model>> {
    let query = live_session_item::Entity::find().inner_join(live_session::Entity);
    let query = scope.restrict(query, live_session::Column::StudioId);
    Ok(query.filter(live_session_item::Column::LiveSessionId.eq(session_key)).all(transaction).await?)
}

/// Whether coins were given away in a session, or somebody has asked for it.
pub async fn has_giveouts(scope: &Scope, transaction: &DatabaseTransaction, session_key: i64) -> Result<bool> {
    use coin_giveout::Column;
    let query = scope.restrict(coin_giveout::Entity::find(), Column::StudioId);
    let query = query.filter(Column::LiveSessionId.eq(session_key)).select_only().column(Column::Id).limit(1);
    Ok(query.into_tuple::<i64>().one(transaction).await?.is_some())
}

/// Deletes a session with all that belongs to it, and remembers that, so that no sync brings it back.
pub async fn delete(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session: &live_session::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    use deleted_live_session::Column;
    let query = live_session::Entity::delete_many().filter(live_session::Column::Id.eq(session.id));
    scope.restrict(query, live_session::Column::StudioId).exec(transaction).await?;
    let row = deleted_live_session::ActiveModel {
        studio_id: Set(session.studio_id),
        region: Set(session.region.clone()),
        session_id: Set(session.session_id),
        deleted_at: Set(now),
    };
    let key = [Column::StudioId, Column::Region, Column::SessionId];
    let conflict = OnConflict::columns(key).update_column(Column::DeletedAt).to_owned();
    deleted_live_session::Entity::insert(row).on_conflict(conflict).exec_without_returning(transaction).await?;
    Ok(())
}
