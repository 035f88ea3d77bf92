use async_graphql::{Context, Object};

use super::{ItemPromotionPage, asked_page::AskedPage, item_promotion};
use crate::{
    account::schema::{Asking, ShopeeAccount},
    error::Result,
};

/// The fields of an account that tell which items it may sell live.
pub struct AccountCatalog<'a>(&'a ShopeeAccount);

impl<'a> AccountCatalog<'a> {
    pub fn of(account: &'a ShopeeAccount) -> Self {
        Self(account)
    }
}

#[Object]
impl AccountCatalog<'_> {
    /// The promotions whose items the account may put into the bag of a session. Paged by number, since Shopee pages so. Asked of
    /// Shopee when selected, at most ten seconds old; null when Shopee has nothing to tell. Errors: BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        directive = crate::graphql::price::shopee_calls::apply(1),
        directive = crate::graphql::price::numbered_page::apply()
    )]
    async fn item_promotions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only promotions whose title contains this text; at most 200 characters.")] keyword: Option<
            String,
        >,
        #[graphql(desc = "Which page, counted from 1; the first if it is not given.")] page: Option<i64>,
        #[graphql(desc = "How many promotions a page has, 1 to 50; 10 if it is not given.")] page_size: Option<i64>,
    ) -> Option<Result<ItemPromotionPage>> {
        let asked = AskedPage::check(item_promotion::LARGEST_PAGE, keyword, page, page_size);
        self.ask_item_promotions(ctx, asked).await.transpose()
    }
}

impl AccountCatalog<'_> {
    async fn ask_item_promotions(
        &self,
        ctx: &Context<'_>,
        asked: Result<AskedPage>,
    ) -> Result<Option<ItemPromotionPage>> {
        let asked = asked?;
        let Asking { app, cost, access } = Asking::of(self.0, ctx).await?;
        let (key, account) = ((access.account_id, asked.query.clone()), access.account());
        let call = app.shopee.item_promotions(&account, &asked.query);
        let answer = app.reads.item_promotions.get(key, cost, call).await?;
        Ok(ItemPromotionPage::from_answer(&answer, &asked, &access))
    }
}
