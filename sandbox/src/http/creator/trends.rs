//! One point a minute for each metric asked for.

use serde_json::{Map, Value, json};

use super::super::{
    Asked,
    reply::{Reply, analytics, not_yours, plain},
};
use crate::world::Minute;

pub(super) fn trends(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let (now, request) = (asked.now, asked.request);
    let from = request.number("startTime").unwrap_or(i64::MIN);
    let to = request.number("endTime").unwrap_or(i64::MAX);
    let Some(session) = asked.own_session(user_id) else { return not_yours() };
    let mut minutes = session.minutes(now);
    minutes.retain(|minute| (from..=to).contains(&time(minute)));
    // Comma-joined or repeated; a metric nobody knows is left out.
    let metrics = request.texts("metricTrend").flat_map(|names| names.split(','));
    let lines = metrics.filter_map(|metric| Some((metric.to_owned(), line(metric, &minutes)?)));
    analytics(json!({ "trends": lines.collect::<Map<String, Value>>() }))
}

/// Minutes of the clock, as on the wire, though a session may begin in the middle of one.
fn time(minute: &Minute) -> i64 {
    minute.begins_at.timestamp().div_euclid(60) * 60_000
}

fn line(metric: &str, minutes: &[Minute]) -> Option<Value> {
    let value: fn(&Minute) -> Value = match metric {
        "ccu" => |minute| minute.viewers.into(),
        "engagedCcu" => |minute| (minute.viewers * 2 / 5).into(),
        "entering" => |minute| minute.entering.into(),
        "comment" => |minute| minute.comments.into(),
        "addToCart" => |minute| minute.carts.into(),
        "order" => |minute| minute.placed.orders.into(),
        "gmv" => |minute| plain(minute.placed.amount).into(),
        "confirmedOrder" => |minute| minute.confirmed.orders.into(),
        "confirmedGmv" => |minute| plain(minute.confirmed.amount).into(),
        _ => return None,
    };
    Some(minutes.iter().map(|minute| json!({ "time": time(minute), "value": value(minute) })).collect())
}
