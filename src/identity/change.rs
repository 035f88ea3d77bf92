//! A change of one studio: who makes it may make it at that moment, and changes of a studio take turns, so that what a change
//! finds is so until it is done.

use chrono::{DateTime, Utc};
use entity::membership::Role;
use sea_orm::DatabaseTransaction;

use super::{
    actor::Actor,
    audit::{self, Entry},
    scope::Scope,
    store,
};
use crate::{app::App, error::Result};

/// A change in the making. Dropped before [`commit`](Self::commit), it leaves nothing behind.
pub struct Change {
    pub transaction: DatabaseTransaction,
    pub scope: Scope,
    pub studio_id: i64,
    pub now: DateTime<Utc>,
    actor: Actor,
}

impl Change {
    /// Begins a change by a user who has to have at least this role. The role is read after the turn has come: what the
    /// request knew may have passed by then.
    pub async fn begin(app: &App, actor: Actor, user_id: i64, studio_id: i64, needed: Role) -> Result<Self> {
        let (transaction, all) = (app.database.write().await?, Scope::job_runner());
        store::member::take_turn(&all, &transaction, studio_id).await?;
        let membership = store::member::of_user(&all, &transaction, studio_id, user_id).await?;
        let scope = Scope::with_role(studio_id, membership.map(|membership| membership.role), needed)?;
        Ok(Self { transaction, scope, studio_id, now: app.clock.now(), actor })
    }

    /// Begins a change that the studio has told the gateway to make by itself.
    pub async fn begin_by_rule(app: &App, actor: Actor, studio_id: i64) -> Result<Self> {
        let (transaction, all) = (app.database.write().await?, Scope::job_runner());
        store::member::take_turn(&all, &transaction, studio_id).await?;
        Ok(Self { transaction, scope: Scope::of_studio(studio_id), studio_id, now: app.clock.now(), actor })
    }

    /// Begins a change by somebody who is about to become a member.
    pub async fn begin_joining(app: &App, actor: Actor, studio_id: i64) -> Result<Self> {
        let (transaction, scope) = (app.database.write().await?, Scope::of_studio(studio_id));
        store::member::take_turn(&scope, &transaction, studio_id).await?;
        Ok(Self { transaction, scope, studio_id, now: app.clock.now(), actor })
    }

    /// The same change by somebody who was made in it.
    pub fn by(self, user_id: i64) -> Self {
        Self { actor: self.actor.as_user(user_id), ..self }
    }

    /// Writes it down.
    pub async fn record(&self, entry: Entry) -> Result<()> {
        audit::record(&self.scope, &self.transaction, &self.actor, entry, self.now).await
    }

    pub async fn commit(self) -> Result<()> {
        Ok(self.transaction.commit().await?)
    }
}
