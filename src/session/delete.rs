//! Deleting a session with all that belongs to it. It stays deleted, whatever Shopee lists, until somebody creates it again.

use entity::live_session::Status;

use super::{shown::shown, store::edit};
use crate::{
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        audit::{Action, Entry},
        change::Change,
    },
};

/// How a deletion went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    Done,
    /// It is on air, so its figures are not final.
    OnAir,
    /// Coins were given away in it, and the books have to stay.
    HasGiveouts,
}

pub async fn delete(change: Change, session_key: i64) -> Result<Deleted> {
    let Change { scope, transaction, now, .. } = &change;
    let held = edit::hold(scope, transaction, session_key).await?;
    let session = held.ok_or_else(|| Error::not_found("session"))?;
    if session.status == Status::OnAir {
        return Ok(Deleted::OnAir);
    }
    if edit::has_giveouts(scope, transaction, session_key).await? {
        return Ok(Deleted::HasGiveouts);
    }
    edit::delete(scope, transaction, &session, *now).await?;
    let entry = Entry::in_studio(Action::LiveSessionDeleted, session.studio_id, Kind::LiveSession, session_key);
    change.record(entry.before(shown(&session)?)?).await?;
    change.commit().await?;
    Ok(Deleted::Done)
}
