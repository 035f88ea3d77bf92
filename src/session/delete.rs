//! Deleting a session with all that belongs to it. It stays deleted, whatever Shopee lists, until somebody creates it again.

use entity::live_session::Status;

use super::{shown::shown, store::edit};
use crate::{
    app::App,
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{self, Action, Entry},
        scope::Scope,
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

pub async fn delete(app: &App, scope: &Scope, actor: &Actor, session_key: i64) -> Result<Deleted> {
    let (transaction, now) = (app.database.write().await?, app.clock.now());
    let held = edit::hold(scope, &transaction, session_key).await?;
    let session = held.ok_or_else(|| Error::not_found("session"))?;
    if session.status == Status::OnAir {
        return Ok(Deleted::OnAir);
    }
    if edit::has_giveouts(scope, &transaction, session_key).await? {
        return Ok(Deleted::HasGiveouts);
    }
    edit::delete(scope, &transaction, &session, now).await?;
    let entry = Entry::in_studio(Action::LiveSessionDeleted, session.studio_id, Kind::LiveSession, session_key);
    audit::record(scope, &transaction, actor, entry.before(shown(&session)?)?, now).await?;
    transaction.commit().await?;
    Ok(Deleted::Done)
}
