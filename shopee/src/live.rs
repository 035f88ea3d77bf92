//! The live hosts: who is on air, for everybody to see; a session as the apps get it; and the items in its bag.

mod session;

pub use session::{RoomSession, RoomStatus};

use chrono::{DateTime, Utc};

use crate::amount::Amount;
use crate::calls;
use crate::client::{Ask, Client};
use crate::credential::Account;
use crate::envelope::Answer;
use crate::error::Error;
use crate::page::Rows;
use crate::region::Region;
use crate::wire::Object;

/// "The session is not living", `ErrorRoomSessionNotLiving`.
const NOT_LIVING: i64 = 3_000_068;
/// `comm_rate` counts thousandths of a percent.
const COMMISSION_WHOLE: f64 = 100_000.0;

/// A session that is on air now, as everybody may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OngoingLive {
    /// The session.
    pub session_id: i64,
    /// What the host called it.
    pub title: Option<String>,
    /// How many watch.
    pub view_count: Option<i64>,
    /// When it went on air.
    pub started_at: Option<DateTime<Utc>>,
}

/// The session is on air, and can be watched under this URL for a short while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayUrl {
    /// A signed FLV stream. `None` if the answer has it under a name we do not know.
    pub url: Option<String>,
}

/// Some of the items in a session's bag.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemPage {
    /// The items, in the order of the bag.
    pub items: Vec<BagItem>,
    /// How many there are altogether.
    pub total: Option<i64>,
    /// Rows left out because they had no item id.
    pub unreadable: usize,
}

/// An item that the host offers in a session.
#[derive(Debug, Clone, PartialEq)]
pub struct BagItem {
    /// The item.
    pub item_id: i64,
    /// The shop that sells it.
    pub shop_id: Option<i64>,
    /// What the shop calls it.
    pub name: Option<String>,
    /// An image id; see [`crate::urls::image_url`].
    pub image: Option<String>,
    /// What it costs now.
    pub price: Option<Amount>,
    /// The cheapest of its variants.
    pub price_min: Option<Amount>,
    /// The dearest of its variants.
    pub price_max: Option<Amount>,
    /// What it cost before the discount.
    pub price_before_discount: Option<Amount>,
    /// Pieces in stock, as shown to viewers.
    pub display_stock: Option<i64>,
    /// Pieces in stock at the normal price.
    pub normal_stock: Option<i64>,
    /// Pieces in stock at the session's own price.
    pub streaming_price_stock: Option<i64>,
    /// Whether nothing is left.
    pub is_out_of_stock: Option<bool>,
    /// Pieces sold.
    pub sold: Option<i64>,
    /// Stars, 0 to 5.
    pub rating: Option<f64>,
    /// How many rated it.
    pub rating_count: Option<i64>,
    /// The discount as Shopee words it, such as `16%`.
    pub discount: Option<String>,
    /// The affiliate's share of a sale; 1 is all of it.
    pub commission_rate: Option<f64>,
}

impl Client {
    /// Asks whether a user is on air. Takes the user's id, not the shop's. Public: `None` if the user is not.
    pub async fn ongoing_live(&self, region: Region, user_id: i64) -> Result<Option<OngoingLive>, Error> {
        self.ask(Ask::public(&calls::ONGOING_LIVE, region).query("uid", user_id), ongoing_live).await
    }

    /// Asks where to watch a session. Public: `None` if it is not on air.
    pub async fn play_url(&self, region: Region, session_id: i64) -> Result<Option<PlayUrl>, Error> {
        let ask = Ask::public(&calls::PLAY_URL, region).about(session_id);
        match self.ask(ask, play_url).await {
            Err(Error::Refused { code: NOT_LIVING, .. }) => Ok(None),
            outcome => outcome,
        }
    }

    /// Asks for a session as the apps get it. Plain clients are often stopped by risk control here, even with good cookies:
    /// [`Client::session_info`] and [`Client::overview`] serve an account's own sessions better. `None` if there is nothing.
    pub async fn session(&self, account: &Account<'_>, session_id: i64) -> Result<Option<RoomSession>, Error> {
        self.ask(Ask::signed(&calls::SESSION, account).about(session_id), RoomSession::read).await
    }

    /// Asks for items in a session's bag, from the `offset`-th on. A bag holds up to some two hundred.
    pub async fn session_items(
        &self,
        account: &Account<'_>,
        session_id: i64,
        offset: u32,
        limit: u32,
    ) -> Result<ItemPage, Error> {
        let ask = Ask::signed(&calls::SESSION_ITEMS, account).about(session_id);
        self.ask(ask.query("offset", offset).query("limit", limit).query("visible", true), item_page).await
    }
}

pub(crate) fn ongoing_live(answer: &Answer) -> Result<Option<OngoingLive>, Error> {
    let Some(data) = answer.object()? else { return Ok(None) };
    let Some(raw) = data.raw("ongoing_live") else { return Ok(None) };
    let live = Object::parse(raw).ok_or_else(|| answer.garbled("ongoing_live is not an object"))?;
    Ok(Some(OngoingLive {
        session_id: live.id("session_id").ok_or_else(|| answer.garbled("no session_id"))?,
        title: live.text("title"),
        view_count: live.count("view_count"),
        started_at: live.moment("start_time"),
    }))
}

pub(crate) fn play_url(answer: &Answer) -> Result<Option<PlayUrl>, Error> {
    Ok(Some(PlayUrl { url: answer.object()?.and_then(|data| data.link("play_url")) }))
}

pub(crate) fn item_page(answer: &Answer) -> Result<ItemPage, Error> {
    let Some(data) = answer.object()? else {
        return Ok(ItemPage { items: Vec::new(), total: None, unreadable: 0 });
    };
    let Rows { list, unreadable } = Rows::read(answer, &data, "items", bag_item)?;
    Ok(ItemPage { items: list, total: data.count("total_count"), unreadable })
}

fn bag_item(item: &Object<'_>) -> Option<BagItem> {
    Some(BagItem {
        item_id: item.id("item_id")?,
        shop_id: item.id("shop_id"),
        name: item.text("name"),
        image: item.text("image"),
        price: item.hundred_thousandths("price"),
        price_min: item.hundred_thousandths("price_min"),
        price_max: item.hundred_thousandths("price_max"),
        price_before_discount: item.hundred_thousandths("price_before_discount"),
        display_stock: item.count("display_total_stock"),
        normal_stock: item.count("normal_stock"),
        streaming_price_stock: item.count("sp_total_stock"),
        is_out_of_stock: item.flag("is_oos"),
        sold: item.count("sold"),
        rating: item.number("rating_star"),
        rating_count: item.count("rating_count"),
        discount: item.text("discount"),
        commission_rate: item.number("comm_rate").map(|thousandths| thousandths / COMMISSION_WHOLE),
    })
}
