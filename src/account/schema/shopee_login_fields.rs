//! The ways to a login: starting one, asking for one, watching one. Owners only: whoever sees the code may collect the sign-in.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{membership::Role, shopee_login};
use futures_util::{Stream, StreamExt as _, future, stream};

use super::{Region, ShopeeLogin};
use crate::{
    account::login::{
        drive, is_open,
        start::{self, MOST_OPEN},
        store,
    },
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{guard::Needs, scope::AskerExt as _},
};

/// Changes of logins.
#[derive(Default)]
pub struct ShopeeLoginMutation;

#[Object]
impl ShopeeLoginMutation {
    /// Starts connecting a Shopee account by QR code. Shopee makes the code, once: if the answer is lost, start again. For owners.
    /// Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT, SHOPEE_*.
    #[graphql(guard = "Needs::Role(Role::Owner)", directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn start_shopee_login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where the account is to go.")] input: StartShopeeLoginInput,
    ) -> Option<Result<StartShopeeLoginPayload>> {
        let outcome = start_login(ctx, &input).await;
        Some(payload(outcome).map(|(login, user_errors)| StartShopeeLoginPayload { login, user_errors }))
    }
}

/// Where a Shopee account is to go.
#[derive(InputObject)]
pub(super) struct StartShopeeLoginInput {
    /// The studio's id.
    studio_id: ID,
    /// The Shopee region of the account.
    region: Region,
}

/// What came of `startShopeeLogin`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct StartShopeeLoginPayload {
    /// The login that was started; null when there is something to mend.
    login: Option<ShopeeLogin>,
    /// What there is to mend; empty when the login was started.
    user_errors: Vec<UserError>,
}

async fn start_login(ctx: &Context<'_>, input: &StartShopeeLoginInput) -> Result<ShopeeLogin, Declined> {
    let studio_id = GlobalId::key_of(&input.studio_id, Kind::Studio, "input.studioId")?;
    let scope = ctx.scope_in(studio_id, Role::Owner)?;
    let started = start::start(ctx.app()?, &scope, &ctx.actor()?, studio_id, input.region.into()).await?;
    let Some(login_id) = started else {
        let message = format!("{MOST_OPEN} codes of this studio wait to be scanned; wait until one of them is over");
        return Err(UserError::new(UserErrorCode::TooMany, message).into());
    };
    let login = store::login(&scope, &ctx.statements()?, login_id).await?;
    Ok(login.ok_or_else(|| Error::not_found("login"))?.into())
}

/// The logins' part of `Query`.
#[derive(Default)]
pub struct ShopeeLoginQuery;

#[Object]
impl ShopeeLoginQuery {
    /// A Shopee account being connected, by the id of its login, as far as it is; null when there is none or it is not the viewer's.
    /// For owners. Errors: UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Owner)")]
    async fn shopee_login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The login's id.")] id: ID,
    ) -> Option<Result<ShopeeLogin>> {
        let login = login_by_id(ctx, &id).await.transpose()?;
        Some(login.map(|login| login.into()))
    }
}

/// The logins' part of `Subscription`.
#[derive(Default)]
pub struct ShopeeLoginSubscription;

#[async_graphql::Subscription]
impl ShopeeLoginSubscription {
    /// A Shopee account being connected, as that goes on: the present state at once, then each new one. Ends with the login, whose
    /// last event says how it ended. For owners. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(
        guard = "Needs::Role(Role::Owner)",
        directive = crate::graphql::sharing::per_viewer::apply(),
        directive = crate::graphql::sharing::level::apply()
    )]
    async fn shopee_login_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The login's id.")] id: ID,
    ) -> Result<impl Stream<Item = ShopeeLogin> + use<>> {
        let login = login_by_id(ctx, &id).await?.ok_or_else(|| Error::not_found("login"))?;
        let steps = match is_open(login.status) {
            true => drive::steps(ctx.app()?, login.id).filter_map(|level| future::ready(row_of(level.value))).boxed(),
            false => stream::empty().boxed(),
        };
        Ok(changes(stream::once(future::ready(login)).chain(steps)).map(ShopeeLogin::from))
    }
}

/// A login that the viewer owns, which goes on from now on if nobody saw to it.
async fn login_by_id(ctx: &Context<'_>, id: &ID) -> Result<Option<shopee_login::Model>> {
    let key = GlobalId::key_of(id, Kind::ShopeeLogin, "id")?;
    let Some(login) = store::login(&ctx.scope()?, &ctx.statements()?, key).await? else { return Ok(None) };
    ctx.scope_in(login.studio_id, Role::Owner)?;
    if is_open(login.status) {
        drive::drive(ctx.app()?, login.id);
    }
    Ok(Some(login))
}

fn row_of(value: Option<std::sync::Arc<Option<shopee_login::Model>>>) -> Option<shopee_login::Model> {
    value?.as_ref().clone()
}

/// The states that differ from the one before.
fn changes(logins: impl Stream<Item = shopee_login::Model>) -> impl Stream<Item = shopee_login::Model> {
    let news = logins.scan(None, |told, login| {
        let is_news = told.replace(login.status) != Some(login.status);
        future::ready(Some(is_news.then_some(login)))
    });
    news.filter_map(future::ready)
}
