//! What somebody may see. Every store function begins with a [`Scope`], so that none can forget the studio.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Context;
use chrono::{DateTime, Utc};
use entity::membership::Role;
use sea_orm::{ColumnTrait, QueryFilter};

use super::actor::Actor;
use crate::error::{ClientError, Error, Result};
use crate::graphql::context::ContextExt as _;

/// A signed-in user and the studios they belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub user_id: i64,
    pub email: String,
    pub display_name: String,
    pub memberships: Vec<Membership>,
    /// The sign-in that the token stands for; `None` for another issuer's token, and for somebody who has
    /// become a user just now.
    pub sign_in_id: Option<i64>,
    /// How often something had been taken from the user when this was read ([`super::revocations`]).
    pub access_revision: i64,
}

/// A user's place in one studio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    pub id: i64,
    pub studio_id: i64,
    pub role: Role,
    pub joined_at: DateTime<Utc>,
}

impl Viewer {
    /// What any member of a studio has in common with all the others: a place there with the least role, and nothing else. It is
    /// no user, so what is a user's own shows nothing to it.
    pub fn of_any_member(studio_id: i64) -> Self {
        let place = Membership { id: 0, studio_id, role: Role::Analyst, joined_at: DateTime::UNIX_EPOCH };
        Self {
            user_id: 0,
            email: String::new(),
            display_name: String::new(),
            memberships: vec![place],
            sign_in_id: None,
            access_revision: 0,
        }
    }

    /// The viewer's place in a studio.
    pub fn membership(&self, studio_id: i64) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.studio_id == studio_id)
    }

    /// The viewer with this place, in the stead of one they had in the studio.
    pub fn with(mut self, membership: Membership) -> Self {
        self = self.without(membership.studio_id);
        self.memberships.push(membership);
        self
    }

    /// The viewer without a place in the studio.
    pub fn without(mut self, studio_id: i64) -> Self {
        self.memberships.retain(|membership| membership.studio_id != studio_id);
        self
    }
}

/// Who sent an operation: nobody in particular, or a viewer. A mutation may change that: whoever signs in, makes a studio or joins
/// one sees it in the answer.
#[derive(Clone, Debug, Default)]
pub struct Asker(Arc<Mutex<Option<Arc<Viewer>>>>);

impl Asker {
    pub fn new(viewer: Option<Arc<Viewer>>) -> Self {
        Self(Arc::new(Mutex::new(viewer)))
    }

    /// The signed-in viewer, or `None`.
    pub fn viewer(&self) -> Option<Arc<Viewer>> {
        self.lock().clone()
    }

    /// What the viewer may see; an error for anybody else.
    pub fn scope(&self) -> Result<Scope> {
        Ok(Scope::of(&*self.viewer().ok_or(ClientError::Unauthenticated)?))
    }

    /// From now on the operation is this viewer's.
    pub fn becomes(&self, viewer: Viewer) {
        *self.lock() = Some(Arc::new(viewer));
    }

    /// From now on the operation is nobody's: they have signed out.
    pub fn leaves(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Viewer>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The studios whose rows may be read or written.
#[derive(Clone, Debug)]
pub struct Scope(Studios);

#[derive(Clone, Debug)]
enum Studios {
    These(Arc<[i64]>),
    All,
}

impl Scope {
    /// What a viewer may see: the studios they belong to.
    pub fn of(viewer: &Viewer) -> Self {
        Self(Studios::These(viewer.memberships.iter().map(|membership| membership.studio_id).collect()))
    }

    /// One studio for whoever needs no role in it: who has made it just now, and what it has told the gateway to do by itself.
    pub(super) fn of_studio(studio_id: i64) -> Self {
        Self(Studios::These(Arc::new([studio_id])))
    }

    /// No studio at all, for what concerns a user alone.
    pub(super) fn of_nothing() -> Self {
        Self(Studios::These(Arc::new([])))
    }

    /// One studio, for somebody who may do more there than look: a member with at least this role.
    pub fn in_studio(viewer: &Viewer, studio_id: i64, needed: Role) -> Result<Self> {
        Self::with_role(studio_id, viewer.membership(studio_id).map(|membership| membership.role), needed)
    }

    /// One studio, for somebody who has this role there, or none, where at least that one is needed.
    pub(super) fn with_role(studio_id: i64, role: Option<Role>, needed: Role) -> Result<Self> {
        match role {
            None => Err(Error::not_found("studio")),
            Some(role) if includes(role, needed) => Ok(Self(Studios::These(Arc::new([studio_id])))),
            Some(_) => Err(forbidden(needed)),
        }
    }

    /// The studios where the viewer has at least this role.
    pub fn of_role(viewer: &Viewer, needed: Role) -> Self {
        let memberships = viewer.memberships.iter().filter(|membership| includes(membership.role, needed));
        Self(Studios::These(memberships.map(|membership| membership.studio_id).collect()))
    }

    /// What jobs and the operator's command line may see: everything.
    pub fn job_runner() -> Self {
        Self(Studios::All)
    }

    /// Fails unless the studio is within the scope: for what is inserted, where there is no query to narrow.
    pub fn require(&self, studio_id: i64) -> Result<()> {
        match &self.0 {
            Studios::These(studios) if !studios.contains(&studio_id) => Err(Error::not_found("studio")),
            _ => Ok(()),
        }
    }

    /// Narrows a query to the scope; `studio` is the column that holds the row's studio.
    pub fn restrict<Q: QueryFilter>(&self, query: Q, studio: impl ColumnTrait) -> Q {
        match &self.0 {
            Studios::These(studios) => query.filter(studio.is_in(studios.iter().copied())),
            Studios::All => query,
        }
    }
}

/// Whether whoever has one role may do what another one may. Owners may do everything, analysts only look.
pub fn includes(role: Role, needed: Role) -> bool {
    rank(role) >= rank(needed)
}

fn rank(role: Role) -> u8 {
    match role {
        Role::Analyst => 0,
        Role::Operator => 1,
        Role::Owner => 2,
    }
}

/// The answer to a member who may look and not touch.
pub(super) fn forbidden(needed: Role) -> Error {
    let needs = match needed {
        Role::Analyst => "ANALYST",
        Role::Operator => "OPERATOR",
        Role::Owner => "OWNER",
    };
    ClientError::Forbidden { needs }.into()
}

/// Who asks, from the resolver's context.
pub trait AskerExt {
    /// Who sent the operation.
    fn asker(&self) -> Result<&Asker>;
    /// The signed-in viewer; an error for anybody else.
    fn viewer(&self) -> Result<Arc<Viewer>>;
    /// What the viewer may see; an error for anybody else.
    fn scope(&self) -> Result<Scope>;
    /// One studio, if the viewer has at least this role there.
    fn scope_in(&self, studio_id: i64, needed: Role) -> Result<Scope>;
    /// Whoever sent the operation, for the audit log: who they are by now, since they may have signed in meanwhile.
    fn actor(&self) -> Result<Actor>;
}

impl AskerExt for Context<'_> {
    fn asker(&self) -> Result<&Asker> {
        self.given()
    }

    fn viewer(&self) -> Result<Arc<Viewer>> {
        self.asker()?.viewer().ok_or_else(|| ClientError::Unauthenticated.into())
    }

    fn scope(&self) -> Result<Scope> {
        self.asker()?.scope()
    }

    fn scope_in(&self, studio_id: i64, needed: Role) -> Result<Scope> {
        Scope::in_studio(&*self.viewer()?, studio_id, needed)
    }

    fn actor(&self) -> Result<Actor> {
        let sender: &Actor = self.given()?;
        Ok(Actor { user_id: self.asker()?.viewer().map(|viewer| viewer.user_id), ..sender.clone() })
    }
}
