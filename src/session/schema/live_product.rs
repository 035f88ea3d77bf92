use async_graphql::{Enum, ID, InputObject, SimpleObject};
use rust_decimal::Decimal;
use shopee::{Amount, ListedProduct, Page, ProductListQuery, ProductOrder, Sort};

use crate::{
    engine::joined::Observed,
    error::Result,
    graphql::{
        freshness::Freshness,
        long::Long,
        money::Money,
        numbered::{self, Numbered},
        rate::rate,
    },
};

/// The order of a list of a session's products.
#[derive(Clone, Copy, InputObject)]
pub struct LiveProductOrder {
    /// What the products are compared by.
    field: LiveProductOrderField,
    /// Whether the smallest comes first; by default the largest does.
    #[graphql(default = false)]
    ascending: bool,
}

/// What Shopee can order a session's products by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "shopee::ProductOrder")]
pub enum LiveProductOrderField {
    /// Clicks on the product.
    ProductClicks,
    /// Pieces sold.
    ItemsSold,
}

/// Checks the field's arguments and turns them into what Shopee is asked.
pub(super) fn query(
    page: Option<i64>,
    page_size: Option<i64>,
    keyword: Option<String>,
    order: Option<LiveProductOrder>,
) -> Result<ProductListQuery> {
    let Numbered { page, page_size } = Numbered::check(page, page_size)?;
    Ok(ProductListQuery {
        page,
        page_size,
        name: numbered::search("keyword", keyword)?,
        order_by: order.map(|order| ProductOrder::from(order.field)),
        sort: order.map(|order| if order.ascending { Sort::Ascending } else { Sort::Descending }),
    })
}

/// A numbered page of the products that Shopee's dashboard lists of a session.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct LiveProductPage {
    /// The page's number, from 1.
    page: i64,
    /// How many products a full page has.
    page_size: i64,
    /// How many products the whole list has; null when Shopee did not tell.
    total: Option<Long>,
    /// The page's products; at most `pageSize`.
    nodes: Vec<LiveProduct>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// A product of a session as Shopee's dashboard lists it. Which shop sells it Shopee does not tell here. A
/// number that is null was not reported, which is not zero. `placed` counts orders when they are made, `confirmed` when Shopee has
/// confirmed them.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub(super) struct LiveProduct {
    /// Shopee's id of the product.
    item_id: ID,
    /// The product's name, as the shop wrote it.
    title: Option<String>,
    /// Address of the product's picture.
    cover_image_url: Option<String>,
    /// Price of the cheapest variant.
    min_price: Option<Money>,
    /// Price of the dearest variant.
    max_price: Option<Money>,
    /// Clicks on the product.
    product_clicks: Option<Long>,
    /// Times it was put into a cart.
    added_to_cart: Option<Long>,
    /// Orders placed.
    placed_orders: Option<Long>,
    /// Pieces in the orders placed.
    placed_items_sold: Option<Long>,
    /// Value of the orders placed.
    placed_sales: Option<Money>,
    /// Orders confirmed.
    confirmed_orders: Option<Long>,
    /// Pieces in the orders confirmed.
    confirmed_items_sold: Option<Long>,
    /// Value of the orders confirmed.
    confirmed_sales: Option<Money>,
    /// Clicks for each time it was shown, as a fraction: `"0.12"` is 12 %.
    click_rate: Option<Decimal>,
    /// Orders placed for each click, as a fraction.
    order_rate: Option<Decimal>,
    /// Orders confirmed for each click, as a fraction.
    confirmed_order_rate: Option<Decimal>,
}

impl LiveProductPage {
    /// A page of nothing, not even of a length, is how Shopee answers for a session that is not the account's.
    pub fn from_answer(
        answer: &Observed<Page<ListedProduct>>,
        query: &ProductListQuery,
        region: shopee::Region,
    ) -> Option<Self> {
        let page = &answer.value;
        if page.list.is_empty() && page.total.is_none() {
            return None;
        }
        Some(Self {
            page: query.page.into(),
            page_size: query.page_size.into(),
            total: page.total.map(Long),
            nodes: page.list.iter().map(|product| LiveProduct::new(product, region)).collect(),
            freshness: Freshness::of(answer),
        })
    }
}

impl LiveProduct {
    fn new(product: &ListedProduct, region: shopee::Region) -> Self {
        let money = |amount: Option<Amount>| amount.map(|amount| Money::new(amount.0, region));
        let cover = product.cover_image.as_deref().and_then(|image| shopee::urls::image_url(region, image));
        Self {
            item_id: product.item_id.into(),
            title: product.title.clone(),
            cover_image_url: cover.map(String::from),
            min_price: money(product.min_price),
            max_price: money(product.max_price),
            product_clicks: product.product_clicks.map(Long),
            added_to_cart: product.added_to_cart.map(Long),
            placed_orders: product.placed_orders.map(Long),
            placed_items_sold: product.placed_items_sold.map(Long),
            placed_sales: money(product.placed_sales),
            confirmed_orders: product.confirmed_orders.map(Long),
            confirmed_items_sold: product.confirmed_items_sold.map(Long),
            confirmed_sales: money(product.confirmed_sales),
            click_rate: rate(product.click_rate),
            order_rate: rate(product.order_rate),
            confirmed_order_rate: rate(product.confirmed_order_rate),
        }
    }
}
