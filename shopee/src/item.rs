//! Promotions whose items a host may put into a session's bag, and the items of one. The live hosts; what the answers look
//! like is inferred.

use chrono::{DateTime, Utc};

use crate::amount::Amount;
use crate::calls::{self, Call};
use crate::client::{Ask, Client};
use crate::credential::Account;
use crate::envelope::Answer;
use crate::error::Error;
use crate::page::OffsetPage;
use crate::wire::Object;

/// Which promotions, or which items of one, to list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PromotionQuery {
    /// With this in the name; empty for all.
    pub keyword: String,
    /// The session whose bag is meant.
    pub session_id: Option<i64>,
    /// How many to leave out.
    pub offset: u32,
    /// How many to list at most: up to 50 promotions or 200 items have been seen.
    pub limit: u32,
}

impl Default for PromotionQuery {
    /// The first twenty.
    fn default() -> Self {
        PromotionQuery { keyword: String::new(), session_id: None, offset: 0, limit: 20 }
    }
}

impl PromotionQuery {
    fn ask<'a>(&self, call: &'static Call, account: &'a Account<'a>) -> Ask<'a> {
        let mut ask = Ask::signed(call, account).query("offset", self.offset).query("limit", self.limit);
        if !self.keyword.is_empty() {
            ask = ask.query("kw", &self.keyword);
        }
        match self.session_id {
            Some(session_id) => ask.query("session_id", session_id),
            None => ask,
        }
    }
}

/// A promotion whose items may be put into a bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPromotion {
    /// The promotion.
    pub promotion_id: i64,
    /// What it is called.
    pub title: Option<String>,
    /// Whether it runs.
    pub status: Option<ItemPromotionStatus>,
    /// How many items it has.
    pub item_count: Option<i64>,
    /// When it starts.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Whether a promotion of items runs. Inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemPromotionStatus {
    /// 0
    Upcoming,
    /// 1
    Ongoing,
    /// 2
    Ended,
    /// A number this client does not know.
    Unknown(i64),
}

/// An item of a promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionItem {
    /// The item.
    pub item_id: i64,
    /// The shop that sells it.
    pub shop_id: Option<i64>,
    /// What the shop calls it.
    pub name: Option<String>,
    /// An image id; see [`crate::urls::image_url`].
    pub image: Option<String>,
    /// What it costs in the promotion.
    pub price: Option<Amount>,
    /// What it cost before.
    pub price_before_discount: Option<Amount>,
    /// Pieces in stock, as shown to viewers.
    pub display_stock: Option<i64>,
    /// What has to go along when the item is put into a bag.
    pub campaign_token: Option<String>,
}

impl Client {
    /// Asks for the promotions whose items may be put into a bag. An account without the right gets none, or
    /// [`Error::NoPermission`].
    pub async fn item_promotions(
        &self,
        account: &Account<'_>,
        query: &PromotionQuery,
    ) -> Result<OffsetPage<ItemPromotion>, Error> {
        let ask = query.ask(&calls::ITEM_PROMOTIONS, account);
        self.ask(ask, item_promotions).await
    }

    /// Asks for the items of a promotion.
    pub async fn promotion_items(
        &self,
        account: &Account<'_>,
        promotion_id: i64,
        query: &PromotionQuery,
    ) -> Result<OffsetPage<PromotionItem>, Error> {
        let ask = query.ask(&calls::PROMOTION_ITEMS, account).about(promotion_id);
        self.ask(ask, promotion_items).await
    }
}

pub(crate) fn item_promotions(answer: &Answer) -> Result<OffsetPage<ItemPromotion>, Error> {
    OffsetPage::read(answer, "promotions", "total_count", ItemPromotion::read)
}

pub(crate) fn promotion_items(answer: &Answer) -> Result<OffsetPage<PromotionItem>, Error> {
    OffsetPage::read(answer, "items", "total_count", PromotionItem::read)
}

impl ItemPromotion {
    fn read(row: &Object<'_>) -> Option<ItemPromotion> {
        Some(ItemPromotion {
            promotion_id: row.id("promotion_id")?,
            title: row.text("title"),
            status: row.count("status").map(ItemPromotionStatus::of),
            item_count: row.count("item_count"),
            started_at: row.moment("start_time"),
            ends_at: row.moment("end_time"),
        })
    }
}

impl ItemPromotionStatus {
    fn of(number: i64) -> ItemPromotionStatus {
        match number {
            0 => ItemPromotionStatus::Upcoming,
            1 => ItemPromotionStatus::Ongoing,
            2 => ItemPromotionStatus::Ended,
            other => ItemPromotionStatus::Unknown(other),
        }
    }
}

impl PromotionItem {
    fn read(row: &Object<'_>) -> Option<PromotionItem> {
        Some(PromotionItem {
            item_id: row.id("item_id")?,
            shop_id: row.id("shop_id"),
            name: row.text("name"),
            image: row.text("image"),
            price: row.hundred_thousandths("price"),
            price_before_discount: row.hundred_thousandths("price_before_discount"),
            display_stock: row.count("display_total_stock"),
            campaign_token: row.text("campaign_token"),
        })
    }
}
