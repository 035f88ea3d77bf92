use async_graphql::{ID, SimpleObject};
use shopee::{Amount, OffsetPage, Region};

use super::asked_page::{self, AskedPage};
use crate::{
    engine::joined::Observed,
    graphql::{freshness::Freshness, long::Long, money::Money},
};

/// Items that one page has at most; Shopee would give 200 at once.
pub(super) const LARGEST_PAGE: u32 = 100;

/// A numbered page of the items of a promotion.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct PromotionItemPage {
    /// The page's number, from 1.
    page: i64,
    /// How many items a full page has.
    page_size: i64,
    /// How many items the whole list has; null when Shopee did not tell.
    total: Option<Long>,
    /// Whether more pages follow; null when Shopee did not tell.
    has_more: Option<bool>,
    /// The page's items; at most `pageSize`.
    nodes: Vec<PromotionItem>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// An item of a promotion, as Shopee lists it. What is null was not reported, which is not zero.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub(super) struct PromotionItem {
    /// Shopee's id of the product.
    item_id: ID,
    /// Shopee's id of the shop that sells the product.
    shop_id: Option<ID>,
    /// The product's name, as the shop wrote it.
    product_name: Option<String>,
    /// Address of the product's picture.
    product_image_url: Option<String>,
    /// Address of the product's page on Shopee; null when Shopee did not tell which shop sells it.
    product_url: Option<String>,
    /// The price in the promotion.
    price: Option<Money>,
    /// The price outside the promotion.
    price_before_discount: Option<Money>,
    /// Pieces in stock, as viewers are shown.
    display_stock: Option<Long>,
}

impl PromotionItemPage {
    /// `None` when Shopee told nothing.
    pub(super) fn from_answer(
        answer: &Observed<OffsetPage<shopee::PromotionItem>>,
        asked: &AskedPage,
        region: Region,
    ) -> Option<Self> {
        let (listed, freshness) = (&answer.value, Freshness::of(answer));
        (!asked_page::is_nothing(listed)).then(|| Self {
            page: asked.page,
            page_size: asked.page_size,
            total: listed.total.map(Long),
            has_more: listed.has_more,
            nodes: listed.list.iter().map(|item| PromotionItem::new(item, region)).collect(),
            freshness,
        })
    }
}

impl PromotionItem {
    fn new(item: &shopee::PromotionItem, region: Region) -> Self {
        let money = |amount: Option<Amount>| amount.map(|amount| Money::new(amount.0, region));
        let image = item.image.as_deref().and_then(|image| shopee::urls::image_url(region, image));
        let page = item.shop_id.map(|shop_id| shopee::urls::product_url(region, shop_id, item.item_id));
        Self {
            item_id: item.item_id.into(),
            shop_id: item.shop_id.map(ID::from),
            product_name: item.name.clone(),
            product_image_url: image.map(String::from),
            product_url: page.map(String::from),
            price: money(item.price),
            price_before_discount: money(item.price_before_discount),
            display_stock: item.display_stock.map(Long),
        }
    }
}
