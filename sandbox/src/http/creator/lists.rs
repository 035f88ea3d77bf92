//! Lists in pages: running and past sessions, ended sessions, products.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    super::{
        Asked, Received,
        reply::{Reply, analytics, not_yours, plain, ratio},
    },
    add, status,
};
use crate::world::{Figures, Product, ProductFigures, Session, local_day};

pub(super) fn session_list(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let request = asked.request;
    let sessions = asked.world.sessions_of(user_id).into_iter().filter(|session| is_named(session, request));
    analytics(page(request, 100, sessions.collect(), |session| row(session, now)))
}

pub(super) fn ended_sessions(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let (now, request, region) = (asked.now, asked.request, asked.region);
    let (first, last) = days(request, local_day(region, now));
    let in_time = |session: &Session| (first..=last).contains(&local_day(region, session.started_at));
    let sessions = asked.world.sessions_of(user_id).into_iter();
    let ended = sessions.filter(|session| !session.is_on_air() && in_time(session) && is_named(session, request));
    analytics(page(request, 100, ended.collect(), |session| ended_row(session, now)))
}

pub(super) fn product_list(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let (now, request) = (asked.now, asked.request);
    let Some(session) = asked.own_session(user_id) else { return not_yours() };
    let figures = session.figures(now);
    let wanted = request.text("productName").unwrap_or_default().to_lowercase();
    let products = session.bag.iter().zip(&figures.products);
    let named = products.filter(|(product, _)| product.name.to_lowercase().contains(&wanted));
    let row = |(product, part): (&Product, &ProductFigures)| product_row(product, part, &figures);
    let mut data = page(request, 500, named.collect(), row);
    let (total, size) = (data["total"].as_u64().unwrap_or(0), data["pageSize"].as_u64().unwrap_or(1));
    data["totalPage"] = total.div_ceil(size).into();
    analytics(data)
}

/// Cuts out one page, and writes no other rows; only to sort by a metric are all of them written. Pages count from one.
fn page<T>(request: &Received, largest: i64, entries: Vec<T>, row: impl Fn(T) -> Value) -> Value {
    let order_by = request.text("orderBy").or_else(|| request.text("productListOrderBy")).unwrap_or_default();
    let page = request.number("page").unwrap_or(1).max(1);
    let size = request.number("pageSize").unwrap_or(10).clamp(1, largest);
    let total = entries.len();
    let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let list: Vec<Value> = if order_by.is_empty() {
        entries.into_iter().skip(skip).take(size as usize).map(row).collect()
    } else {
        let rows = sorted(entries.into_iter().map(row).collect(), order_by, request.text("sort") == Some("asc"));
        rows.into_iter().skip(skip).take(size as usize).collect()
    };
    json!({ "page": page, "pageSize": size, "total": total, "list": list })
}

/// By a metric's name on the wire; rows without it keep their order.
fn sorted(mut rows: Vec<Value>, order_by: &str, ascending: bool) -> Vec<Value> {
    let metric = |row: &Value| row[order_by].as_f64().unwrap_or(0.0);
    rows.sort_by(|left, right| {
        let order = metric(left).total_cmp(&metric(right));
        if ascending { order } else { order.reverse() }
    });
    rows
}

fn is_named(session: &Session, request: &Received) -> bool {
    let wanted = request.text("name").unwrap_or_default();
    session.title.to_lowercase().contains(&wanted.to_lowercase())
}

/// First and last day of the window, in the region's own days; an empty `endDate` is today.
fn days(request: &Received, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let last = request.text("endDate").and_then(|day| day.parse().ok()).unwrap_or(today);
    let count = match request.text("timeDim") {
        Some("1d") => 1,
        Some("7d") => 7,
        _ => 30,
    };
    (last - TimeDelta::days(count - 1), last)
}

/// What both lists of sessions show.
fn shared_columns(session: &Session, figures: &Figures) -> Value {
    let (placed, confirmed) = (figures.placed(), figures.confirmed());
    json!({
        "sessionId": session.id,
        "title": session.title,
        "coverImage": session.cover,
        "status": status(session),
        "startTime": session.started_at.timestamp_millis(),
        "duration": figures.duration_ms,
        "views": figures.views,
        "viewers": figures.viewers,
        "avgViewsDuration": figures.average_view_ms(),
        "comments": figures.comments,
        "likes": figures.likes,
        "followersGrowth": figures.new_followers,
        "atc": figures.carts(),
        "productClicks": figures.clicks(),
        "conversionRate": ratio(placed.orders, figures.clicks()),
        "placedOrders": placed.orders,
        "confirmedOrders": confirmed.orders,
        "placedSales": plain(placed.amount),
        "confirmedSales": plain(confirmed.amount),
    })
}

fn row(session: &mut Session, now: DateTime<Utc>) -> Value {
    let figures = session.figures(now);
    let mut row = shared_columns(session, &figures);
    add(&mut row, json!({ "peakViewers": figures.peak }));
    row
}

fn ended_row(session: &mut Session, now: DateTime<Utc>) -> Value {
    let figures = session.figures(now);
    let (placed, confirmed) = (figures.placed(), figures.confirmed());
    // Payments are settled a day later; until then they are not reported.
    let settled = session.ended_at.is_some_and(|end| now - end >= TimeDelta::days(1));
    let mut row = shared_columns(session, &figures);
    add(
        &mut row,
        json!({
            "peakViews": figures.peak,
            "engagedUv": figures.engaged_viewers(),
            "avgEngagedCcu": figures.average_engaged_now(),
            "thirtyMinsCount": figures.duration_ms / 1_800_000,
            "placedItemSold": placed.items,
            "confirmedItemSold": confirmed.items,
            "paidOrders": settled.then_some(confirmed.orders),
            "paidSales": settled.then(|| plain(confirmed.amount)),
        }),
    );
    row
}

fn product_row(product: &Product, part: &ProductFigures, figures: &Figures) -> Value {
    json!({
        "itemId": product.item_id,
        "title": product.name,
        "coverImage": product.image,
        "minPrice": plain(product.price),
        "maxPrice": plain(product.highest_price),
        "productClicks": part.clicks,
        "atc": part.carts,
        "ordersCreated": part.placed.orders,
        "itemSold": part.placed.items,
        "ctr": ratio(part.clicks, figures.views),
        "cor": ratio(part.placed.orders, part.clicks),
        "revenue": plain(part.placed.amount),
        "confirmedOrderCnt": part.confirmed.orders,
        "confirmedItemSold": part.confirmed.items,
        "confirmedRevenue": plain(part.confirmed.amount),
        "confirmedCor": ratio(part.confirmed.orders, part.clicks),
    })
}
