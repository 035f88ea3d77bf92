//! What clients see of the identity room: the viewer, studios and their members.

mod audit_log;
mod invitation;
mod invitation_mutation;
mod membership;
mod membership_mutation;
mod sign_in_mutation;
mod studio;
mod studio_mutation;
mod user;
mod viewer;

pub use audit_log::AuditLogEntry;
pub use invitation::Invitation;
pub use invitation_mutation::InvitationMutation;
pub use membership::Membership;
pub use membership_mutation::MembershipMutation;
pub use sign_in_mutation::SignInMutation;
pub use studio::{Studio, StudioRole};
pub use studio_mutation::StudioMutation;
pub use user::User;
pub use viewer::ViewerObject;

use async_graphql::{Context, ID, Object};

use super::{guard::Needs, loader, scope::AskerExt as _};
use crate::{
    error::Result,
    graphql::id::{GlobalId, Kind},
};

/// The identity room's part of `Query`.
#[derive(Default)]
pub struct IdentityQuery;

#[Object]
impl IdentityQuery {
    /// The signed-in user; null when the request carries no token.
    #[graphql(guard = "Needs::Nothing", directive = crate::graphql::price::statements::apply(Some(0), None))]
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Result<ViewerObject>> {
        ctx.asker().map(|asker| asker.viewer().map(ViewerObject)).transpose()
    }

    /// A studio by its id; null when there is none or it is not the viewer's. Errors: UNAUTHENTICATED, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn", directive = crate::graphql::price::statements::apply(Some(1), None))]
    async fn studio(&self, ctx: &Context<'_>, #[graphql(desc = "The studio's id.")] id: ID) -> Option<Result<Studio>> {
        studio_by_id(ctx, &id).await.transpose()
    }
}

async fn studio_by_id(ctx: &Context<'_>, id: &ID) -> Result<Option<Studio>> {
    ctx.viewer()?;
    loader::studio(ctx, GlobalId::key_of(id, Kind::Studio, "id")?).await
}
