use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::membership::Role;

use super::{Membership, Studio, StudioRole, ViewerObject, membership::membership};
use crate::{
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        user_error::{Declined, UserError, payload},
    },
    identity::{
        guard::Needs,
        loader,
        member::{self, Member},
        scope::{self, AskerExt as _},
        store,
    },
};

/// Changes of who belongs to a studio.
#[derive(Default)]
pub struct MembershipMutation;

#[Object]
impl MembershipMutation {
    /// Gives a member another role; takes OWNER. The last owner stays one (LAST_OWNER). Whoever may do less than before is
    /// disconnected from websockets with 4403 within a second. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn change_member_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and what they are to be.")] input: ChangeMemberRoleInput,
    ) -> Option<Result<ChangeMemberRolePayload>> {
        Some(ChangeMemberRolePayload::of(ctx, change_role(ctx, &input).await).await)
    }

    /// Takes a member out of a studio; takes OWNER. The last owner stays (LAST_OWNER). The member is disconnected from
    /// websockets with 4403 within a second. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to go.")] input: RemoveMemberInput,
    ) -> Option<Result<RemoveMemberPayload>> {
        Some(RemoveMemberPayload::of(ctx, remove(ctx, &input).await).await)
    }

    /// Takes the viewer out of a studio. The last owner cannot leave (LAST_OWNER). The viewer's websockets are closed with 4403
    /// within a second, to be opened anew. Errors: UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn leave_studio(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio to leave.")] input: LeaveStudioInput,
    ) -> Option<Result<LeaveStudioPayload>> {
        Some(LeaveStudioPayload::of(leave(ctx, &input).await))
    }
}

/// Who, and what they are to be.
#[derive(InputObject)]
pub(super) struct ChangeMemberRoleInput {
    /// The member's `Membership.id`.
    membership_id: ID,
    /// The new role.
    role: StudioRole,
}

/// What came of `changeMemberRole`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct ChangeMemberRolePayload {
    /// The member as they are now; null when there is something to mend.
    membership: Option<Membership>,
    /// What there is to mend; empty when the member has the role.
    user_errors: Vec<UserError>,
}

impl ChangeMemberRolePayload {
    async fn of(ctx: &Context<'_>, outcome: Result<i64, Declined>) -> Result<Self> {
        let (key, user_errors) = payload(outcome)?;
        let membership = match key {
            Some(key) => Some(membership(ctx, key).await?.ok_or_else(|| Error::not_found("member"))?),
            None => None,
        };
        Ok(Self { membership, user_errors })
    }
}

async fn change_role(ctx: &Context<'_>, input: &ChangeMemberRoleInput) -> Result<i64, Declined> {
    let (viewer, place, role) = (ctx.viewer()?, owned(ctx, &input.membership_id).await?, input.role.into());
    let member = Member { key: place.id, studio_id: place.studio_id };
    member::change_role(ctx.app()?, &viewer, ctx.actor()?.clone(), member, role).await?;
    if viewer.membership(place.studio_id).is_some_and(|own| own.id == place.id) {
        ctx.asker()?.becomes((*viewer).clone().with(scope::Membership { role, ..place }));
    }
    Ok(place.id)
}

/// Who is to go.
#[derive(InputObject)]
pub(super) struct RemoveMemberInput {
    /// The member's `Membership.id`.
    membership_id: ID,
}

/// What came of `removeMember`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct RemoveMemberPayload {
    /// The studio without the member; null when there is something to mend, and for those who have removed themselves.
    studio: Option<Studio>,
    /// What there is to mend; empty when the member is gone.
    user_errors: Vec<UserError>,
}

impl RemoveMemberPayload {
    async fn of(ctx: &Context<'_>, outcome: Result<i64, Declined>) -> Result<Self> {
        let (key, user_errors) = payload(outcome)?;
        let studio = match key {
            Some(key) => loader::studio(ctx, key).await?,
            None => None,
        };
        Ok(Self { studio, user_errors })
    }
}

async fn remove(ctx: &Context<'_>, input: &RemoveMemberInput) -> Result<i64, Declined> {
    let (viewer, place) = (ctx.viewer()?, owned(ctx, &input.membership_id).await?);
    let member = Member { key: place.id, studio_id: place.studio_id };
    member::remove(ctx.app()?, &viewer, ctx.actor()?.clone(), member).await?;
    if viewer.membership(place.studio_id).is_some_and(|own| own.id == place.id) {
        ctx.asker()?.becomes((*viewer).clone().without(place.studio_id));
    }
    Ok(place.studio_id)
}

/// A member of a studio that the viewer owns.
async fn owned(ctx: &Context<'_>, id: &ID) -> Result<scope::Membership> {
    let key = GlobalId::key_of(id, Kind::Membership, "input.membershipId")?;
    let row = store::member::by_keys(&ctx.scope()?, &ctx.statements()?, &[key]).await?.pop();
    let row = row.ok_or_else(|| Error::not_found("member"))?;
    ctx.scope_in(row.studio_id, Role::Owner)?;
    Ok(store::place(&row))
}

/// The studio to leave.
#[derive(InputObject)]
pub(super) struct LeaveStudioInput {
    /// The studio's id.
    studio_id: ID,
}

/// What came of `leaveStudio`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct LeaveStudioPayload {
    /// The viewer with the studios that are left; null when there is something to mend.
    viewer: Option<ViewerObject>,
    /// What there is to mend; empty when the viewer has left.
    user_errors: Vec<UserError>,
}

impl LeaveStudioPayload {
    fn of(outcome: Result<ViewerObject, Declined>) -> Result<Self> {
        let (viewer, user_errors) = payload(outcome)?;
        Ok(Self { viewer, user_errors })
    }
}

async fn leave(ctx: &Context<'_>, input: &LeaveStudioInput) -> Result<ViewerObject, Declined> {
    let (viewer, key) = (ctx.viewer()?, GlobalId::key_of(&input.studio_id, Kind::Studio, "input.studioId")?);
    ctx.scope_in(key, Role::Analyst)?;
    member::leave(ctx.app()?, &viewer, ctx.actor()?.clone(), key).await?;
    ctx.asker()?.becomes((*viewer).clone().without(key));
    Ok(ViewerObject(ctx.viewer()?))
}
