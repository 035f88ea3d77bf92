//! Taking a session into a studio by its id: before a sync finds it, or because Shopee lists it no longer. What is stored is what
//! Shopee says of it to the account, so that nobody can take in another's.

use entity::live_session::Status;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};

use super::{
    ask::{Told, without_a_start},
    names::SessionName,
    shown::shown,
    store::{
        SessionRow, edit,
        upsert::{Owner, last_numbers, storable},
    },
};
use crate::{
    error::Result,
    graphql::id::Kind,
    identity::{
        audit::{Action, Entry},
        change::Change,
    },
};

/// What somebody wants to have stored.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub session_id: i64,
    pub name: Option<SessionName>,
    pub campaign_id: Option<i64>,
    pub campaign_budget: Option<i64>,
}

/// Stores the session and gives its key; `None` when it is stored already.
pub async fn create(change: Change, owner: &Owner, wanted: Wanted, told: &Told) -> Result<Option<i64>> {
    let (row, Change { scope, transaction, now, .. }) = (row(owner, wanted, told)?, &change);
    let row = SessionRow { created_at: Set(*now), updated_at: Set(*now), synced_at: Set(Some(*now)), ..row };
    let Some(session) = edit::insert(scope, transaction, owner.studio_id, row).await? else { return Ok(None) };
    let entry = Entry::in_studio(Action::LiveSessionCreated, session.studio_id, Kind::LiveSession, session.id);
    change.record(entry.after(shown(&session)?)?).await?;
    change.commit().await?;
    Ok(Some(session.id))
}

fn row(owner: &Owner, wanted: Wanted, told: &Told) -> Result<SessionRow> {
    let title = told.info.title.as_deref().unwrap_or_default();
    let mut row = SessionRow {
        shopee_account_id: Set(owner.account_id),
        region: Set(owner.region.code().to_owned()),
        session_id: Set(wanted.session_id),
        session_name: Set(storable(title)),
        edited_name: Set(wanted.name.map(SessionName::into_text)),
        streamer_id: Set(Some(owner.streamer_id)),
        streamer_name: Set(Some(owner.streamer_name.clone())),
        status: Set(if told.has_ended() { Status::Ended } else { Status::OnAir }),
        started_at: Set(told.info.started_at.ok_or_else(without_a_start)?),
        campaign_id: Set(wanted.campaign_id),
        campaign_budget: Set(wanted.campaign_budget),
        ..Default::default()
    };
    for (column, total) in last_numbers(&told.metrics) {
        row.set(column, total.into());
    }
    Ok(row)
}
