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
        invitation::{self, Invited, Newcomer},
        names::Email,
        password::Password,
        scope::{AskerExt as _, Scope},
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

    /// Makes whoever was invited a member of the studio, once. Somebody who is signed in has to be so with the address that was
    /// invited (NOT_INVITED otherwise). Somebody who is not becomes a user with that address and the given password, and signs in
    /// with them from then on; if there is such a user already they have to sign in first (SIGN_IN_FIRST). The rest of the
    /// operation is the new member's. A token that is unknown, used, revoked or too old is INVALID_INVITATION. Errors: OVERLOADED.
    #[graphql(guard = "Needs::Nothing")]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation, and who accepts it.")] input: AcceptInvitationInput,
    ) -> Option<Result<AcceptInvitationPayload>> {
        let outcome = payload(accept(ctx, input).await);
        Some(outcome.map(|(membership, user_errors)| AcceptInvitationPayload { membership, user_errors }))
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
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
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
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
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

/// The invitation, and who accepts it.
#[derive(InputObject)]
pub(super) struct AcceptInvitationInput {
    /// The token that `inviteMember` answered with.
    token: String,
    /// For somebody who is not signed in: the name to be shown to colleagues, 1 to 100 characters on one line. What stands before
    /// the @ of the address if it is left out or null.
    display_name: Option<String>,
    /// For somebody who is not signed in: the password to sign in with, 12 to 128 characters, whichever they are, and not the
    /// e-mail address.
    password: Option<String>,
}

/// What came of `acceptInvitation`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct AcceptInvitationPayload {
    /// The new member's place in the studio; null when there is something to mend.
    membership: Option<Membership>,
    /// What there is to mend; empty when they have joined.
    user_errors: Vec<UserError>,
}

async fn accept(ctx: &Context<'_>, input: AcceptInvitationInput) -> Result<Membership, Declined> {
    let (app, actor, token) = (ctx.app()?, ctx.actor()?, SecretToken::sent(input.token));
    let joined = match ctx.asker()?.viewer() {
        Some(viewer) => invitation::accept(app, &viewer, actor, &token).await?,
        None => {
            let unfit = |reason: &'static str| UserError::on("displayName", UserErrorCode::Invalid, reason);
            let name = input.display_name.map(|name| name.parse().map_err(unfit)).transpose()?;
            let password = input.password.as_deref().map(Password::typed);
            invitation::accept_as_newcomer(app, ctx.given()?, actor, Newcomer { token, name, password }).await?
        }
    };
    let member = Membership::of(joined.viewer.user_id, joined.membership);
    ctx.asker()?.becomes(joined.viewer);
    Ok(member)
}
