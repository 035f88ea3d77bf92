//! What campaigns did: one by one in a list, and together over time.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::no_shop;
use crate::{
    http::{
        Asked,
        reply::{Reply, analytics},
    },
    world::{Campaign, MONEY_SCALE, Metrics, State, Step},
};

const LIVE_CAMPAIGNS: &str = "live_stream_homepage";
const QUARTER_HOUR: TimeDelta = TimeDelta::minutes(15);
/// A month of quarter hours.
const MOST_STEPS: usize = 96 * 31;
const MOST_ROWS: usize = 100;
/// From now, either way.
const FURTHEST: TimeDelta = TimeDelta::days(400);

pub(super) fn campaigns(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.sells(user_id) {
        return no_shop();
    }
    let Some((from, to)) = asked.window() else { return no_window() };
    let (now, request) = (asked.now, asked.request);
    let steps = asked.world.spending(user_id, from, to);
    let filter = &request.body["filter_list"][0];
    let found: Vec<Value> = asked
        .world
        .campaigns_of(user_id)
        .filter(|campaign| matches(filter, campaign, now))
        .map(|campaign| entry(campaign, &Metrics::sum(steps.get(&campaign.id).into_iter().flatten()), now))
        .collect();
    let at = |name: &str, otherwise| request.body[name].as_u64().map_or(otherwise, |number| number as usize);
    let (offset, limit) = (at("offset", 0), at("limit", 20).min(MOST_ROWS));
    let rows: Vec<&Value> = found.iter().skip(offset).take(limit).collect();
    analytics(json!({ "entry_list": rows, "total": found.len(), "has_report_failure": false }))
}

fn matches(filter: &Value, campaign: &Campaign, now: DateTime<Utc>) -> bool {
    let state = campaign.phase(now).state;
    let is_wanted = match filter["state"].as_str() {
        Some("ongoing") => state == State::Ongoing,
        Some("paused") => state == State::Paused,
        Some("closed") => state == State::Ended,
        _ => true,
    };
    let term = filter["search_term"].as_str().unwrap_or_default().to_lowercase();
    filter["campaign_type"] == LIVE_CAMPAIGNS && is_wanted && campaign.name.to_lowercase().contains(&term)
}

fn entry(campaign: &Campaign, metrics: &Metrics, now: DateTime<Utc>) -> Value {
    let phase = campaign.phase(now);
    json!({
        "id": campaign.id,
        "title": campaign.name,
        "state": phase.state.word(),
        "campaign": { "campaign_id": campaign.id, "daily_budget": phase.daily_budget },
        "report": {
            "cost": metrics.cost,
            "broad_gmv": metrics.sales,
            "direct_gmv": metrics.direct_sales,
            "impression": metrics.impressions,
            "view": metrics.views,
            "broad_order": metrics.orders,
        },
    })
}

pub(super) fn campaign_report(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.sells(user_id) {
        return no_shop();
    }
    let Some((from, to)) = asked.window() else { return no_window() };
    let quarters = asked.request.body["agg_interval"].as_i64().unwrap_or(1).clamp(1, 96) as i32;
    let begins = (0..).map(|number| from + QUARTER_HOUR * quarters * number);
    let mut slots: Vec<(DateTime<Utc>, Metrics)> =
        begins.take_while(|at| *at < to).take(MOST_STEPS).map(|at| (at, Metrics::default())).collect();
    let steps: Vec<Step> = asked.world.spending(user_id, from, to).into_values().flatten().collect();
    for step in &steps {
        let begun = slots.partition_point(|(at, _)| *at <= step.at);
        if let Some((_, metrics)) = begun.checked_sub(1).and_then(|place| slots.get_mut(place)) {
            *metrics += step.metrics;
        }
    }
    let points: Vec<Value> = slots
        .iter()
        .map(|(at, metrics)| json!({ "key": at.timestamp().to_string(), "metrics": report(metrics) }))
        .collect();
    analytics(json!({ "report_aggregate": report(&Metrics::sum(&steps)), "report_by_time": points }))
}

fn report(metrics: &Metrics) -> Map<String, Value> {
    let ratio = |part: f64, whole: f64| if whole == 0.0 { 0.0 } else { (part / whole * 10_000.0).round() / 10_000.0 };
    let money = |amount: i64| amount as f64 / MONEY_SCALE as f64;
    let report = json!({
        "cost": metrics.cost,
        "broad_gmv": metrics.sales,
        "direct_gmv": metrics.direct_sales,
        "impression": metrics.impressions,
        "click": metrics.clicks,
        "ctr": ratio(metrics.clicks as f64, metrics.impressions as f64),
        "checkout": metrics.checkouts,
        "broad_order": metrics.orders,
        "direct_order": metrics.direct_orders,
        "broad_order_amount": metrics.items,
        "direct_order_amount": metrics.direct_items,
        "broad_roi": ratio(money(metrics.sales), money(metrics.cost)),
    });
    match report {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn no_window() -> Reply {
    Reply::ok(json!({ "code": 100_400, "msg": "start_time and end_time are wrong" }))
}

impl Asked<'_> {
    /// From the first instant asked about up to the one after the last.
    fn window(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let at = |name: &str| DateTime::from_timestamp(self.request.body[name].as_i64()?, 0);
        let (from, last) = (at("start_time")?, at("end_time")?);
        let near = |at: DateTime<Utc>| (at - self.now).abs() < FURTHEST;
        (near(from) && near(last) && from <= last).then(|| (from, last + TimeDelta::seconds(1)))
    }
}
