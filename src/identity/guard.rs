//! Who may use a root field. Every one carries a guard, and `docs/permissions.md` is the written table of them.
//!
//! A guard sees no arguments, so it can only turn away whoever may use the field nowhere. Where a field names a studio, or a thing
//! of one, its resolver asks [`AskerExt::scope_in`](super::scope::AskerExt::scope_in) for that studio.

use async_graphql::{Context, Guard};
use entity::membership::Role;

use super::scope::{AskerExt as _, forbidden, includes};

/// What a root field asks of whoever uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: this is how one signs in.
    Nothing,
    /// Somebody signed in; what they see follows their memberships.
    SignIn,
    /// A member with at least this role in at least one studio.
    Role(Role),
}

impl Guard for Needs {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        match self {
            Self::Nothing => Ok(()),
            Self::SignIn => Ok(ctx.viewer().map(|_| ())?),
            Self::Role(needed) => {
                let allowed = ctx.viewer()?.memberships.iter().any(|membership| includes(membership.role, *needed));
                if allowed { Ok(()) } else { Err(forbidden(*needed).into()) }
            }
        }
    }
}
