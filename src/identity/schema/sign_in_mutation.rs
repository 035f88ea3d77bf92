use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;

use super::ViewerObject;
use crate::{
    error::Result,
    graphql::{
        context::ContextExt as _,
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{
        audit::Action,
        guard::Needs,
        names::Email,
        password::Password,
        scope::AskerExt as _,
        secret_token::SecretToken,
        sign_in::{self, Desk, Handed},
        sign_out,
        store::sign_in::Which,
    },
};

/// Signing in and out.
#[derive(Default)]
pub struct SignInMutation;

#[Object]
impl SignInMutation {
    /// Signs in with a password. The rest of the operation is the new viewer's. Send no Authorization header along: a token that
    /// has expired is refused before this is reached. Errors: TOO_MANY_ATTEMPTS after ten failures for one account or fifty from
    /// one address, and OVERLOADED, both with `retryAfter` in seconds.
    #[graphql(guard = "Needs::Nothing")]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SignInInput,
    ) -> Option<Result<SignInPayload>> {
        let outcome = payload(sign_in(ctx, input).await);
        Some(outcome.map(|(tokens, user_errors)| SignInPayload { tokens: tokens.unwrap_or_default(), user_errors }))
    }

    /// Goes on with a sign-in: a new access token and a new refresh token for the old one, which is used up. A refresh token that
    /// comes twice ends its whole sign-in, since somebody has a copy; so let one tab at a time do this, and sign in again if the
    /// answer was lost. Send no Authorization header along: a token that has expired is refused before this is reached.
    #[graphql(guard = "Needs::Nothing")]
    async fn refresh_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to go on with.")] input: RefreshSignInInput,
    ) -> Option<Result<RefreshSignInPayload>> {
        let outcome = payload(refresh(ctx, input).await);
        let with = |(tokens, user_errors): (Option<Tokens>, _)| RefreshSignInPayload {
            tokens: tokens.unwrap_or_default(),
            user_errors,
        };
        Some(outcome.map(with))
    }

    /// Ends the sign-in of the token that this request carries: that token, its refresh token and its websockets are refused from
    /// now on. The rest of the operation is nobody's. Errors: UNAUTHENTICATED.
    #[graphql(guard = "Needs::SignIn")]
    async fn sign_out(&self, ctx: &Context<'_>) -> Option<Result<SignOutPayload>> {
        let outcome = payload(sign_out(ctx).await);
        Some(outcome.map(|(ended_sign_ins, user_errors)| SignOutPayload { ended_sign_ins, user_errors }))
    }

    /// Ends all sign-ins of the viewer, this one and those of tokens that an operator of the gateway made. The rest of the
    /// operation is nobody's. Errors: UNAUTHENTICATED.
    #[graphql(guard = "Needs::SignIn")]
    async fn sign_out_everywhere(&self, ctx: &Context<'_>) -> Option<Result<SignOutEverywherePayload>> {
        let outcome = payload(sign_out_everywhere(ctx).await);
        Some(outcome.map(|(ended_sign_ins, user_errors)| SignOutEverywherePayload { ended_sign_ins, user_errors }))
    }

    /// Gives the viewer another password and ends all their other sign-ins. Errors: UNAUTHENTICATED; TOO_MANY_ATTEMPTS and
    /// OVERLOADED as for `signIn`.
    #[graphql(guard = "Needs::SignIn")]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The current password and the next.")] input: ChangePasswordInput,
    ) -> Option<Result<ChangePasswordPayload>> {
        let outcome = payload(change_password(ctx, input).await);
        Some(outcome.map(|(ended_sign_ins, user_errors)| ChangePasswordPayload { ended_sign_ins, user_errors }))
    }
}

/// Who signs in.
#[derive(InputObject)]
pub(super) struct SignInInput {
    /// The e-mail address, in capitals or not.
    email: String,
    /// The password.
    password: String,
}

/// What to go on with.
#[derive(InputObject)]
pub(super) struct RefreshSignInInput {
    /// The refresh token of the last answer.
    refresh_token: String,
}

/// The current password and the next.
#[derive(InputObject)]
pub(super) struct ChangePasswordInput {
    /// The password that the viewer has now.
    current_password: String,
    /// The one they are to have: 12 to 128 characters, whichever they are, and not the e-mail address.
    new_password: String,
}

/// What whoever signed in is handed.
#[derive(Default, SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
struct Tokens {
    /// The bearer token for the next requests; null when there is something to mend.
    access_token: Option<String>,
    /// When the access token expires: 15 minutes from now, unless the gateway is configured otherwise. Refresh a little earlier. Null when
    /// there is something to mend.
    access_token_expires_at: Option<DateTime<Utc>>,
    /// What to give to `refreshSignIn`, once; null when there is something to mend. Keep it where only your program reads it.
    refresh_token: Option<String>,
    /// When the refresh token expires: 30 days from now, unless the gateway is configured otherwise; null when there is something to mend.
    refresh_token_expires_at: Option<DateTime<Utc>>,
    /// Who signed in; null when there is something to mend.
    viewer: Option<ViewerObject>,
}

/// What came of `signIn`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct SignInPayload {
    #[graphql(flatten)]
    tokens: Tokens,
    /// What there is to mend: INVALID_CREDENTIALS, whichever of the two is wrong. Empty when it worked.
    user_errors: Vec<UserError>,
}

/// What came of `refreshSignIn`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct RefreshSignInPayload {
    #[graphql(flatten)]
    tokens: Tokens,
    /// What there is to mend: INVALID_REFRESH_TOKEN, for a token that is expired, used, signed out or unknown. Empty when it worked.
    user_errors: Vec<UserError>,
}

/// What came of `signOut`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct SignOutPayload {
    /// How many sign-ins were ended: 1, or 0 if it was ended just before; null when there is something to mend.
    ended_sign_ins: Option<i32>,
    /// What there is to mend: SIGNED_IN_ELSEWHERE. Empty when it worked.
    user_errors: Vec<UserError>,
}

/// What came of `signOutEverywhere`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct SignOutEverywherePayload {
    /// How many sign-ins were ended, those included that nobody had used for long.
    ended_sign_ins: Option<i32>,
    /// What there is to mend: nothing so far.
    user_errors: Vec<UserError>,
}

/// What came of `changePassword`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct ChangePasswordPayload {
    /// How many other sign-ins were ended; null when there is something to mend.
    ended_sign_ins: Option<i32>,
    /// What there is to mend: INVALID_CREDENTIALS on `currentPassword`, INVALID on `newPassword`. Empty when it worked.
    user_errors: Vec<UserError>,
}

async fn sign_in(ctx: &Context<'_>, input: SignInInput) -> Result<Tokens, Declined> {
    let email = email(&input.email)?;
    let handed = sign_in::sign_in(&desk(ctx)?, &email, Password::typed(&input.password)).await?;
    let message = "there is nobody with this e-mail address and this password";
    let wrong = || UserError::new(UserErrorCode::InvalidCredentials, message);
    Ok(hand_over(ctx, handed.ok_or_else(wrong)?)?)
}

async fn refresh(ctx: &Context<'_>, input: RefreshSignInInput) -> Result<Tokens, Declined> {
    let token = SecretToken::sent(input.refresh_token);
    let handed = sign_in::refresh(ctx.app()?, &ctx.actor()?, &token).await?;
    let message = "this refresh token is not good any more; sign in again";
    let refused = || UserError::on("refreshToken", UserErrorCode::InvalidRefreshToken, message);
    Ok(hand_over(ctx, handed.ok_or_else(refused)?)?)
}

fn hand_over(ctx: &Context<'_>, handed: Handed) -> Result<Tokens> {
    ctx.asker()?.becomes(handed.viewer);
    Ok(Tokens {
        access_token: Some(handed.access_token.expose_secret().to_owned()),
        access_token_expires_at: Some(handed.access_token_expires_at),
        refresh_token: Some(handed.refresh_token.reveal().to_owned()),
        refresh_token_expires_at: Some(handed.refresh_token_expires_at),
        viewer: Some(ViewerObject(ctx.viewer()?)),
    })
}

async fn sign_out(ctx: &Context<'_>) -> Result<i32, Declined> {
    let viewer = ctx.viewer()?;
    let message = "this token is another issuer's; sign out there";
    let elsewhere = || UserError::new(UserErrorCode::SignedInElsewhere, message);
    let which = Which::Only(viewer.sign_in_id.ok_or_else(elsewhere)?);
    let ended = sign_out::sign_out(ctx.app()?, &viewer, &ctx.actor()?, Action::SignedOut, which).await?;
    ctx.asker()?.leaves();
    Ok(count(ended))
}

async fn sign_out_everywhere(ctx: &Context<'_>) -> Result<i32, Declined> {
    let (viewer, action) = (ctx.viewer()?, Action::SignedOutEverywhere);
    let ended = sign_out::sign_out(ctx.app()?, &viewer, &ctx.actor()?, action, Which::All).await?;
    ctx.asker()?.leaves();
    Ok(count(ended))
}

async fn change_password(ctx: &Context<'_>, input: ChangePasswordInput) -> Result<i32, Declined> {
    let viewer = ctx.viewer()?;
    let (email, new) = (email(&viewer.email)?, Password::typed(&input.new_password));
    new.check(&email).map_err(|reason| UserError::on("newPassword", UserErrorCode::Invalid, reason))?;
    let current = Password::typed(&input.current_password);
    let ended = sign_out::change_password(&desk(ctx)?, &viewer, &email, current, new).await?;
    let message = "this is not your current password";
    let wrong = || UserError::on("currentPassword", UserErrorCode::InvalidCredentials, message);
    Ok(count(ended.ok_or_else(wrong)?))
}

fn desk<'a>(ctx: &'a Context<'_>) -> Result<Desk<'a>> {
    Ok(Desk {
        app: ctx.app()?,
        passwords: ctx.given()?,
        attempts: ctx.given()?,
        statements: ctx.statements()?,
        actor: ctx.actor()?,
    })
}

fn email(text: &str) -> Result<Email, UserError> {
    text.parse().map_err(|reason: &str| UserError::on("email", UserErrorCode::Invalid, reason))
}

fn count(ended: u64) -> i32 {
    i32::try_from(ended).unwrap_or(i32::MAX)
}
