//! Ads of live streams. Seller and seller-app hosts; money is a whole number of 1/100000, times are seconds. For sellers
//! only: an affiliate has no shop to advertise for.

mod edit;
mod report;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Answer, Asked, Call, Family,
    reply::{Reply, analytics, mall},
};
use crate::world::{Campaign, Metrics, State, limits, local_day, midnight};

pub(super) static CALLS: &[Call] = &[
    Call {
        name: "streamers",
        method: Method::GET,
        family: Family::Seller,
        path: "/streaming_promotion/streamer_selector/",
        answer: Answer::SignedIn(streamers),
    },
    app("promotions_today", "/live_stream/get_promotions_today/", promotions_today),
    app("campaign_expense_today", "/live_stream/get_campaign_expense_today/", campaign_expense_today),
    ads("campaigns", "/homepage/query/", report::campaigns),
    ads("campaign_report", "/report/get_time_graph/", report::campaign_report),
    ads("live_stream", "/live_stream/get/", live_stream),
    ads("budget_for_edit", "/setup_helper/get_budget_data_for_edit/", edit::budget_for_edit),
    ads("edit_live_stream", "/live_stream/edit/", edit::edit_live_stream),
    ads("ads_data", "/meta/get_ads_data/", ads_data),
];

type SignedIn = fn(&mut Asked<'_>, i64) -> Reply;

const fn ads(name: &'static str, path: &'static str, answer: SignedIn) -> Call {
    Call { name, method: Method::POST, family: Family::Ads, path, answer: Answer::SignedIn(answer) }
}

const fn app(name: &'static str, path: &'static str, answer: SignedIn) -> Call {
    Call { name, method: Method::GET, family: Family::AdsApp, path, answer: Answer::SignedIn(answer) }
}

fn streamers(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.sells(user_id) {
        let body = json!({ "error": 403, "error_msg": NO_SHOP, "data": null });
        return Reply::new(StatusCode::FORBIDDEN, body);
    }
    let near = asked.world.accounts.iter().filter(|account| account.plan.region == asked.region);
    let streamers: Vec<Value> = near
        .filter(|account| account.user_id == user_id || !account.plan.is_seller)
        .map(|account| {
            json!({
                "user_id": account.user_id,
                "username": account.plan.username,
                "shop_id": account.shop_id,
                "avatar": account.avatar,
            })
        })
        .collect();
    let total = streamers.len();
    mall(json!({ "streamers": streamers, "total": total }))
}

fn promotions_today(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.sells(user_id) {
        return no_shop();
    }
    let now = asked.now;
    let promotion = |(campaign, today): (&Campaign, Metrics)| {
        let phase = campaign.phase(now);
        json!({
            "campaign_id": campaign.id,
            "name": campaign.name,
            "objective": campaign.objective,
            "state": phase.state.word(),
            "daily_budget": phase.daily_budget,
            "expense_today": today.cost,
            "start_time": campaign.started_at.timestamp(),
            "end_time": 0,
        })
    };
    let promotions: Vec<Value> = asked.todays(user_id).into_iter().map(promotion).collect();
    let total = promotions.len();
    analytics(json!({ "promotions": promotions, "total": total }))
}

fn campaign_expense_today(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.sells(user_id) {
        return no_shop();
    }
    let todays = asked.todays(user_id);
    let total: i64 = todays.iter().map(|(_, today)| today.cost).sum();
    let row = |(campaign, today): (&Campaign, Metrics)| json!({ "campaign_id": campaign.id, "expense": today.cost });
    let rows: Vec<Value> = todays.into_iter().map(row).collect();
    analytics(json!({ "ads_expense_today": total, "campaign_list": rows }))
}

fn live_stream(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let Some(campaign) = asked.own_campaign(user_id, &asked.request.body["campaign_id"]) else { return unknown() };
    let phase = campaign.phase(now);
    analytics(json!({ "campaign": {
        "campaign_id": campaign.id,
        "campaign_uuid": uuid(campaign),
        "name": campaign.name,
        "objective": campaign.objective,
        "state": phase.state.word(),
        "daily_budget": phase.daily_budget,
        "total_budget": null,
        "start_time": campaign.started_at.timestamp(),
        "end_time": 0,
        "time_slot_list": [{ "start_time": 0, "end_time": 0 }],
        "roi_two": campaign.return_target.map(|target| json!({ "target": target })),
        "target_broad_roi": null,
    } }))
}

fn ads_data(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    if !asked.sells(user_id) {
        return no_shop();
    }
    let kinds: Vec<&str> =
        asked.request.body["info_type_list"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut data = json!({});
    for kind in kinds {
        let part = match kind {
            "ads_expense" => asked.expense(user_id),
            "ads_credit" => asked.credit(user_id),
            "campaign_day" => json!({ "is_campaign_day": asked.is_campaign_day() }),
            "has_ads" | "ads_toggle" | "ads_account" | "incentive" | "live_stream_account" => json!({}),
            _ => continue,
        };
        data[kind] = part;
    }
    analytics(data)
}

const NO_SHOP: &str = "no permission to use ads";

fn no_shop() -> Reply {
    Reply::new(StatusCode::FORBIDDEN, json!({ "code": 403, "msg": NO_SHOP }))
}

fn unknown() -> Reply {
    Reply::ok(json!({ "code": 100_404, "msg": "campaign not found" }))
}

fn uuid(campaign: &Campaign) -> String {
    format!("0b6f0f2e-8f3a-4f6e-9d0e-{:012x}", campaign.id)
}

impl Asked<'_> {
    fn sells(&self, user_id: i64) -> bool {
        self.world.account(user_id).is_some_and(|account| account.plan.is_seller)
    }

    /// The campaign of this id, if it is the caller's.
    fn own_campaign(&self, user_id: i64, id: &Value) -> Option<&Campaign> {
        self.world.ads.campaigns.get(&id.as_i64()?).filter(|campaign| campaign.user_id == user_id)
    }

    /// The campaigns that run today or have run today, with what they did.
    fn todays(&mut self, user_id: i64) -> Vec<(&Campaign, Metrics)> {
        let today = self.world.today(user_id);
        let now = self.now;
        let runs = |(campaign, today): &(&Campaign, Metrics)| {
            today.cost > 0 || matches!(campaign.phase(now).state, State::Ongoing | State::Paused)
        };
        let campaigns = self.world.campaigns_of(user_id);
        campaigns
            .map(|campaign| (campaign, today.get(&campaign.id).copied().unwrap_or_default()))
            .filter(runs)
            .collect()
    }

    fn expense(&mut self, user_id: i64) -> Value {
        let begins_at = midnight(self.region, local_day(self.region, self.now));
        json!({ "ads_expense_today": self.world.ads_expense(user_id, begins_at, self.now) })
    }

    fn credit(&mut self, user_id: i64) -> Value {
        let credit = self.world.ads_credit(user_id);
        let is_low = credit < limits(self.region).usual * 5;
        json!({
            "total": credit,
            "is_low_balance": is_low,
            "low_balance_status": if is_low { "low" } else { "normal" },
            "expiring_in_30d": 0,
            "app_detail": { "live_available_balance": credit / 10 * 9 },
        })
    }

    /// The days like 9.9 and 10.10.
    fn is_campaign_day(&self) -> bool {
        use chrono::Datelike;
        let today = local_day(self.region, self.now);
        today.day() == today.month()
    }
}
