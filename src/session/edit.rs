//! What a person changes of a stored session. Nobody overwrites another person's change unseen: whoever edits says which state they
//! have seen, and an edit since then refuses theirs. What a sync changes meanwhile is no such edit.

use std::cmp::max;

use chrono::{DateTime, TimeDelta, Utc};
use entity::live_session;
use sea_orm::{
    ActiveValue::{self, NotSet, Set},
    Value,
};

use super::{
    names::SessionName,
    shown::Changes,
    store::{SessionRow, edit},
};
use crate::{
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        audit::{Action, Entry},
        change::Change,
    },
};

/// What is to change. Each is `None` to stay as it is, and `Some(None)` to be what Shopee says, or nothing where that says nothing.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    pub name: Option<Option<SessionName>>,
    pub campaign_id: Option<Option<i64>>,
    pub campaign_budget: Option<Option<i64>>,
    pub campaign_spent: Option<Option<i64>>,
}

/// How an edit went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// The session is as it was to be.
    Done,
    /// A person has changed it since.
    Stale,
}

/// Changes a session that looked as it did at `seen`, its `updated_at` then. What is as it was to be already is no change.
pub async fn edit(change: Change, session_key: i64, edit: Edit, seen: DateTime<Utc>) -> Result<Edited> {
    let Change { scope, transaction, now, .. } = &change;
    let held = edit::hold(scope, transaction, session_key).await?;
    let before = held.ok_or_else(|| Error::not_found("session"))?;
    // Later than any state that somebody can have seen, also where the clock of whoever changed it last was ahead of ours.
    let at = max(*now, before.updated_at + TimeDelta::milliseconds(1));
    let Some(after) = edit::edit(scope, transaction, session_key, edit.row(at), seen).await? else {
        return Ok(Edited::Stale);
    };
    if !is_alike(&before, &after) {
        let changes = Changes::between(&before, &after)?;
        let entry = Entry::in_studio(Action::LiveSessionUpdated, after.studio_id, Kind::LiveSession, session_key);
        let entry = entry.before(changes.before)?.after(changes.after)?;
        change.record(entry).await?;
        change.commit().await?;
    }
    Ok(Edited::Done)
}

/// Whether nothing but the time of the edit differs.
fn is_alike(before: &live_session::Model, after: &live_session::Model) -> bool {
    let undated = |row: &live_session::Model| live_session::Model {
        edited_at: None,
        updated_at: DateTime::UNIX_EPOCH,
        ..row.clone()
    };
    undated(before) == undated(after)
}

impl Edit {
    pub fn is_empty(&self) -> bool {
        let Self { name, campaign_id, campaign_budget, campaign_spent } = self;
        name.is_none() && campaign_id.is_none() && campaign_budget.is_none() && campaign_spent.is_none()
    }

    fn row(self, at: DateTime<Utc>) -> SessionRow {
        SessionRow {
            edited_name: changed(self.name.map(|name| name.map(SessionName::into_text))),
            campaign_id: changed(self.campaign_id),
            campaign_budget: changed(self.campaign_budget),
            campaign_spent: changed(self.campaign_spent),
            edited_at: Set(Some(at)),
            updated_at: Set(at),
            ..Default::default()
        }
    }
}

fn changed<T: Into<Value>>(value: Option<T>) -> ActiveValue<T> {
    value.map_or(NotSet, Set)
}
