use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use shopee::{EndedSessionsQuery, SessionListQuery};

use super::{
    EndedSessionPage, EndedSessionWindow, OngoingLive, RemoteSessionOrder, RemoteSessionPage, ShopeeAccount,
    ended_session, remote_session, shopee_account::picture,
};
use crate::{
    account::access::Access,
    app::App,
    cost::Cost,
    engine::joined::Observed,
    error::Result,
    graphql::{context::ContextExt as _, date::Date, freshness::Freshness},
};

/// The fields of an account that are asked of Shopee.
pub struct AccountFromShopee<'a>(pub(super) &'a ShopeeAccount);

/// What it takes to ask Shopee in an account's name.
pub struct Asking<'a> {
    pub app: &'a App,
    pub cost: &'a Cost,
    pub access: Arc<Access>,
}

impl<'a> Asking<'a> {
    pub async fn of(account: &ShopeeAccount, ctx: &'a Context<'_>) -> Result<Self> {
        let access = account.access(ctx).await?;
        Ok(Self { app: ctx.app()?, cost: &ctx.operation()?.cost, access })
    }
}

#[Object]
impl AccountFromShopee<'_> {
    /// Who Shopee says the account is. Asked of Shopee when selected, at most a minute old; null only with an error. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn creator(&self, ctx: &Context<'_>) -> Option<Result<CreatorProfile>> {
        Some(self.ask_creator(ctx).await)
    }

    /// The account's sessions as Shopee lists them, newest first unless `orderBy` says otherwise. Paged by number, since Shopee
    /// pages so: a cursor would promise more than Shopee keeps. Asked of Shopee when selected, at most ten seconds old; null only with
    /// an error. Errors: BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        directive = crate::graphql::price::shopee_calls::apply(1),
        directive = crate::graphql::price::numbered_page::apply()
    )]
    async fn remote_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which page, counted from 1; the first if it is not given.")] page: Option<i64>,
        #[graphql(desc = "How many sessions a page has, 1 to 100; 10 if it is not given.")] page_size: Option<i64>,
        #[graphql(desc = "Only sessions whose title contains this text; at most 200 characters.")] name: Option<String>,
        #[graphql(desc = "The list's order; by default the newest first.")] order_by: Option<RemoteSessionOrder>,
    ) -> Option<Result<RemoteSessionPage>> {
        let query = remote_session::query(page, page_size, name, order_by);
        Some(self.ask_remote_sessions(ctx, query).await)
    }

    /// The account's ended sessions of some days, with more numbers than `remoteSessions` has; newest first unless `orderBy` says
    /// otherwise. Paged by number, since Shopee pages so. Asked of Shopee when selected, at most a minute old; null only with an error.
    /// Errors: BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        directive = crate::graphql::price::shopee_calls::apply(1),
        directive = crate::graphql::price::numbered_page::apply()
    )]
    #[expect(clippy::too_many_arguments, reason = "one parameter an argument of the field")]
    async fn ended_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which page, counted from 1; the first if it is not given.")] page: Option<i64>,
        #[graphql(desc = "How many sessions a page has, 1 to 100; 10 if it is not given.")] page_size: Option<i64>,
        #[graphql(desc = "Only sessions whose title contains this text; at most 200 characters.")] name: Option<String>,
        #[graphql(desc = "The list's order; by default the newest first.")] order_by: Option<RemoteSessionOrder>,
        #[graphql(desc = "How many days the list goes back; THIRTY_DAYS if it is not given.")] window: Option<
            EndedSessionWindow,
        >,
        #[graphql(desc = "The last of the days, in the time zone of the account's region; today if it is not given.")]
        end_date: Option<Date>,
    ) -> Option<Result<EndedSessionPage>> {
        let query = ended_session::query((page, page_size), name, order_by, window, ended_session::day(end_date));
        Some(self.ask_ended_sessions(ctx, query).await)
    }

    /// The session that the account has on air, as everybody on Shopee may see it; null while it is off air. Asked of Shopee when
    /// selected, at most five seconds old. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn ongoing_live(&self, ctx: &Context<'_>) -> Option<Result<OngoingLive>> {
        self.ask_ongoing_live(ctx).await.transpose()
    }
}

// A resolver that returns `Result<Option<_>>` would take its whole object away when it fails; `Option<Result<_>>` is null alone.
impl AccountFromShopee<'_> {
    async fn ask_creator(&self, ctx: &Context<'_>) -> Result<CreatorProfile> {
        let Asking { app, cost, access } = Asking::of(self.0, ctx).await?;
        let account = access.account();
        let answer = app.reads.user_info.get(access.account_id, cost, app.shopee.user_info(&account)).await?;
        Ok(CreatorProfile::from_answer(&answer, access.region))
    }

    async fn ask_remote_sessions(
        &self,
        ctx: &Context<'_>,
        query: Result<SessionListQuery>,
    ) -> Result<RemoteSessionPage> {
        let query = query?;
        let Asking { app, cost, access } = Asking::of(self.0, ctx).await?;
        let (key, account) = ((access.account_id, query.clone()), access.account());
        let answer = app.reads.session_list.get(key, cost, app.shopee.session_list(&account, &query)).await?;
        Ok(RemoteSessionPage::from_answer(&answer, &query, access.region))
    }

    async fn ask_ended_sessions(
        &self,
        ctx: &Context<'_>,
        query: Result<EndedSessionsQuery>,
    ) -> Result<EndedSessionPage> {
        let query = query?;
        let Asking { app, cost, access } = Asking::of(self.0, ctx).await?;
        let (key, account) = ((access.account_id, query.clone()), access.account());
        let answer = app.reads.ended_sessions.get(key, cost, app.shopee.ended_sessions(&account, &query)).await?;
        Ok(EndedSessionPage::from_answer(&answer, &query, access.region))
    }

    async fn ask_ongoing_live(&self, ctx: &Context<'_>) -> Result<Option<OngoingLive>> {
        let (region, user_id) = (self.0.shopee_region()?, self.0.user_id()?);
        let app = ctx.app()?;
        let call = app.shopee.ongoing_live(region, user_id);
        let answer = app.reads.ongoing_live.get((region, user_id), &ctx.operation()?.cost, call).await?;
        Ok(OngoingLive::from_answer(&answer))
    }
}

/// Who Shopee says an account is.
pub struct CreatorProfile {
    user_id: i64,
    user_name: String,
    avatar_url: Option<String>,
    freshness: Freshness,
}

impl CreatorProfile {
    fn from_answer(answer: &Observed<shopee::UserInfo>, region: shopee::Region) -> Self {
        Self {
            user_id: answer.value.user_id,
            user_name: answer.value.user_name.clone(),
            avatar_url: picture(region, answer.value.avatar.as_deref()),
            freshness: Freshness::of(answer),
        }
    }
}

/// Who Shopee says an account is.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl CreatorProfile {
    /// Shopee's user id.
    async fn user_id(&self) -> ID {
        self.user_id.into()
    }

    /// The creator's name on Shopee.
    async fn user_name(&self) -> &str {
        &self.user_name
    }

    /// Address of the creator's picture; null without one.
    async fn avatar_url(&self) -> Option<&String> {
        self.avatar_url.as_ref()
    }

    #[graphql(flatten)]
    async fn freshness(&self, _ctx: &Context<'_>) -> Freshness {
        self.freshness
    }
}
