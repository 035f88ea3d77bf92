//! What a host reads about their own sessions. Creator and seller hosts; money in plain units, times in milliseconds.

mod audience;
mod lists;
mod trends;

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, Call, Family,
    live::stream_url,
    reply::{Reply, analytics, not_yours, plain, ratio},
};
use crate::world::{Figures, Sales, Session};

pub(super) static CALLS: &[Call] = &[
    call("user_info", "/userInfo", user_info),
    call("session_list", "/realtime/sessionList", lists::session_list),
    call("session_info", "/realtime/dashboard/sessionInfo", session_info),
    call("overview", "/realtime/dashboard/overview", overview),
    call("product_list", "/realtime/dashboard/productList", lists::product_list),
    call("trends", "/realtime/dashboard/trends", trends::trends),
    call("viewer_profile", "/realtime/dashboard/viewer-profile", audience::viewer_profile),
    call("buyer_profile", "/realtime/dashboard/buyer-profile", audience::buyer_profile),
    call("viewer_source", "/realtime/dashboard/viewer-source", audience::viewer_source),
    call("ended_sessions", "/liveList/v2", lists::ended_sessions),
    call("live_detail", "/liveDetail", live_detail),
];

const fn call(name: &'static str, path: &'static str, answer: fn(&mut Asked<'_>, i64) -> Reply) -> Call {
    Call { name, method: Method::GET, family: Family::Analytics, path, answer: Answer::SignedIn(answer) }
}

fn user_info(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let account = asked.world.account(user_id);
    analytics(account.map_or(
        Value::Null,
        |account| json!({ "userId": account.user_id, "userName": account.plan.username, "avatar": account.avatar }),
    ))
}

fn session_info(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let Some(session) = asked.own_session(user_id) else { return not_yours() };
    analytics(json!({
        "sessionStatus": status(session),
        "sessionTitle": session.title,
        "sessionStreamingUrl": stream_url(session, now),
        "lsStartTime": session.started_at.timestamp_millis(),
    }))
}

fn overview(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let Some(session) = asked.own_session(user_id) else { return not_yours() };
    let figures = session.figures(now);
    let mut data = json!({
        "status": status(session),
        "ccu": figures.current,
        "pcu": figures.peak,
        "viewers": figures.viewers,
        "views": figures.views,
        "engagedViewers": figures.engaged_viewers(),
        "engagedCcu": figures.engaged_now(),
        "avgEngagedCcu": figures.average_engaged_now(),
        "avgViewTime": figures.average_view_ms(),
        "atc": figures.carts(),
        "ctr": ratio(figures.clicks(), figures.views),
        "commentsRate": ratio(figures.comments, figures.views),
        // Misspelled on the wire, both.
        "commentsWhithinLastOneMinute": figures.comments_last_minute,
        "atcWhithinLastOneMinute": figures.carts_last_minute,
        "engagementData": engagement(&figures),
    });
    add(&mut data, placed_and_confirmed(&figures));
    analytics(data)
}

fn placed_and_confirmed(figures: &Figures) -> Value {
    let (placed, confirmed) = (figures.placed(), figures.confirmed());
    json!({
        "buyers": figures.buyers,
        "confirmedBuyers": figures.confirmed_buyers,
        "placedItemsSold": placed.items,
        "placedOrder": placed.orders,
        "placedGmv": plain(placed.amount),
        "gpm": per_mille_views(placed, figures),
        "abs": plain(placed.basket()),
        "co": ratio(placed.orders, figures.clicks()),
        "confirmedItemsSold": confirmed.items,
        "confirmedOrder": confirmed.orders,
        "confirmedGmv": plain(confirmed.amount),
        "confirmedGpm": per_mille_views(confirmed, figures),
        "confirmedAbs": plain(confirmed.basket()),
        "confirmedCo": ratio(confirmed.orders, figures.clicks()),
    })
}

fn engagement(figures: &Figures) -> Value {
    json!({
        "likes": figures.likes,
        "comments": figures.comments,
        "shares": figures.shares,
        "viewers": figures.viewers,
        "views": figures.views,
        "newFollowers": figures.new_followers,
        "avgViewingDuration": figures.average_view_ms(),
    })
}

fn live_detail(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let Some(session) = asked.own_session(user_id) else { return not_yours() };
    let (figures, coins) = (session.figures(now), session.coins(now));
    let confirmed = figures.confirmed();
    analytics(json!({
        "liveInfo": { "startTime": session.started_at.timestamp_millis(), "duration": figures.duration_ms },
        "keyMetrics": key_metrics(&figures, confirmed),
        "performance": {
            "confirmedSales": plain(confirmed.amount),
            "confirmedOrders": confirmed.orders,
            "itemConfirmedOrders": confirmed.items,
            "confirmedBuyers": figures.confirmed_buyers,
            "views": figures.views,
            "likes": figures.likes,
            "shares": figures.shares,
            "comments": figures.comments,
            "commentRate": ratio(figures.comments, figures.views),
        },
        // Nobody runs auctions in this world.
        "promotion": {
            "coinsRound": coins.rounds + coins.giveouts,
            "coinsClaimed": coins.coins_claimed,
            "userClaimed": coins.claimers,
            "timeClaimed": coins.claimed,
            "auctionRound": 0,
            "streamingPriceSets": [],
        },
    }))
}

fn key_metrics(figures: &Figures, confirmed: Sales) -> Value {
    json!({
        "confirmedABS": plain(confirmed.basket()),
        "confirmedGPM": per_mille_views(confirmed, figures),
        "engagedViewers": figures.engaged_viewers(),
        "peakViewers": figures.peak,
        "atc": figures.carts(),
        "avgViewDuration": figures.average_view_ms(),
        "productClicks": figures.clicks(),
        "productClickRate": ratio(figures.clicks(), figures.views),
        "ctr": ratio(figures.clicks(), figures.views),
        "conversionRate": ratio(figures.placed().orders, figures.clicks()),
    })
}

/// Sales for each thousand views, to two places.
fn per_mille_views(sales: Sales, figures: &Figures) -> f64 {
    if figures.views == 0 {
        return 0.0;
    }
    (plain(sales.amount) * 1_000.0 / figures.views as f64 * 100.0).round() / 100.0
}

fn status(session: &Session) -> i64 {
    if session.is_on_air() { 1 } else { 2 }
}

/// Adds the members of one object to another.
fn add(object: &mut Value, more: Value) {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
}

impl Asked<'_> {
    /// The session asked for, if the caller holds it.
    fn own_session(&mut self, user_id: i64) -> Option<&mut Session> {
        self.world.session_of(user_id, self.request.session_id()?)
    }
}
