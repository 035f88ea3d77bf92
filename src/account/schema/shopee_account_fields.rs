//! What changes an account, and how to watch whether accounts still work.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::membership::Role;
use futures_util::{Stream, StreamExt as _};
use shopee::Credential;

use super::{Region, ShopeeAccount};
use crate::{
    account::{check, connect, disconnect, loader, signed_out, watch},
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{change::Change, guard::Needs, scope::AskerExt as _},
};

/// Changes of Shopee accounts.
#[derive(Default)]
pub struct ShopeeAccountMutation;

#[Object]
impl ShopeeAccountMutation {
    /// Connects a Shopee account with the cookies of a browser that is signed in to Shopee, or gives one that is connected new
    /// ones. Shopee is asked whose they are before anything is kept; they never come out again. `startShopeeLogin` does without
    /// cookies. For owners. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        guard = "Needs::Role(Role::Owner)",
        directive = crate::graphql::price::shopee_calls::apply(1)
    )]
    async fn connect_shopee_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's cookies, and where the account is to go.")] input: ConnectShopeeAccountInput,
    ) -> Option<Result<ConnectShopeeAccountPayload>> {
        let outcome = connected(ctx, input).await;
        Some(
            payload(outcome)
                .map(|(shopee_account, user_errors)| ConnectShopeeAccountPayload { shopee_account, user_errors }),
        )
    }

    /// Asks Shopee whether it still accepts an account's credential and what the account is called, and stores what has changed. A
    /// credential that was refused before is tried once more. For operators. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND,
    /// BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        guard = "Needs::Role(Role::Operator)",
        directive = crate::graphql::price::shopee_calls::apply(1)
    )]
    async fn check_shopee_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: CheckShopeeAccountInput,
    ) -> Option<Result<CheckShopeeAccountPayload>> {
        let shopee_account = checked(ctx, &input.shopee_account_id).await.map(Some);
        Some(shopee_account.map(|shopee_account| CheckShopeeAccountPayload { shopee_account, user_errors: Vec::new() }))
    }

    /// Removes an account's credential: nothing is asked of Shopee for it any more. What is stored of the account stays, and
    /// connecting it again takes up where it was. Does not sign anybody out on Shopee. For owners. Errors: UNAUTHENTICATED,
    /// FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Owner)")]
    async fn disconnect_shopee_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: DisconnectShopeeAccountInput,
    ) -> Option<Result<DisconnectShopeeAccountPayload>> {
        let shopee_account = disconnected(ctx, &input.shopee_account_id).await.map(Some);
        Some(
            shopee_account
                .map(|shopee_account| DisconnectShopeeAccountPayload { shopee_account, user_errors: Vec::new() }),
        )
    }
}

/// The cookies of a Shopee account, and where the account is to go.
#[derive(InputObject)]
pub(super) struct ConnectShopeeAccountInput {
    /// The studio's id.
    studio_id: ID,
    /// The Shopee region of the account.
    region: Region,
    /// The value of the `Cookie` header of any request to Shopee's creator centre, from a browser that is signed in. At most 8192
    /// bytes.
    cookies: String,
}

/// What came of `connectShopeeAccount`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct ConnectShopeeAccountPayload {
    /// The account; null when there is something to mend.
    shopee_account: Option<ShopeeAccount>,
    /// What there is to mend; empty when the account was connected.
    user_errors: Vec<UserError>,
}

/// The account to ask Shopee about.
#[derive(InputObject)]
pub(super) struct CheckShopeeAccountInput {
    /// The account's id.
    shopee_account_id: ID,
}

/// What came of `checkShopeeAccount`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct CheckShopeeAccountPayload {
    /// The account, as Shopee sees it now.
    shopee_account: Option<ShopeeAccount>,
    /// What there is to mend; always empty so far.
    user_errors: Vec<UserError>,
}

/// The account to disconnect.
#[derive(InputObject)]
pub(super) struct DisconnectShopeeAccountInput {
    /// The account's id.
    shopee_account_id: ID,
}

/// What came of `disconnectShopeeAccount`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct DisconnectShopeeAccountPayload {
    /// The account, now signed out.
    shopee_account: Option<ShopeeAccount>,
    /// What there is to mend; always empty so far.
    user_errors: Vec<UserError>,
}

async fn connected(ctx: &Context<'_>, input: ConnectShopeeAccountInput) -> Result<ShopeeAccount, Declined> {
    let studio_id = GlobalId::key_of(&input.studio_id, Kind::Studio, "input.studioId")?;
    ctx.scope_in(studio_id, Role::Owner)?;
    let app = ctx.app()?;
    let on_cookies = |code, message: String| UserError::on("cookies", code, message);
    let credential = Credential::from_cookie_header(input.cookies.trim());
    let credential = credential.map_err(|reason| on_cookies(UserErrorCode::Invalid, reason.to_string()))?;
    let identified = connect::identify(&app.shopee, input.region.into(), &credential).await;
    let identified = identified.map_err(|error| match signed_out::is_signed_out(&error) {
        true => on_cookies(UserErrorCode::RefusedByShopee, REFUSED.to_owned()).into(),
        false => Declined::from(Error::from(&error)),
    })?;
    let change = Change::begin(app, ctx.actor()?, ctx.viewer()?.user_id, studio_id, Role::Owner).await?;
    let stored = identified.store(app, &change.scope, &ctx.actor()?, &change.transaction, studio_id).await?;
    let taken = || on_cookies(UserErrorCode::AccountOfAnotherStudio, TAKEN.to_owned());
    let account_id = stored.ok_or_else(taken)?;
    change.commit().await?;
    app.connected.tell(account_id);
    Ok(account(ctx, account_id).await?)
}

const REFUSED: &str =
    "Shopee does not accept these cookies in this region; sign in again in the browser and copy them anew";
const TAKEN: &str = "they belong to an account that another studio has connected";

async fn checked(ctx: &Context<'_>, id: &ID) -> Result<ShopeeAccount> {
    let (account_id, studio_id) = may_change(ctx, id, Role::Operator).await?;
    let scope = ctx.scope_in(studio_id, Role::Operator)?;
    check::check(ctx.app()?, &scope, &ctx.statements()?, &ctx.actor()?, account_id).await?;
    account(ctx, account_id).await
}

async fn disconnected(ctx: &Context<'_>, id: &ID) -> Result<ShopeeAccount> {
    let (account_id, studio_id) = may_change(ctx, id, Role::Owner).await?;
    let change = Change::begin(ctx.app()?, ctx.actor()?, ctx.viewer()?.user_id, studio_id, Role::Owner).await?;
    disconnect::disconnect(change, account_id).await?;
    account(ctx, account_id).await
}

/// An account by its id and its studio, if the viewer has at least this role there.
async fn may_change(ctx: &Context<'_>, id: &ID, needed: Role) -> Result<(i64, i64)> {
    let account_id = GlobalId::key_of(id, Kind::ShopeeAccount, "input.shopeeAccountId")?;
    let studio_id = account(ctx, account_id).await?.studio_key()?;
    ctx.scope_in(studio_id, needed)?;
    Ok((account_id, studio_id))
}

async fn account(ctx: &Context<'_>, account_id: i64) -> Result<ShopeeAccount> {
    loader::account(ctx, account_id).await?.ok_or_else(|| Error::not_found("account"))
}

/// The accounts' part of `Subscription`.
#[derive(Default)]
pub struct ShopeeAccountSubscription;

#[async_graphql::Subscription]
impl ShopeeAccountSubscription {
    /// A studio's accounts as to whether Shopee accepts their credentials: each account at once, one an event, then each one whose
    /// status changes and each one that is added. Goes on until the client ends it. Errors: UNAUTHENTICATED, NOT_FOUND,
    /// BAD_USER_INPUT.
    #[graphql(
        guard = "Needs::SignIn",
        // It begins with an event for each account, however many there are: shared, the first of them might be gone before they are told.
        directive = crate::graphql::sharing::per_viewer::apply(),
        directive = crate::graphql::sharing::happenings::apply()
    )]
    async fn shopee_account_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio's id.")] studio_id: ID,
    ) -> Result<impl Stream<Item = ShopeeAccount> + use<>> {
        let studio_id = GlobalId::key_of(&studio_id, Kind::Studio, "studioId")?;
        ctx.scope_in(studio_id, Role::Analyst)?;
        Ok(watch::accounts(ctx.app()?, studio_id).map(ShopeeAccount::from))
    }
}
