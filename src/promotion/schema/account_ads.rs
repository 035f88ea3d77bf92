use async_graphql::{Context, Object};

use super::{
    AdsBalance, CampaignExpenseToday, PromotionListState, PromotionPage, StreamerList, asked,
    promotion_page::ListedPage,
};
use crate::{
    account::schema::{Asking, ShopeeAccount},
    error::Result,
    promotion::today,
};

/// The fields of an account about its promotions and ads.
pub struct AccountAds<'a>(pub &'a ShopeeAccount);

#[Object]
impl AccountAds<'_> {
    /// The streamers whom the account may advertise; Shopee gives the whole list at once. Asked of Shopee when selected, at most a
    /// minute old; null when Shopee has nothing. Accounts without a shop get SHOPEE_NO_PERMISSION. Errors: SHOPEE_*.
    #[graphql(
        directive = crate::graphql::price::shopee_calls::apply(1),
        directive = crate::graphql::price::list_size::apply(100, None)
    )]
    async fn streamers(&self, ctx: &Context<'_>) -> Option<Result<StreamerList>> {
        self.ask_streamers(ctx).await.transpose()
    }

    /// The account's promotions, each with what it did today, in Shopee's order: also those that are over or have not begun,
    /// unless `state` says otherwise. Today is a day in the time zone of the account's region. Paged by number, since Shopee pages
    /// so. Asked of Shopee when selected, at most ten seconds old; null when Shopee has nothing. Accounts without a shop get
    /// SHOPEE_NO_PERMISSION. Errors: BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        directive = crate::graphql::price::shopee_calls::apply(1),
        directive = crate::graphql::price::numbered_page::apply()
    )]
    async fn promotions_today(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which page, counted from 1; the first if it is not given.")] page: Option<i64>,
        #[graphql(desc = "How many promotions a page has, 1 to 100; 10 if it is not given.")] page_size: Option<i64>,
        #[graphql(desc = "Only promotions whose name contains this text; at most 200 characters.")] name: Option<
            String,
        >,
        #[graphql(desc = "Only promotions in this state; all if it is not given.")] state: Option<PromotionListState>,
    ) -> Option<Result<PromotionPage>> {
        let page = ListedPage::check(page, page_size, name, state);
        self.ask_promotions(ctx, page).await.transpose()
    }

    /// What the account's promotions have cost today, and what they brought together. Today is a day in the time zone of the
    /// account's region. Asked of Shopee when selected, at most ten seconds old; null when Shopee has nothing. Accounts without a
    /// shop get SHOPEE_NO_PERMISSION. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn campaign_expense_today(&self, ctx: &Context<'_>) -> Option<Result<CampaignExpenseToday>> {
        self.ask_expense(ctx).await.transpose()
    }

    /// The account's prepaid money for ads, and what ads of every kind have cost today. Asked of Shopee when selected, at most ten
    /// seconds old; null when Shopee has nothing. Accounts without a shop get SHOPEE_NO_PERMISSION. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn ads(&self, ctx: &Context<'_>) -> Option<Result<AdsBalance>> {
        self.ask_ads(ctx).await.transpose()
    }
}

// A resolver that returns `Result<Option<_>>` would take its whole object away when it fails; `Option<Result<_>>` is null alone.
impl AccountAds<'_> {
    async fn ask_streamers(&self, ctx: &Context<'_>) -> Result<Option<StreamerList>> {
        let Asking { app, cost, access } = Asking::of(self.0, ctx).await?;
        let account = access.account();
        let answer = app.reads.streamers.get(access.account_id, cost, app.shopee.streamers(&account)).await?;
        Ok(StreamerList::from_answer(&answer, access.region))
    }

    async fn ask_promotions(&self, ctx: &Context<'_>, page: Result<ListedPage>) -> Result<Option<PromotionPage>> {
        let page = page?;
        let asking = Asking::of(self.0, ctx).await?;
        let region = asking.access.region;
        let today = today::today(region, asking.app.clock.now())?;
        let answer = asked::campaigns(&asking, page.query(today)).await?;
        Ok(PromotionPage::from_answer(&answer, page.numbered, self.0, region))
    }

    async fn ask_expense(&self, ctx: &Context<'_>) -> Result<Option<CampaignExpenseToday>> {
        let Asking { app, cost, access } = Asking::of(self.0, ctx).await?;
        let query = today::report(access.region, app.clock.now())?;
        let (key, account) = ((access.account_id, query), access.account());
        let answer = app.reads.campaign_report.get(key, cost, app.shopee.campaign_report(&account, &query)).await?;
        Ok(CampaignExpenseToday::from_answer(&answer, self.0, access.region))
    }

    async fn ask_ads(&self, ctx: &Context<'_>) -> Result<Option<AdsBalance>> {
        let Asking { app, cost, access } = Asking::of(self.0, ctx).await?;
        let account = access.account();
        let answer = app.reads.ads_data.get(access.account_id, cost, app.shopee.ads_data(&account)).await?;
        Ok(AdsBalance::from_answer(&answer, access.region))
    }
}
