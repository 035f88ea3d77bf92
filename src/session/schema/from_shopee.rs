use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use shopee::{ProductListQuery, TrendsQuery};

use super::{
    AudienceProfile, LiveInfo, LiveOverview, LivePlayUrl, LiveProductOrder, LiveProductPage, LiveSession,
    LiveTrendMetric, LiveTrends, ViewerSource, live_product, live_trend,
};
use crate::{
    account::access::Access,
    app::{App, reads::SessionKey},
    cost::Cost,
    error::Result,
    graphql::{context::ContextExt as _, id::shopee_id},
};

/// The fields of a session that are asked of Shopee, and its links there.
pub struct SessionFromShopee<'a>(pub(super) &'a LiveSession);

/// What it takes to ask Shopee about a session in its account's name.
pub(super) struct Asking<'a> {
    pub(super) app: &'a App,
    pub(super) cost: &'a Cost,
    pub(super) access: Arc<Access>,
    pub(super) session_id: i64,
}

impl<'a> Asking<'a> {
    pub(super) async fn of(session: &LiveSession, ctx: &'a Context<'_>) -> Result<Self> {
        let (session_id, access) = (session.shopee_id()?, session.access(ctx).await?);
        Ok(Self { app: ctx.app()?, cost: &ctx.operation()?.cost, access, session_id })
    }

    pub(super) fn key(&self) -> SessionKey {
        (self.access.account_id, self.session_id)
    }
}

#[Object]
impl SessionFromShopee<'_> {
    /// What Shopee says the session is: status, title, stream. Asked of Shopee when selected, at most ten seconds old; null when
    /// Shopee does not know the session as this account's. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn info(&self, ctx: &Context<'_>) -> Option<Result<LiveInfo>> {
        self.ask_info(ctx).await.transpose()
    }

    /// The session's numbers as Shopee counts them now. Asked of Shopee when selected, at most two seconds old; null when Shopee
    /// does not know the session as this account's. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn overview(&self, ctx: &Context<'_>) -> Option<Result<LiveOverview>> {
        self.ask_overview(ctx).await.transpose()
    }

    /// The session's products as Shopee's dashboard lists them, with what each has sold so far. Paged by number, since Shopee
    /// pages so. Asked of Shopee when selected, at most ten seconds old; null when Shopee does not know the session as this
    /// account's. Errors: BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        directive = crate::graphql::price::shopee_calls::apply(1),
        directive = crate::graphql::price::numbered_page::apply()
    )]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which page, counted from 1; the first if it is not given.")] page: Option<i64>,
        #[graphql(desc = "How many products a page has, 1 to 100; 10 if it is not given.")] page_size: Option<i64>,
        #[graphql(desc = "Only products whose title contains this text; at most 200 characters.")] keyword: Option<
            String,
        >,
        #[graphql(desc = "The list's order; by default as Shopee likes.")] order_by: Option<LiveProductOrder>,
    ) -> Option<Result<LiveProductPage>> {
        let query = live_product::query(page, page_size, keyword, order_by);
        self.ask_products(ctx, query).await.transpose()
    }

    /// How the session's numbers went, minute by minute: at most 24 hours of it. Asked of Shopee when selected, at most ten
    /// seconds old; null when Shopee has nothing of what is asked for, or does not know the session as this account's. Errors:
    /// BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        directive = crate::graphql::price::shopee_calls::apply(1),
        directive = crate::graphql::price::list_size::apply(16, Some("metrics".to_owned()))
    )]
    async fn trends(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The numbers to follow, at least one.")] metrics: Vec<LiveTrendMetric>,
        #[graphql(desc = "The first minute; if it is not given, the session's first, or 24 hours before the last.")]
        from: Option<DateTime<Utc>>,
        #[graphql(desc = "The last minute; if it is not given, the session's last, or the present one.")] to: Option<
            DateTime<Utc>,
        >,
    ) -> Option<Result<LiveTrends>> {
        self.ask_trends(ctx, metrics, from, to).await.transpose()
    }

    /// Who watched, by age, gender and the like. Asked of Shopee when selected, at most a minute old; null when Shopee has nothing,
    /// or does not know the session as this account's. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn viewer_profile(&self, ctx: &Context<'_>) -> Option<Result<AudienceProfile>> {
        self.ask_viewer_profile(ctx).await.transpose()
    }

    /// Who bought, by age, gender and the like. Asked of Shopee when selected, at most a minute old; null when Shopee has nothing,
    /// or does not know the session as this account's. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn buyer_profile(&self, ctx: &Context<'_>) -> Option<Result<AudienceProfile>> {
        self.ask_buyer_profile(ctx).await.transpose()
    }

    /// Where the viewers came from. Asked of Shopee when selected, at most a minute old; null when Shopee has nothing, or does not
    /// know the session as this account's. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn viewer_source(&self, ctx: &Context<'_>) -> Option<Result<ViewerSource>> {
        self.ask_viewer_source(ctx).await.transpose()
    }

    /// Whether everybody can watch the session now, and where: a probe that needs no sign-in at Shopee. Asked of Shopee when
    /// selected, at most five seconds old; null only with an error. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn play_url(&self, ctx: &Context<'_>) -> Option<Result<LivePlayUrl>> {
        Some(self.ask_play_url(ctx).await)
    }

    /// Address under which viewers watch the session, to be shared. No call is made; null only with an error. Errors: BAD_USER_INPUT.
    async fn share_url(
        &self,
        #[graphql(desc = "Shopee's user id of whoever is credited with the visits; nobody if it is not given.")]
        share_user_id: Option<ID>,
    ) -> Option<Result<String>> {
        Some(self.link_to_share(share_user_id))
    }
}

// A resolver that returns `Result<Option<_>>` would take its whole object away when it fails; `Option<Result<_>>` is null alone.
impl SessionFromShopee<'_> {
    async fn ask_info(&self, ctx: &Context<'_>) -> Result<Option<LiveInfo>> {
        let asking = Asking::of(self.0, ctx).await?;
        let account = asking.access.account();
        let call = asking.app.shopee.session_info(&account, asking.session_id);
        let answer = asking.app.reads.session_info.get(asking.key(), asking.cost, call).await?;
        Ok(LiveInfo::from_answer(&answer))
    }

    async fn ask_overview(&self, ctx: &Context<'_>) -> Result<Option<LiveOverview>> {
        let asking = Asking::of(self.0, ctx).await?;
        let account = asking.access.account();
        let call = asking.app.shopee.overview(&account, asking.session_id);
        let answer = asking.app.reads.overview.get(asking.key(), asking.cost, call).await?;
        Ok(LiveOverview::from_answer(&answer, asking.access.region))
    }

    async fn ask_products(
        &self,
        ctx: &Context<'_>,
        query: Result<ProductListQuery>,
    ) -> Result<Option<LiveProductPage>> {
        let query = query?;
        let asking = Asking::of(self.0, ctx).await?;
        let (key, account) = ((asking.key(), query.clone()), asking.access.account());
        let call = asking.app.shopee.product_list(&account, asking.session_id, &query);
        let answer = asking.app.reads.product_list.get(key, asking.cost, call).await?;
        Ok(LiveProductPage::from_answer(&answer, &query, asking.access.region))
    }

    async fn ask_trends(
        &self,
        ctx: &Context<'_>,
        metrics: Vec<LiveTrendMetric>,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> Result<Option<LiveTrends>> {
        let (started_at, ended_at) = self.0.time_on_air()?;
        let last = ended_at.unwrap_or(ctx.app()?.clock.now());
        let (from, to) = live_trend::minutes(from, to, (started_at, last))?;
        let query = TrendsQuery { from, to, metrics: live_trend::each_once(&metrics)? };
        let asking = Asking::of(self.0, ctx).await?;
        let (key, account) = ((asking.key(), query.clone()), asking.access.account());
        let call = asking.app.shopee.trends(&account, asking.session_id, &query);
        let answer = asking.app.reads.trends.get(key, asking.cost, call).await?;
        Ok(LiveTrends::from_answer(&answer, asking.access.region))
    }

    async fn ask_viewer_profile(&self, ctx: &Context<'_>) -> Result<Option<AudienceProfile>> {
        let asking = Asking::of(self.0, ctx).await?;
        let account = asking.access.account();
        let call = asking.app.shopee.viewer_profile(&account, asking.session_id);
        let answer = asking.app.reads.viewer_profile.get(asking.key(), asking.cost, call).await?;
        Ok(AudienceProfile::from_answer(&answer))
    }

    async fn ask_buyer_profile(&self, ctx: &Context<'_>) -> Result<Option<AudienceProfile>> {
        let asking = Asking::of(self.0, ctx).await?;
        let account = asking.access.account();
        let call = asking.app.shopee.buyer_profile(&account, asking.session_id);
        let answer = asking.app.reads.buyer_profile.get(asking.key(), asking.cost, call).await?;
        Ok(AudienceProfile::from_answer(&answer))
    }

    async fn ask_viewer_source(&self, ctx: &Context<'_>) -> Result<Option<ViewerSource>> {
        let asking = Asking::of(self.0, ctx).await?;
        let account = asking.access.account();
        let call = asking.app.shopee.viewer_source(&account, asking.session_id);
        let answer = asking.app.reads.viewer_source.get(asking.key(), asking.cost, call).await?;
        Ok(ViewerSource::from_answer(&answer))
    }

    async fn ask_play_url(&self, ctx: &Context<'_>) -> Result<LivePlayUrl> {
        let (region, session_id) = (self.0.shopee_region()?, self.0.shopee_id()?);
        let app = ctx.app()?;
        let call = app.shopee.play_url(region, session_id);
        let answer = app.reads.play_url.get((region, session_id), &ctx.operation()?.cost, call).await?;
        Ok(LivePlayUrl::from_answer(&answer))
    }

    fn link_to_share(&self, share_user_id: Option<ID>) -> Result<String> {
        let share_user_id = share_user_id.map(|id| shopee_id(&id, "shareUserId")).transpose()?;
        Ok(shopee::urls::share_url(self.0.shopee_region()?, self.0.shopee_id()?, share_user_id).into())
    }
}
