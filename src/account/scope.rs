//! What somebody may see. Every store function begins with a [`Scope`], so that none can forget the studio.

use std::sync::Arc;

use async_graphql::Context;
use entity::membership::Role;
use sea_orm::{ColumnTrait, QueryFilter};

use crate::error::{ClientError, Error, Result};
use crate::graphql::context::ContextExt as _;

/// A signed-in user and the studios they belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub user_id: i64,
    pub email: String,
    pub display_name: String,
    pub memberships: Vec<Membership>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    pub studio_id: i64,
    pub role: Role,
}

/// Who sent an operation: nobody in particular, or a viewer.
#[derive(Clone, Debug, Default)]
pub struct Asker(pub Option<Arc<Viewer>>);

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

/// Who asks, from the resolver's context.
pub trait AskerExt {
    /// The signed-in viewer, or `None`.
    fn asker(&self) -> Result<Option<&Arc<Viewer>>>;
    /// The signed-in viewer; an error for anybody else.
    fn viewer(&self) -> Result<&Arc<Viewer>>;
    /// What the viewer may see; an error for anybody else.
    fn scope(&self) -> Result<Scope>;
}

impl AskerExt for Context<'_> {
    fn asker(&self) -> Result<Option<&Arc<Viewer>>> {
        Ok(self.given::<Asker>()?.0.as_ref())
    }

    fn viewer(&self) -> Result<&Arc<Viewer>> {
        self.asker()?.ok_or_else(|| ClientError::Unauthenticated.into())
    }

    fn scope(&self) -> Result<Scope> {
        self.viewer().map(|viewer| Scope::of(viewer))
    }
}
