//! What clients see of the account room: the viewer, studios, Shopee accounts.

mod ongoing_live;
mod remote_session;
mod shopee_account;
mod studio;
mod viewer;

pub use ongoing_live::OngoingLive;
pub use remote_session::{RemoteSession, RemoteSessionOrder, RemoteSessionPage};
pub use shopee_account::{CreatorProfile, Region, ShopeeAccount, ShopeeAccountStatus};
pub use studio::{Studio, StudioRole};
pub use viewer::{Membership, ViewerObject};

use async_graphql::{Context, ID, Object};

use super::{loader, scope::AskerExt as _};
use crate::{
    error::Result,
    graphql::id::{GlobalId, Kind},
};

/// The account room's part of `Query`.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The signed-in user; null when the request carries no token.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Result<ViewerObject>> {
        ctx.asker().map(|viewer| viewer.cloned().map(ViewerObject)).transpose()
    }

    /// A studio by its id; null when there is none or it is not the viewer's. Errors: UNAUTHENTICATED, BAD_USER_INPUT.
    async fn studio(&self, ctx: &Context<'_>, #[graphql(desc = "The studio's id.")] id: ID) -> Option<Result<Studio>> {
        studio_by_id(ctx, &id).await.transpose()
    }
}

async fn studio_by_id(ctx: &Context<'_>, id: &ID) -> Result<Option<Studio>> {
    ctx.viewer()?;
    loader::studio(ctx, GlobalId::key_of(id, Kind::Studio, "id")?).await
}
