//! The products of a session and what each of them sold.

use crate::amount::Amount;
use crate::page::Sort;
use crate::wire::Object;

/// Which of a session's products to list, over the whole session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProductListQuery {
    /// From 1.
    pub page: u32,
    /// Up to 500 have been seen to work.
    pub page_size: u32,
    /// Only products whose title contains this; empty for all.
    pub name: String,
    /// `None`: as Shopee likes.
    pub order_by: Option<ProductOrder>,
    /// `None`: as Shopee likes.
    pub sort: Option<Sort>,
}

impl Default for ProductListQuery {
    fn default() -> Self {
        ProductListQuery { page: 1, page_size: 50, name: String::new(), order_by: None, sort: None }
    }
}

/// The metric by which products are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProductOrder {
    /// Clicks on the product.
    ProductClicks,
    /// Pieces sold.
    ItemsSold,
}

impl ProductOrder {
    pub(super) fn word(self) -> &'static str {
        match self {
            ProductOrder::ProductClicks => "productClicks",
            ProductOrder::ItemsSold => "itemSold",
        }
    }
}

/// A product of a session. Shopee does not say here which shop sells it. `None` means not reported, which is not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedProduct {
    /// The item.
    pub item_id: i64,
    /// What the shop calls it.
    pub title: Option<String>,
    /// An image id; see [`crate::urls::image_url`].
    pub cover_image: Option<String>,
    /// The cheapest of its variants.
    pub min_price: Option<Amount>,
    /// The dearest of its variants.
    pub max_price: Option<Amount>,
    /// Clicks on it.
    pub product_clicks: Option<i64>,
    /// How often it was put into a cart.
    pub added_to_cart: Option<i64>,
    /// Orders placed.
    pub placed_orders: Option<i64>,
    /// Pieces in the orders placed.
    pub placed_items_sold: Option<i64>,
    /// Money of the orders placed.
    pub placed_sales: Option<Amount>,
    /// Orders confirmed.
    pub confirmed_orders: Option<i64>,
    /// Pieces in the orders confirmed.
    pub confirmed_items_sold: Option<i64>,
    /// Money of the orders confirmed.
    pub confirmed_sales: Option<Amount>,
    /// Clicks per showing; 1 is all.
    pub click_rate: Option<f64>,
    /// Orders placed per click; 1 is all.
    pub order_rate: Option<f64>,
    /// Orders confirmed per click; 1 is all.
    pub confirmed_order_rate: Option<f64>,
}

impl ListedProduct {
    pub(super) fn read(row: &Object<'_>) -> Option<ListedProduct> {
        Some(ListedProduct {
            item_id: row.id("itemId")?,
            title: row.text("title"),
            cover_image: row.text("coverImage"),
            min_price: row.units("minPrice"),
            max_price: row.units("maxPrice"),
            product_clicks: row.count("productClicks"),
            added_to_cart: row.count("atc"),
            placed_orders: row.count("ordersCreated"),
            placed_items_sold: row.count("itemSold"),
            placed_sales: row.units("revenue"),
            confirmed_orders: row.count("confirmedOrderCnt"),
            confirmed_items_sold: row.count("confirmedItemSold"),
            confirmed_sales: row.units("confirmedRevenue"),
            click_rate: row.ratio("ctr"),
            order_rate: row.ratio("cor"),
            confirmed_order_rate: row.ratio("confirmedCor"),
        })
    }
}
