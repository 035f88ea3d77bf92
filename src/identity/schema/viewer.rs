use std::sync::Arc;

use async_graphql::{Context, Object};

use super::{Studio, StudioRole};
use crate::{
    error::{Error, Result},
    graphql::weight,
    identity::{loader, scope},
};

/// What a user's studios are weighed as: most have one or two.
const MEMBERSHIPS: i64 = 5;

/// The signed-in user.
pub struct ViewerObject(pub Arc<scope::Viewer>);

/// The signed-in user.
#[Object(name = "Viewer")]
impl ViewerObject {
    /// The e-mail address the user signs in with.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// The name shown to colleagues.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// The studios the user belongs to, with their role in each: one entry a studio.
    #[graphql(complexity = "weight::of_list(child_complexity, MEMBERSHIPS)")]
    async fn memberships(&self) -> Vec<Membership> {
        self.0.memberships.iter().copied().map(Membership).collect()
    }
}

/// A user's place in one studio.
pub struct Membership(scope::Membership);

/// A user's place in one studio.
#[Object]
impl Membership {
    /// What the user may do in the studio.
    async fn role(&self) -> StudioRole {
        self.0.role.into()
    }

    /// The studio.
    async fn studio(&self, ctx: &Context<'_>) -> Result<Studio> {
        loader::studio(ctx, self.0.studio_id).await?.ok_or_else(|| Error::not_found("studio"))
    }
}
