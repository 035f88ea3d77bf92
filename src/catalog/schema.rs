//! What clients see of the catalog room: promotions of items, and their items.

mod account_catalog;
mod asked_page;
mod item_promotion;
mod promotion_item;

pub use account_catalog::AccountCatalog;
pub use item_promotion::{ItemPromotion, ItemPromotionPage};
pub use promotion_item::PromotionItemPage;
