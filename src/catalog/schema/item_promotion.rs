use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use shopee::OffsetPage;

use super::{
    PromotionItemPage,
    asked_page::{self, AskedPage},
    promotion_item,
};
use crate::{
    account::access::Access,
    engine::joined::Observed,
    error::Result,
    graphql::{context::ContextExt as _, freshness::Freshness, long::Long},
};

/// Promotions that Shopee gives at once.
pub(super) const LARGEST_PAGE: u32 = 50;

/// A numbered page of the promotions whose items an account may sell live.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct ItemPromotionPage {
    /// The page's number, from 1.
    page: i64,
    /// How many promotions a full page has.
    page_size: i64,
    /// How many promotions the whole list has; null when Shopee did not tell.
    total: Option<Long>,
    /// Whether more pages follow; null when Shopee did not tell.
    has_more: Option<bool>,
    /// The page's promotions; at most `pageSize`.
    nodes: Vec<ItemPromotion>,
    #[graphql(flatten)]
    freshness: Freshness,
}

impl ItemPromotionPage {
    /// `None` when Shopee told nothing.
    pub(super) fn from_answer(
        answer: &Observed<OffsetPage<shopee::ItemPromotion>>,
        asked: &AskedPage,
        access: &Arc<Access>,
    ) -> Option<Self> {
        let (listed, freshness) = (&answer.value, Freshness::of(answer));
        let node = |told: &shopee::ItemPromotion| ItemPromotion { told: told.clone(), access: Arc::clone(access) };
        (!asked_page::is_nothing(listed)).then(|| Self {
            page: asked.page,
            page_size: asked.page_size,
            total: listed.total.map(Long),
            has_more: listed.has_more,
            nodes: listed.list.iter().map(node).collect(),
            freshness,
        })
    }
}

/// A promotion whose items an account may put into the bag of a session.
pub struct ItemPromotion {
    told: shopee::ItemPromotion,
    /// Of the account that was told.
    access: Arc<Access>,
}

/// A promotion whose items the account may put into the bag of a session, as Shopee lists it. What is null was not reported.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl ItemPromotion {
    /// Shopee's id of the promotion.
    async fn promotion_id(&self) -> ID {
        self.told.promotion_id.into()
    }

    /// What the promotion is called.
    async fn title(&self) -> Option<&String> {
        self.told.title.as_ref()
    }

    /// Whether the promotion runs.
    async fn status(&self) -> Option<ItemPromotionStatus> {
        self.told.status.map(Into::into)
    }

    /// How many items the promotion has.
    async fn item_count(&self) -> Option<Long> {
        self.told.item_count.map(Long)
    }

    /// When the promotion starts.
    async fn starts_at(&self) -> Option<DateTime<Utc>> {
        self.told.started_at
    }

    /// When the promotion ends.
    async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.told.ends_at
    }

    /// The promotion's items. Paged by number, since Shopee pages so. Asked of Shopee when selected, one call for each promotion, at
    /// most ten seconds old; null when Shopee has nothing to tell. Errors: BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        directive = crate::graphql::price::shopee_calls::apply(1),
        directive = crate::graphql::price::numbered_page::apply()
    )]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only items whose name contains this text; at most 200 characters.")] keyword: Option<String>,
        #[graphql(desc = "Which page, counted from 1; the first if it is not given.")] page: Option<i64>,
        #[graphql(desc = "How many items a page has, 1 to 100; 10 if it is not given.")] page_size: Option<i64>,
    ) -> Option<Result<PromotionItemPage>> {
        let asked = AskedPage::check(promotion_item::LARGEST_PAGE, keyword, page, page_size);
        self.ask_items(ctx, asked).await.transpose()
    }
}

impl ItemPromotion {
    async fn ask_items(&self, ctx: &Context<'_>, asked: Result<AskedPage>) -> Result<Option<PromotionItemPage>> {
        let (asked, app, promotion_id) = (asked?, ctx.app()?, self.told.promotion_id);
        let (key, account) = ((self.access.account_id, promotion_id), self.access.account());
        let call = app.shopee.promotion_items(&account, promotion_id, &asked.query);
        let answer = app.reads.promotion_items.get((key, asked.query.clone()), &ctx.operation()?.cost, call).await?;
        Ok(PromotionItemPage::from_answer(&answer, &asked, self.access.region))
    }
}

/// Whether a promotion of items runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ItemPromotionStatus {
    /// Has not started yet.
    Upcoming,
    /// Runs.
    Ongoing,
    /// Over.
    Ended,
    /// A state that this gateway does not know yet.
    Unknown,
}

impl From<shopee::ItemPromotionStatus> for ItemPromotionStatus {
    fn from(status: shopee::ItemPromotionStatus) -> Self {
        match status {
            shopee::ItemPromotionStatus::Upcoming => Self::Upcoming,
            shopee::ItemPromotionStatus::Ongoing => Self::Ongoing,
            shopee::ItemPromotionStatus::Ended => Self::Ended,
            shopee::ItemPromotionStatus::Unknown(_) => Self::Unknown,
        }
    }
}
