//! Campaigns spend while their seller is on air, never more than they may, and change a little after they are told to.

use std::time::Duration;

use sandbox::Region;
use serde_json::{Value, json};

use crate::support::{Desk, body, data, send};

const DAY: &str = "2026-09-28T00:00:00+07:00";

fn day() -> (i64, i64) {
    let begin = DAY.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
    (begin, begin + 86_399)
}

fn listing(state: &str) -> Value {
    let (start_time, end_time) = day();
    let filter = json!({ "campaign_type": "live_stream_homepage", "state": state, "search_term": "" });
    json!({ "start_time": start_time, "end_time": end_time, "filter_list": [filter], "offset": 0, "limit": 20 })
}

fn report(quarters: i64) -> Value {
    let (start_time, end_time) = day();
    json!({ "campaign_type": "live_stream_homepage", "agg_interval": quarters, "start_time": start_time, "end_time": end_time })
}

async fn edit(desk: &Desk, campaign_id: i64, kind: &str, budget: Option<i64>) -> Value {
    let change = budget.map(|budget| json!({ "daily_budget": budget, "page": "page_homepage", "budget_log_key": "" }));
    let body_of_it = json!({ "campaign_id": campaign_id, "type": kind, "change_budget": change, "header": {} });
    body(desk.ads(&desk.host(), "/live_stream/edit/", &body_of_it)).await
}

async fn get(desk: &Desk, campaign_id: i64) -> Value {
    data(desk.ads(&desk.host(), "/live_stream/get/", &json!({ "campaign_id": campaign_id }))).await["campaign"].take()
}

#[tokio::test]
async fn spending_grows_with_time_and_orders_and_stops_at_the_budget() {
    let desk = Desk::open().await;
    let campaign = desk.campaign("ongoing");
    let (mut last, mut sold) = (campaign.clone(), campaign.sales_today);
    assert!(last.spent_today > 0 && last.spent_today < last.daily_budget);
    for _ in 0..40 {
        desk.panel().step(Duration::from_millis(97_003));
        let now = desk.panel().campaign(campaign.campaign_id).unwrap();
        assert!(now.spent_today > last.spent_today && now.sales_today >= sold, "{last:?} {now:?}");
        (last, sold) = (now.clone(), now.sales_today);
    }
    assert!(sold > campaign.sales_today);
    // Until shortly before midnight, four hours later in the region.
    desk.panel().step(Duration::from_secs(3 * 3_600));
    let all = desk.panel().campaigns();
    assert!(all.iter().all(|campaign| campaign.spent_today <= campaign.daily_budget));
    assert!(all.iter().any(|campaign| campaign.spent_today == campaign.daily_budget), "one has used it up");
    desk.panel().step(Duration::from_secs(3_600));
    let next_day = desk.panel().campaign(campaign.campaign_id).unwrap();
    assert!(next_day.spent_today > 0 && next_day.spent_today < last.spent_today, "it begins anew at midnight");
}

#[tokio::test]
async fn one_campaign_pays_and_one_does_not() {
    let desk = Desk::open().await;
    desk.panel().step(Duration::from_secs(1_800));
    let host = desk.host().user_id;
    let own = desk.panel().campaigns().into_iter().filter(|campaign| campaign.user_id == host);
    let running: Vec<_> = own.filter(|campaign| campaign.state == "ongoing").collect();
    assert!(running[0].sales_today > 3 * running[0].spent_today, "{running:?}");
    assert!(running[1].sales_today < running[1].spent_today, "{running:?}");
}

#[tokio::test]
async fn nothing_is_spent_off_air() {
    let desk = Desk::open().await;
    for session in desk.panel().on_air() {
        desk.panel().end_session(session.session_id).unwrap();
    }
    let before = desk.panel().campaigns();
    desk.panel().step(Duration::from_secs(600));
    assert_eq!(desk.panel().campaigns(), before);
}

#[tokio::test]
async fn a_change_is_taken_at_once_and_shows_later() {
    let desk = Desk::open().await;
    let campaign = desk.campaign("ongoing");
    let id = campaign.campaign_id;
    assert_eq!(edit(&desk, id, "pause", None).await["data"], json!({ "campaign_id": id }));
    desk.panel().step(Duration::from_millis(1_999));
    assert_eq!(get(&desk, id).await["state"], "ongoing");
    desk.panel().step(Duration::from_millis(1));
    assert_eq!(get(&desk, id).await["state"], "paused");
    let held = desk.panel().campaign(id).unwrap();
    desk.panel().step(Duration::from_secs(300));
    assert_eq!(desk.panel().campaign(id).unwrap().spent_today, held.spent_today);

    desk.panel().set_edit_lag(Duration::ZERO);
    let budget = campaign.daily_budget + 100_000_000;
    edit(&desk, id, "change_budget", Some(budget)).await;
    edit(&desk, id, "resume", None).await;
    let now = get(&desk, id).await;
    assert_eq!((now["state"].as_str(), now["daily_budget"].as_i64()), (Some("ongoing"), Some(budget)));
    let edits = desk.panel().edits();
    assert_eq!(edits.iter().map(|edit| edit.kind).collect::<Vec<_>>(), ["pause", "change_budget", "resume"]);
    assert_eq!(edits[1].daily_budget, Some(budget));
    assert_eq!((edits[0].effective_at - edits[0].accepted_at).num_milliseconds(), 2_000);
}

#[tokio::test]
async fn stopping_is_for_good_and_a_start_waits_for_its_day() {
    let desk = Desk::open().await;
    let id = desk.campaign("ongoing").campaign_id;
    assert_eq!(edit(&desk, id, "stop", None).await["code"], 0);
    assert_eq!(edit(&desk, id, "resume", None).await["code"], 100_409, "even before it shows");
    assert_eq!(desk.panel().edits().len(), 1);
    let next = desk.campaign("scheduled");
    let step = desk.panel().campaigns().len();
    assert_eq!(edit(&desk, next.campaign_id, "change_budget", Some(next.daily_budget / 2)).await["code"], 0);
    desk.panel().step(Duration::from_secs(5 * 3_600));
    let next = desk.panel().campaign(next.campaign_id).unwrap();
    assert_eq!((next.state, desk.panel().campaigns().len()), ("ongoing", step));
}

#[tokio::test]
async fn budgets_are_checked_against_the_limits_that_are_told() {
    let desk = Desk::open().await;
    let campaign = desk.campaign("ongoing");
    let question = json!({ "reference_id": "a", "campaign_id_list": [campaign.campaign_id] });
    let path = "/setup_helper/get_budget_data_for_edit/";
    let limits = data(desk.ads(&desk.host(), path, &question)).await["daily_budget"].take();
    let limit = |name: &str| limits[name].as_i64().unwrap();
    assert_eq!(limit("previous_expense"), campaign.spent_today);
    assert!(limit("min") >= campaign.spent_today && limit("min") % limit("multiple") == 0);
    let wrong = [
        0,
        -1,
        limit("min") - limit("multiple"),
        limit("max") + limit("multiple"),
        limit("min") + limit("multiple") / 2,
    ];
    for budget in wrong {
        let answer = edit(&desk, campaign.campaign_id, "change_budget", Some(budget)).await;
        assert_eq!((&answer["code"], &answer["data"]), (&json!(100_400), &Value::Null), "{budget}");
        assert_eq!(answer["validation_error_list"][0]["field"], "daily_budget");
    }
    assert_eq!(edit(&desk, campaign.campaign_id, "change_budget", None).await["code"], 100_400);
    assert_eq!(edit(&desk, campaign.campaign_id, "dance", None).await["code"], 100_400);
    assert!(desk.panel().edits().is_empty());
    for budget in [limit("min"), limit("max"), limit("recommended")] {
        assert_eq!(edit(&desk, campaign.campaign_id, "change_budget", Some(budget)).await["code"], 0, "{budget}");
    }
}

#[tokio::test]
async fn every_way_to_todays_spending_agrees() {
    let desk = Desk::open().await;
    desk.panel().step(Duration::from_millis(431_977));
    let (host, seen) = (desk.host(), desk.panel().campaigns());
    let own: Vec<_> = seen.iter().filter(|campaign| campaign.user_id == host.user_id).collect();
    let total: i64 = own.iter().map(|campaign| campaign.spent_today).sum();
    let list = data(desk.ads(&host, "/homepage/query/", &listing("all"))).await;
    assert_eq!(list["total"].as_u64().unwrap(), own.len() as u64);
    for (row, campaign) in list["entry_list"].as_array().unwrap().iter().zip(&own) {
        assert_eq!(row["campaign"]["campaign_id"], campaign.campaign_id);
        assert_eq!(row["report"]["cost"], campaign.spent_today);
        assert_eq!(row["report"]["broad_gmv"], campaign.sales_today);
    }
    let by_app = async |path: &str| {
        let url = desk.url(Region::Id, "seller_app", &format!("/api/app/pas/v1/live_stream/{path}/"));
        data(desk.http.get(url).header("cookie", &host.cookie)).await
    };
    let expense = by_app("get_campaign_expense_today").await;
    assert_eq!(expense["ads_expense_today"], total);
    let today = by_app("get_promotions_today").await;
    assert_eq!(today["total"], 3, "neither the one that is over nor the one to come");
    assert_eq!(today["promotions"][0]["expense_today"], own[0].spent_today);
    for quarters in [1, 96] {
        let data = data(desk.ads(&host, "/report/get_time_graph/", &report(quarters))).await;
        let points = data["report_by_time"].as_array().unwrap();
        assert_eq!(points.len() as i64, 96 / quarters);
        for metric in ["cost", "broad_gmv", "impression", "click", "checkout", "broad_order"] {
            let sum: i64 = points.iter().map(|point| point["metrics"][metric].as_i64().unwrap()).sum();
            assert_eq!(data["report_aggregate"][metric], sum, "{metric}");
        }
        assert_eq!(data["report_aggregate"]["cost"], total);
    }
}

#[tokio::test]
async fn lists_are_filtered_by_state_and_name() {
    let desk = Desk::open().await;
    for (state, count) in [("all", 5), ("ongoing", 2), ("paused", 1), ("closed", 1)] {
        assert_eq!(data(desk.ads(&desk.host(), "/homepage/query/", &listing(state))).await["total"], count, "{state}");
    }
    let mut query = listing("all");
    query["filter_list"][0]["search_term"] = "nothing-is-called-so".into();
    assert_eq!(data(desk.ads(&desk.host(), "/homepage/query/", &query)).await["total"], 0);
    for (from, to) in [(i64::MIN, 5), (5, i64::MAX), (day().1, day().0), (8_210_000_000_000, 8_210_000_000_000)] {
        let (mut listing, mut report) = (listing("all"), report(1));
        for query in [&mut listing, &mut report] {
            (query["start_time"], query["end_time"]) = (from.into(), to.into());
        }
        for (path, query) in [("/homepage/query/", listing), ("/report/get_time_graph/", report)] {
            assert_eq!(body(desk.ads(&desk.host(), path, &query)).await["code"], 100_400, "{from} to {to}");
        }
    }
    query = listing("all");
    (query["offset"], query["limit"]) = (4.into(), 3.into());
    let page = data(desk.ads(&desk.host(), "/homepage/query/", &query)).await;
    assert_eq!((page["entry_list"].as_array().unwrap().len(), &page["total"]), (1, &json!(5)));
}

#[tokio::test]
async fn credit_goes_down_by_what_ads_cost() {
    let desk = Desk::open().await;
    let ads = async || {
        let kinds = json!({ "info_type_list": ["ads_expense", "ads_credit"] });
        data(desk.ads(&desk.host(), "/meta/get_ads_data/", &kinds)).await
    };
    let before = ads().await;
    desk.panel().step(Duration::from_secs(1_200));
    let after = ads().await;
    let number = |data: &Value, part: &str, name: &str| data[part][name].as_i64().unwrap();
    let spent =
        number(&after, "ads_expense", "ads_expense_today") - number(&before, "ads_expense", "ads_expense_today");
    let gone = number(&before, "ads_credit", "total") - number(&after, "ads_credit", "total");
    // What was being spent at the start of the count is not split to the millisecond.
    assert!(spent > 0 && (spent - gone).abs() * 20 < spent, "{spent} {gone}");
    assert!(after["campaign_day"].is_null() && after["ads_credit"]["is_low_balance"] == false);
    desk.panel().set_ads_credit(desk.host().user_id, 7).unwrap();
    assert_eq!(ads().await["ads_credit"]["total"], 7);
    assert_eq!(ads().await["ads_credit"]["low_balance_status"], "low");
}

#[tokio::test]
async fn campaigns_are_their_sellers_own() {
    let desk = Desk::open().await;
    let campaign = desk.campaign("ongoing").campaign_id;
    let question = json!({ "campaign_id": campaign, "type": "stop" });
    let other = desk.account_in(Region::Vn);
    for path in ["/live_stream/get/", "/live_stream/edit/"] {
        assert_eq!(body(desk.ads(&other, path, &question)).await["code"], 100_404);
        let mut nobody = desk.host();
        nobody.cookie = "SPC_ST=x; SPC_CDS=y".to_owned();
        let answer = send(desk.ads(&nobody, path, &question)).await;
        assert_eq!(answer.status(), 403);
        assert_eq!(answer.json::<Value>().await.unwrap()["message"], "token not found");
    }
    let affiliate = desk.panel().accounts().into_iter().find(|account| account.shop_id == 0).unwrap();
    let mut own = affiliate.clone();
    own.cookie = format!("{}; a=b", own.cookie);
    let answer = send(desk.ads(&own, "/homepage/query/", &listing("all"))).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.json::<Value>().await.unwrap()["msg"].as_str().unwrap().contains("no permission"));
    assert!(desk.panel().edits().is_empty());
    let regions: std::collections::BTreeSet<_> =
        desk.panel().campaigns().into_iter().map(|campaign| campaign.region).collect();
    assert_eq!(regions, [Region::Id, Region::Vn, Region::Th].into());
}

#[tokio::test]
async fn the_same_seed_spends_the_same() {
    let (one, other) = (Desk::open().await, Desk::open().await);
    one.panel().step(Duration::from_secs(7_200));
    for _ in 0..48 {
        other.panel().step(Duration::from_secs(150));
        other.campaign("ongoing");
    }
    assert_eq!(one.panel().campaigns(), other.panel().campaigns());
    assert_ne!(one.panel().campaigns(), Desk::with_seed(8).await.panel().campaigns());
}
