//! What nothing could tell, told by a person who has looked.

use entity::{intent::State, membership::Role};

use super::{
    advance::settled_entry,
    effect::Handler,
    refusal::Refusal,
    store::{self, Outcome},
};
use crate::{
    app::App,
    error::{Error, Result},
    identity::{actor::Actor, change::Change},
};

/// How telling it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    Done,
    /// It is known already, or still being found out.
    NotUnknown,
}

/// Settles an intent of which nothing is known, by an owner of its studio.
pub async fn resolve(
    app: &App,
    actor: Actor,
    user_id: i64,
    handler: Handler,
    (studio_id, id): (i64, i64),
    happened: bool,
) -> Result<Resolved> {
    let change = Change::begin(app, actor, user_id, studio_id, Role::Owner).await?;
    let intent = store::by_id(&change.scope, &change.transaction, id).await?;
    let intent = intent.ok_or_else(|| Error::not_found("intent"))?;
    if intent.state != State::Unknown {
        return Ok(Resolved::NotUnknown);
    }
    let outcome = if happened { Outcome::Done } else { Outcome::Refused(Refusal::NotSeen) };
    let settled = store::settle(&change.scope, &change.transaction, &intent, outcome, change.now).await?;
    let Some(settled) = settled else { return Ok(Resolved::NotUnknown) };
    (handler.settled)(&change.scope, &change.transaction, &settled).await?;
    change.record(settled_entry(&intent, &settled)?).await?;
    change.commit().await?;
    Ok(Resolved::Done)
}
