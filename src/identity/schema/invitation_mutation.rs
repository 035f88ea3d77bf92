use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::membership::Role;

use super::{Invitation, Membership, StudioRole};
use crate::{
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{
        guard::Needs,
        invitation::{self, Invited},
        names::Email,
        scope::{self, AskerExt as _, Scope},
        secret_token::SecretToken,
        store,
    },
};

/// How somebody comes to belong to a studio.
#[derive(Default)]
pub struct InvitationMutation;

#[Object]
impl InvitationMutation {
    /// Invites somebody to a studio; takes OWNER. The gateway sends no mail: pass the token on, which is shown this once and is
    /// good for seven days. An earlier invitation of the same address that is still open is revoked; a member's address is
    /// ALREADY_MEMBER. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is invited, to which studio and as what.")] input: InviteMemberInput,
    ) -> Option<Result<InviteMemberPayload>> {
        Some(InviteMemberPayload::of(ctx, invite(ctx, &input).await).await)
    }

    /// Takes an invitation back; takes OWNER. One that is no longer open is INVALID_INVITATION. Errors: UNAUTHENTICATED,
    /// FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation to take back.")] input: RevokeInvitationInput,
    ) -> Option<Result<RevokeInvitationPayload>> {
        Some(RevokeInvitationPayload::of(ctx, revoke(ctx, &input).await).await)
    }

    /// Makes the viewer a member of the studio that they were invited to, once. The viewer has to be signed in with the address
    /// that was invited (NOT_INVITED otherwise); a token that is unknown, used, revoked or too old is INVALID_INVITATION.
    /// Errors: UNAUTHENTICATED.
    #[graphql(guard = "Needs::SignIn")]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation.")] input: AcceptInvitationInput,
    ) -> Option<Result<AcceptInvitationPayload>> {
        Some(AcceptInvitationPayload::of(ctx, accept(ctx, input).await))
    }
}

/// Who is invited, to which studio and as what.
#[derive(InputObject)]
pub(super) struct InviteMemberInput {
    /// The studio's id.
    studio_id: ID,
    /// The address that the person signs in with, or will.
    email: String,
    /// What the person is to be in the studio.
    role: StudioRole,
}

/// What came of `inviteMember`.
#[derive(SimpleObject)]
pub(super) struct InviteMemberPayload {
    /// The invitation; null when there is something to mend.
    invitation: Option<Invitation>,
    /// What the invited person gives to `acceptInvitation`. It is a secret, and nobody can read it again. Null when there is
    /// something to mend.
    invitation_token: Option<String>,
    /// What there is to mend; empty when the person is invited.
    user_errors: Vec<UserError>,
}

impl InviteMemberPayload {
    async fn of(ctx: &Context<'_>, outcome: Result<Invited, Declined>) -> Result<Self> {
        let (invited, user_errors) = payload(outcome)?;
        let Some(Invited { key, token }) = invited else {
            return Ok(Self { invitation: None, invitation_token: None, user_errors });
        };
        let invitation = Some(of_owner(ctx, key).await?);
        Ok(Self { invitation, invitation_token: Some(token.reveal().to_owned()), user_errors })
    }
}

async fn invite(ctx: &Context<'_>, input: &InviteMemberInput) -> Result<Invited, Declined> {
    let key = GlobalId::key_of(&input.studio_id, Kind::Studio, "input.studioId")?;
    ctx.scope_in(key, Role::Owner)?;
    let unfit = |reason: &'static str| UserError::on("email", UserErrorCode::Invalid, reason);
    let email: Email = input.email.parse().map_err(unfit)?;
    let (viewer, actor) = (ctx.viewer()?, ctx.actor()?.clone());
    invitation::invite(ctx.app()?, &viewer, actor, key, &email, input.role.into()).await
}

/// The invitation to take back.
#[derive(InputObject)]
pub(super) struct RevokeInvitationInput {
    /// The invitation's id.
    invitation_id: ID,
}

/// What came of `revokeInvitation`.
#[derive(SimpleObject)]
pub(super) struct RevokeInvitationPayload {
    /// The invitation as it is now; null when there is something to mend.
    invitation: Option<Invitation>,
    /// What there is to mend; empty when the invitation is revoked.
    user_errors: Vec<UserError>,
}

impl RevokeInvitationPayload {
    async fn of(ctx: &Context<'_>, outcome: Result<i64, Declined>) -> Result<Self> {
        let (key, user_errors) = payload(outcome)?;
        let invitation = match key {
            Some(key) => Some(of_owner(ctx, key).await?),
            None => None,
        };
        Ok(Self { invitation, user_errors })
    }
}

async fn revoke(ctx: &Context<'_>, input: &RevokeInvitationInput) -> Result<i64, Declined> {
    let key = GlobalId::key_of(&input.invitation_id, Kind::Invitation, "input.invitationId")?;
    let row = store::invitation::by_keys(&ctx.scope()?, &ctx.statements()?, &[key]).await?.pop();
    let studio_id = *row.ok_or_else(|| Error::not_found("invitation"))?.studio_id.read()?;
    ctx.scope_in(studio_id, Role::Owner)?;
    let (viewer, actor) = (ctx.viewer()?, ctx.actor()?.clone());
    invitation::revoke(ctx.app()?, &viewer, actor, key, studio_id).await?;
    Ok(key)
}

/// An invitation to a studio that the viewer owns.
async fn of_owner(ctx: &Context<'_>, key: i64) -> Result<Invitation> {
    let scope = Scope::of_role(&*ctx.viewer()?, Role::Owner);
    let row = store::invitation::by_keys(&scope, &ctx.statements()?, &[key]).await?.pop();
    row.map(Invitation::from).ok_or_else(|| Error::not_found("invitation"))
}

/// The invitation.
#[derive(InputObject)]
pub(super) struct AcceptInvitationInput {
    /// The token that `inviteMember` answered with.
    token: String,
}

/// What came of `acceptInvitation`.
#[derive(SimpleObject)]
pub(super) struct AcceptInvitationPayload {
    /// The viewer's place in the studio; null when there is something to mend.
    membership: Option<Membership>,
    /// What there is to mend; empty when the viewer has joined.
    user_errors: Vec<UserError>,
}

impl AcceptInvitationPayload {
    fn of(ctx: &Context<'_>, outcome: Result<scope::Membership, Declined>) -> Result<Self> {
        let (place, user_errors) = payload(outcome)?;
        let user_id = ctx.viewer()?.user_id;
        Ok(Self { membership: place.map(|place| Membership::of(user_id, place)), user_errors })
    }
}

async fn accept(ctx: &Context<'_>, input: AcceptInvitationInput) -> Result<scope::Membership, Declined> {
    let (viewer, token) = (ctx.viewer()?, SecretToken::sent(input.token));
    let place = invitation::accept(ctx.app()?, &viewer, ctx.actor()?.clone(), &token).await?;
    ctx.asker()?.becomes((*viewer).clone().with(place));
    Ok(place)
}
