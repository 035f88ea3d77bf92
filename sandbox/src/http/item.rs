//! Promotions of items, and the items of one. Live host; money is a whole number of 1/100000, times are milliseconds.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, Call, Family,
    reply::{Reply, live, live_refusal, session_unknown},
};
use crate::world::{ItemPromotion, Product};

pub(super) static CALLS: &[Call] = &[
    call("item_promotions", "/item/promotion", item_promotions),
    call("promotion_items", "/item/promotion/{promotion_id}", promotion_items),
];

const MOST_PROMOTIONS: usize = 50;
const MOST_ITEMS: usize = 200;

const fn call(name: &'static str, path: &'static str, answer: fn(&mut Asked<'_>, i64) -> Reply) -> Call {
    Call { name, method: Method::GET, family: Family::Live, path, answer: Answer::SignedIn(answer) }
}

fn item_promotions(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.bag_is_known(user_id) {
        return session_unknown();
    }
    let own = asked.world.item_promotions.iter().filter(|promotion| promotion.user_id == user_id);
    let found: Vec<Value> = own
        .filter(|promotion| asked.request.has_keyword(&promotion.title))
        .map(|promotion| promotion_row(asked, promotion))
        .collect();
    page(asked, "promotions", &found, MOST_PROMOTIONS)
}

fn promotion_row(asked: &Asked<'_>, promotion: &ItemPromotion) -> Value {
    let status = match asked.now {
        now if now < promotion.starts_at => 0,
        now if now > promotion.ends_at => 2,
        _ => 1,
    };
    json!({
        "promotion_id": promotion.id,
        "title": promotion.title,
        "status": status,
        "item_count": promotion.products.len(),
        "start_time": promotion.starts_at.timestamp_millis(),
        "end_time": promotion.ends_at.timestamp_millis(),
    })
}

fn promotion_items(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.bag_is_known(user_id) {
        return session_unknown();
    }
    let wanted = asked.request.path.get("promotion_id").and_then(|id| id.parse::<i64>().ok());
    let mut own = asked.world.item_promotions.iter().filter(|promotion| promotion.user_id == user_id);
    let promotion = own.find(|promotion| Some(promotion.id) == wanted);
    let (Some(promotion), Some(account)) = (promotion, asked.world.account(user_id)) else {
        return live_refusal(3_000_201, "ErrorPromotionNotFound");
    };
    let products = promotion.products.iter().filter_map(|place| account.catalogue.get(*place));
    let found: Vec<Value> = products
        .filter(|product| asked.request.has_keyword(&product.name))
        .map(|product| item(promotion, product))
        .collect();
    page(asked, "items", &found, MOST_ITEMS)
}

fn item(promotion: &ItemPromotion, product: &Product) -> Value {
    json!({
        "shop_id": product.shop_id,
        "item_id": product.item_id,
        "name": product.name,
        "image": product.image,
        "price": product.price,
        "price_before_discount": product.price_before_discount,
        "display_total_stock": product.stock,
        "campaign_token": promotion.dice.of("token").at(product.item_id as u64).text(32),
    })
}

fn page(asked: &Asked<'_>, name: &str, rows: &[Value], most: usize) -> Reply {
    let offset = asked.request.number("offset").unwrap_or(0).max(0) as usize;
    let limit = asked.request.number("limit").unwrap_or(20).clamp(0, most as i64) as usize;
    let part: Vec<&Value> = rows.iter().skip(offset).take(limit).collect();
    let has_more = offset.saturating_add(part.len()) < rows.len();
    live(asked.region, json!({ name: part, "total_count": rows.len(), "has_more": has_more }))
}

impl super::Received {
    /// Whether a name has the keyword in it, if there is one.
    fn has_keyword(&self, name: &str) -> bool {
        let keyword = self.text("kw").unwrap_or_default().trim().to_lowercase();
        name.to_lowercase().contains(&keyword)
    }
}

impl Asked<'_> {
    /// Whether the session named, if one is, is the caller's.
    fn bag_is_known(&mut self, user_id: i64) -> bool {
        match self.request.text("session_id").map(str::parse) {
            None => true,
            Some(Ok(session_id)) => self.world.session_of(user_id, session_id).is_some(),
            Some(Err(_)) => false,
        }
    }
}
