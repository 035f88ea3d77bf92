//! Public status of a session, the session object and its bag. Live host; money is a whole number of 1/100000.

use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    Answer, Asked, Call, Family,
    reply::{Reply, live, session_ended, session_unknown},
};
use crate::{
    region::Region,
    world::{Account, Figures, Product, ProductFigures, Session},
};

pub(super) static CALLS: &[Call] = &[
    call("ongoing_live", "/shop_page/live/ongoing", Answer::Public(ongoing_live)),
    call("play_url", "/session/{session_id}/play_url", Answer::Public(play_url)),
    call("session", "/session/{session_id}", Answer::SignedIn(session)),
    call("session_items", "/session/{session_id}/items", Answer::SignedIn(session_items)),
];

const MOST_ITEMS: usize = 200;

const fn call(name: &'static str, path: &'static str, answer: Answer) -> Call {
    Call { name, method: Method::GET, family: Family::Live, path, answer }
}

fn ongoing_live(asked: &mut Asked<'_>) -> Reply {
    let user_id = asked.request.number("uid").unwrap_or_default();
    let sessions = asked.world.sessions_of(user_id).into_iter();
    let newest = sessions
        .filter(|session| session.region == asked.region && session.is_on_air())
        .max_by_key(|session| session.started_at);
    let ongoing = newest.map(|session| {
        json!({
            "session_id": session.id,
            "title": session.title,
            "view_count": session.figures(asked.now).current,
            "start_time": session.started_at.timestamp_millis(),
        })
    });
    live(asked.region, json!({ "ongoing_live": ongoing }))
}

fn play_url(asked: &mut Asked<'_>) -> Reply {
    let now = asked.now;
    match asked.session() {
        Some(session) if session.is_on_air() => {
            let url = stream_url(session, now);
            live(asked.region, json!({ "play_url": url }))
        }
        Some(_) => session_ended(),
        None => session_unknown(),
    }
}

fn session(asked: &mut Asked<'_>, _viewer: i64) -> Reply {
    let now = asked.now;
    let Some(session) = asked.session() else { return session_unknown() };
    let user_id = session.user_id;
    let mut object = session_object(session, now);
    if let Some(account) = asked.world.account(user_id) {
        name_host(&mut object, account);
    }
    live(asked.region, json!({ "session": object, "usersig": format!("sig-{user_id}") }))
}

fn session_object(session: &mut Session, now: DateTime<Utc>) -> Value {
    let figures = session.figures(now);
    let millis = |at: Option<DateTime<Utc>>| at.map_or(0, |at| at.timestamp_millis());
    json!({
        "session_id": session.id,
        "uid": session.user_id,
        "room_id": session.id + 1_000_000,
        "chatroom_id": format!("chatroom-{}", session.id),
        "title": session.title,
        "description": "",
        "cover_pic": session.cover,
        "status": if session.is_on_air() { 1 } else { 2 },
        "member_cnt": figures.current,
        "like_cnt": figures.likes,
        "items_cnt": session.bag.len(),
        "create_time": (session.started_at - TimeDelta::minutes(2)).timestamp_millis(),
        "start_time": session.started_at.timestamp_millis(),
        "end_time": millis(session.ended_at),
        "play_url": stream_url(session, now),
        "is_terminate": !session.is_on_air(),
    })
}

fn name_host(object: &mut Value, account: &Account) {
    object["shop_id"] = account.shop_id.into();
    object["username"] = account.plan.username.into();
    object["nickname"] = account.plan.nickname.into();
    object["avatar"] = account.avatar.clone().into();
}

fn session_items(asked: &mut Asked<'_>, _viewer: i64) -> Reply {
    let offset = asked.request.number("offset").unwrap_or(0).max(0) as usize;
    let limit = asked.request.number("limit").unwrap_or(20).clamp(0, MOST_ITEMS as i64) as usize;
    let now = asked.now;
    let Some(session) = asked.session() else { return session_unknown() };
    let Figures { products, .. } = session.figures(now);
    let items: Vec<Value> =
        session.bag.iter().zip(&products).skip(offset).take(limit).map(|(product, part)| item(product, part)).collect();
    let total_count = session.bag.len();
    live(asked.region, json!({ "items": items, "total_count": total_count }))
}

fn item(product: &Product, part: &ProductFigures) -> Value {
    let stock = product.stock - part.placed.items.min(product.stock);
    json!({
        "item_id": product.item_id,
        "shop_id": product.shop_id,
        "name": product.name,
        "image": product.image,
        "price": product.price,
        "price_min": product.price,
        "price_max": product.highest_price,
        "price_before_discount": product.price_before_discount,
        "display_total_stock": stock,
        "normal_stock": stock,
        "sp_total_stock": 0,
        "is_oos": stock == 0,
        "sold": part.placed.items,
        "rating_star": product.rating,
        "rating_count": product.ratings,
        "discount": discount(product),
        "comm_rate": product.commission,
    })
}

fn discount(product: &Product) -> Option<String> {
    let off = product.price_before_discount - product.price;
    (off > 0).then(|| format!("{}%", off * 100 / product.price_before_discount))
}

/// Signed and good for two hours; a new one each minute.
pub(super) fn stream_url(session: &Session, now: DateTime<Utc>) -> String {
    let expires = now.timestamp() / 60 * 60 + 7_200;
    let sign = session.dice().of("stream").at(expires as u64).text(24);
    let (region, domain) = (session.region.code().to_lowercase(), Region::top_level_domain(session.region));
    format!(
        "https://play-{region}.livestream.shopee.{domain}/live/{region}-live-{}.flv?expire_ts={expires}&sign={sign}",
        session.id
    )
}

impl Asked<'_> {
    /// The session of the path, if it is one of this region.
    fn session(&mut self) -> Option<&mut Session> {
        self.world.session_in(self.region, self.request.session_id()?)
    }
}
