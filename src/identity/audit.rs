//! The audit log: who did what to which thing, from where and when. Written in the transaction that makes the change, so that
//! neither is there without the other; the database itself refuses to change or remove an entry.

use chrono::{DateTime, Utc};
use entity::audit_entry;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait as _};
use serde::Serialize;
use serde_json::Value;

use super::{actor::Actor, scope::Scope};
use crate::{
    error::{Error, Result},
    graphql::id::{GlobalId, Kind},
};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum Action {
    /// A studio was made.
    StudioCreated,
    /// A live session was taken into a studio by its id.
    LiveSessionCreated,
    /// What a studio keeps of a live session was changed by a person.
    LiveSessionUpdated,
    /// A live session was deleted, with its products and figures.
    LiveSessionDeleted,
    /// A live session was compared with Shopee because a person asked for it.
    LiveSessionSynced,
}

impl Action {
    pub const ALL: &[Self] = &[
        Self::StudioCreated,
        Self::LiveSessionCreated,
        Self::LiveSessionUpdated,
        Self::LiveSessionDeleted,
        Self::LiveSessionSynced,
    ];

    /// As it stands in the row.
    pub fn name(self) -> &'static str {
        match self {
            Self::StudioCreated => "STUDIO_CREATED",
            Self::LiveSessionCreated => "LIVE_SESSION_CREATED",
            Self::LiveSessionUpdated => "LIVE_SESSION_UPDATED",
            Self::LiveSessionDeleted => "LIVE_SESSION_DELETED",
            Self::LiveSessionSynced => "LIVE_SESSION_SYNCED",
        }
    }

    /// The action of a row; `None` for one that another version of the gateway wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

/// What happened to one thing. `before` and `after` hold no secret, ever.
#[derive(Clone, Debug)]
pub struct Entry {
    pub action: Action,
    pub studio_id: Option<i64>,
    pub subject: GlobalId,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Entry {
    /// Something done to a thing of a studio.
    pub fn in_studio(action: Action, studio_id: i64, kind: Kind, key: i64) -> Self {
        let subject = GlobalId::new(kind, key);
        Self { action, studio_id: Some(studio_id), subject, before: None, after: None }
    }

    /// How the thing was.
    pub fn before(self, before: impl Serialize) -> Result<Self> {
        Ok(Self { before: Some(json(before)?), ..self })
    }

    /// How the thing is now.
    pub fn after(self, after: impl Serialize) -> Result<Self> {
        Ok(Self { after: Some(json(after)?), ..self })
    }
}

fn json(value: impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

/// Adds an entry.
pub async fn record(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    actor: &Actor,
    entry: Entry,
    now: DateTime<Utc>,
) -> Result<()> {
    if let Some(studio_id) = entry.studio_id {
        scope.require(studio_id)?;
    }
    let row = audit_entry::ActiveModel {
        studio_id: Set(entry.studio_id),
        user_id: Set(actor.user_id),
        action: Set(entry.action.name().to_owned()),
        subject_kind: Set(entry.subject.kind.name().to_owned()),
        subject_id: Set(Some(entry.subject.key.to_string())),
        remote_address: Set(actor.address.map(|address| address.to_string())),
        request_id: Set(actor.request_id.clone()),
        before: Set(entry.before.map(|before| before.to_string())),
        after: Set(entry.after.map(|after| after.to_string())),
        occurred_at: Set(now),
        ..Default::default()
    };
    audit_entry::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}
