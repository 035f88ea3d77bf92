//! The documented exchanges: the client sends each request as it stands there, and reads each answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use shopee::{
    Amount, CampaignObjective, CampaignState, CoinState, ItemPromotionStatus, ProductListQuery, PromotionQuery,
    QrState, Region, RoomStatus, SessionListQuery, SessionStatus, TrendMetric, TrendValue,
};

use crate::calls::{self, CAMPAIGN, SESSION, account, campaigns, credential, report, trends};
use crate::server::{Reaction, Request, Server};

#[derive(Deserialize)]
pub(crate) struct Fixture {
    call: String,
    request: Sent,
    pub(crate) response: Received,
}

#[derive(Deserialize)]
struct Sent {
    method: String,
    host: String,
    region: Region,
    path: String,
    query: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
    body: Value,
}

#[derive(Deserialize)]
pub(crate) struct Received {
    status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Fixture {
    pub(crate) fn read(name: &str) -> Fixture {
        serde_json::from_str(&std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()).unwrap()
    }

    pub(crate) fn reaction(&self) -> Reaction {
        self.reaction_with(&self.response.body)
    }

    /// The answer with another body.
    pub(crate) fn reaction_with(&self, body: &Value) -> Reaction {
        let Received { status, headers, .. } = &self.response;
        Reaction::Answer { status: *status, headers: headers.clone(), body: body.to_string().into_bytes() }
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

#[test]
fn every_call_has_its_fixture_and_every_fixture_its_call() {
    let files = std::fs::read_dir(folder()).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let mut calls: Vec<_> = calls::all().iter().map(|row| format!("{}.json", row.name)).collect();
    files.sort();
    calls.sort();
    assert_eq!(files, calls);
}

#[tokio::test]
async fn every_call_sends_the_request_of_its_fixture_and_reads_the_answer() {
    let server = Server::start([]).await;
    let client = server.client();
    for row in calls::all() {
        let fixture = Fixture::read(row.name);
        assert_eq!(fixture.call, row.name);
        server.answers(fixture.reaction());
        let answer = (row.run)(client.clone()).await;
        assert!(answer.is_ok(), "{}: {answer:?}", row.name);
        let [request] = &server.requests()[..] else { panic!("{}: one request", row.name) };
        compare(row.name, request, &fixture.request);
    }
}

fn compare(name: &str, request: &Request, sent: &Sent) {
    assert_eq!(request.method, sent.method, "{name}");
    let region = sent.region.code().to_lowercase();
    assert_eq!(request.path, format!("/{region}/{}{}", sent.host, sent.path), "{name}");
    assert_eq!(request.query, sent.query, "{name}");
    let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    for (key, value) in &sent.headers {
        assert_eq!(header(key).as_ref(), Some(value), "{name}: {key}");
    }
    let signed = sent.headers.iter().any(|(key, _)| key == "cookie");
    assert_eq!(header("cookie").is_some(), signed, "{name}: cookies go with signed calls only");
    assert_eq!(header("authorization"), None, "{name}");
    let body = if request.body.is_empty() { Value::Null } else { serde_json::from_slice(&request.body).unwrap() };
    assert_eq!(body, sent.body, "{name}");
}

async fn answering(name: &str) -> Server {
    Server::start([Fixture::read(name).reaction()]).await
}

#[tokio::test]
async fn signing_in_yields_a_picture_a_token_and_cookies() {
    let server = answering("gen_qrcode").await;
    let code = server.client().gen_qrcode(Region::Id).await.unwrap();
    assert_eq!(code.id, "aZ9+/x==");
    assert_eq!(code.link.as_str(), "https://shopee.co.id/universal-link/qrcode-login?id=aZ9%2B%2Fx%3D%3D");

    let server = answering("qrcode_status").await;
    let status = server.client().qrcode_status(Region::Id, &code.id).await.unwrap();
    assert_eq!(status.state, QrState::Confirmed);

    let server = answering("qrcode_login").await;
    let credential = server.client().qrcode_login(Region::Id, &status.token.unwrap()).await.unwrap();
    assert_eq!(
        credential.expose_cookie_header(),
        "SPC_ST=synthetic-st; SPC_EC=synthetic-ec; SPC_U=1000001; SPC_F=synthetic-device"
    );
}

#[tokio::test]
async fn overviews_are_read_with_their_units() {
    let (server, credential) = (answering("overview").await, credential());
    let overview = server.client().overview(&account(&credential), SESSION).await.unwrap().unwrap();
    assert_eq!(overview.status, Some(SessionStatus::OnAir));
    assert_eq!((overview.current_viewers, overview.peak_viewers, overview.viewers), (Some(35), Some(58), Some(412)));
    assert_eq!(overview.placed_sales, Some(Amount(498_000 * 100_000)));
    assert_eq!(overview.sales_per_thousand_views, Some(Amount(81_372_549_000)));
    assert_eq!(overview.average_view_duration, Some(Duration::from_secs(95)));
    assert_eq!(overview.added_to_cart_last_minute, Some(2));
    assert_eq!(overview.comments_last_minute, Some(3));
    assert!((overview.comment_rate.unwrap() - 0.1438).abs() < 1e-12, "a string with a percent sign");
    assert_eq!(overview.engagement.new_followers, Some(17));
}

#[tokio::test]
async fn the_same_money_comes_from_both_units() {
    let (products, items, credential) =
        (answering("product_list").await, answering("session_items").await, credential());
    let query = ProductListQuery::default();
    let products = products.client().product_list(&account(&credential), SESSION, &query).await.unwrap();
    let items = items.client().session_items(&account(&credential), SESSION, 0, 20).await.unwrap();
    assert_eq!(products.total, Some(2));
    assert_eq!(products.list[0].min_price, Some(Amount(8_300_000_000)));
    assert_eq!(items.items[0].price, products.list[0].min_price);
    assert_eq!(items.items[0].commission_rate, Some(0.1));
    assert_eq!(items.items[1].is_out_of_stock, Some(true));
}

#[tokio::test]
async fn lists_keep_null_apart_from_zero() {
    let (server, credential) = (answering("ended_sessions").await, credential());
    let page = server.client().ended_sessions(&account(&credential), &Default::default()).await.unwrap();
    assert_eq!((page.page, page.page_size, page.total, page.unreadable), (Some(1), Some(10), Some(2), 0));
    assert_eq!((page.list[0].listed.peak_viewers, page.list[0].paid_orders), (Some(121), Some(20)));
    assert_eq!((page.list[1].listed.peak_viewers, page.list[1].paid_orders), (None, None));
    assert_eq!(page.list[1].listed.confirmed_orders, Some(19));

    let server = answering("session_list").await;
    let page = server.client().session_list(&account(&credential), &SessionListQuery::default()).await.unwrap();
    assert_eq!(page.list[0].session_id, SESSION);
    assert_eq!(page.list[0].started_at.unwrap().timestamp_millis(), 1_790_590_000_000);
    assert_eq!(page.list[0].duration, Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn trends_leave_out_a_metric_without_data() {
    let (server, credential) = (answering("trends").await, credential());
    let trends = server.client().trends(&account(&credential), SESSION, &trends()).await.unwrap();
    let metrics: Vec<_> = trends.iter().map(|trend| trend.metric).collect();
    assert_eq!(metrics, [TrendMetric::CurrentViewers, TrendMetric::PlacedSales]);
    assert_eq!(trends[0].points[1].value, TrendValue::Count(35));
    assert_eq!(trends[1].points[1].value, TrendValue::Amount(Amount(8_300_000_000)));
}

#[tokio::test]
async fn the_final_report_has_the_coins() {
    let (server, credential) = (answering("live_detail").await, credential());
    let detail = server.client().live_detail(&account(&credential), SESSION).await.unwrap().unwrap();
    assert_eq!((detail.coin_rounds, detail.coins_claimed, detail.coin_claimers), (Some(2), Some(64), Some(51)));
    assert_eq!(detail.confirmed_sales, Some(Amount(157_700_000_000)));
    assert_eq!(detail.duration, Some(Duration::from_secs(7200)));
}

#[tokio::test]
async fn audiences_are_read_as_an_array_or_as_one_object() {
    let (profile, source, credential) =
        (answering("viewer_profile").await, answering("viewer_source").await, credential());
    let profile = profile.client().viewer_profile(&account(&credential), SESSION).await.unwrap();
    assert_eq!((profile[1].by.as_str(), profile[1].groups[0].name.as_str()), ("age", "18-24"));
    assert_eq!(profile[1].groups[0].people, Some(150));
    let source = source.client().viewer_source(&account(&credential), SESSION).await.unwrap().unwrap();
    assert_eq!(source.groups.len(), 2);
}

#[tokio::test]
async fn public_calls_tell_who_is_on_air() {
    let server = answering("ongoing_live").await;
    let live = server.client().ongoing_live(Region::Id, 1_000_001).await.unwrap().unwrap();
    assert_eq!((live.session_id, live.view_count), (SESSION, Some(35)));
    server.answers(Reaction::json(200, r#"{"err_code":0,"err_msg":"Berhasil","data":{"ongoing_live":null}}"#));
    assert_eq!(server.client().ongoing_live(Region::Id, 1_000_001).await.unwrap(), None);
    server.answers(Reaction::json(200, r#"{"err_code":0,"data":{"ongoing_live":{"session_id":"100000001"}}}"#));
    let live = server.client().ongoing_live(Region::Id, 1_000_001).await.unwrap().unwrap();
    assert_eq!((live.session_id, live.view_count), (SESSION, None));

    let server = answering("play_url").await;
    assert!(server.client().play_url(Region::Id, SESSION).await.unwrap().unwrap().url.is_some());
    server.answers(Reaction::json(200, r#"{"err_code":3000068,"err_msg":"ErrorRoomSessionNotLiving"}"#));
    assert_eq!(server.client().play_url(Region::Id, SESSION).await.unwrap(), None);
    server.answers(Reaction::json(200, r#"{"err_code":0,"data":{"play_url":"javascript:alert(1)"}}"#));
    assert_eq!(server.client().play_url(Region::Id, SESSION).await.unwrap().unwrap().url, None);
}

#[tokio::test]
async fn campaigns_are_read_with_their_money() {
    let (server, credential) = (answering("live_stream").await, credential());
    let account = &account(&credential);
    let campaign = server.client().live_stream(account, CAMPAIGN).await.unwrap().unwrap();
    assert_eq!(campaign.state, Some(CampaignState::Ongoing));
    assert_eq!(campaign.objective, Some(CampaignObjective::SalesAtTarget));
    assert_eq!((campaign.daily_budget, campaign.total_budget), (Some(Amount(5_000_000_000_000)), None));
    assert_eq!((campaign.return_target, campaign.ends_at), (Some(7.2), None));
    assert_eq!(campaign.started_at.unwrap().timestamp(), 1_790_442_000);

    server.answers(Fixture::read("campaigns").reaction());
    let campaigns = server.client().campaigns(account, &campaigns()).await.unwrap();
    assert_eq!((campaigns.page.total, campaigns.has_report_failure), (Some(2), Some(false)));
    let listed = &campaigns.page.list[0];
    assert_eq!((listed.campaign_id, listed.report.cost), (CAMPAIGN, Some(Amount(1_200_000_000_000))));
    assert_eq!((listed.report.broad_orders, listed.report.clicks), (Some(31), None));

    server.answers(Fixture::read("promotions_today").reaction());
    let today = server.client().promotions_today(account).await.unwrap();
    assert_eq!((today.list[0].campaign_id, today.list[0].expense_today), (listed.campaign_id, listed.report.cost));
    assert_eq!(today.list[1].state, Some(CampaignState::Paused));

    server.answers(Fixture::read("campaign_expense_today").reaction());
    let expense = server.client().campaign_expense_today(account, campaign.started_at.unwrap()).await.unwrap();
    assert_eq!((expense.total, expense.campaigns[0].expense), (listed.report.cost, listed.report.cost));
}

#[tokio::test]
async fn reports_and_credit_are_read() {
    let (server, credential) = (answering("campaign_report").await, credential());
    let account = &account(&credential);
    let report = server.client().campaign_report(account, &report()).await.unwrap();
    assert_eq!((report.points.len(), report.points[0].metrics.cost), (2, Some(Amount(0))));
    assert_eq!(report.points[1].metrics, report.total, "nothing was spent the day before");
    assert_eq!(report.points[1].at.timestamp(), 1_790_528_400);
    assert_eq!((report.total.click_rate, report.total.broad_return), (Some(0.0399), Some(6.9167)));

    server.answers(Fixture::read("budget_for_edit").reaction());
    let budget = server.client().budget_for_edit(account, CAMPAIGN, "a").await.unwrap().unwrap();
    assert_eq!((budget.minimum, budget.maximum), (Some(Amount(2_500_000_000_000)), Some(Amount(10_000_000_000_000))));
    assert_eq!((budget.step, budget.spent_today), (Some(Amount(100_000_000)), Some(Amount(1_200_000_000_000))));
    assert_eq!((budget.may_decrease, budget.log_key.as_deref()), (Some(true), Some("log-500000001")));

    server.answers(Fixture::read("ads_data").reaction());
    let ads = server.client().ads_data(account).await.unwrap().unwrap();
    assert_eq!((ads.expense_today, ads.credit), (Some(Amount(1_900_000_000_000)), Some(Amount(50_000_000_000_000))));
    assert_eq!((ads.live_credit, ads.is_credit_low), (Some(Amount(45_000_000_000_000)), Some(false)));

    server.answers(Fixture::read("streamers").reaction());
    let streamers = server.client().streamers(account).await.unwrap();
    assert_eq!((streamers.list[1].user_name.as_deref(), streamers.list[1].shop_id), (Some("host_b"), None));
}

#[tokio::test]
async fn coins_are_counted_and_never_below_zero() {
    let (server, credential) = (answering("coin_totals").await, credential());
    let account = &account(&credential);
    let coins = server.client().coin_totals(account, SESSION).await.unwrap().unwrap();
    assert_eq!((coins.state, coins.is_shown), (Some(CoinState::Active), Some(true)));
    assert_eq!((coins.coins_per_claim, coins.claims_left, coins.coins_claimed), (Some(0.5), Some(272), Some(64)));
    assert_eq!(coins.ask_again_after, Some(Duration::from_secs(10)));

    let odd = r#"{"err_code":0,"data":{"coin_status":7,"claims_left":"-3","shown_coins":2,"interval":-1}}"#;
    server.answers(Reaction::json(200, odd));
    let coins = server.client().coin_totals(account, SESSION).await.unwrap().unwrap();
    assert_eq!((coins.state, coins.is_shown), (Some(CoinState::Unknown(7)), Some(false)));
    assert_eq!((coins.claims_left, coins.ask_again_after), (Some(0), None));

    server.answers(Fixture::read("coin_reward_info").reaction());
    let reward = server.client().coin_reward_info(account, SESSION).await.unwrap().unwrap();
    assert_eq!((reward.rounds, reward.claimers, reward.totals.coins_claimed), (Some(1), Some(128), Some(64)));
}

#[tokio::test]
async fn promotions_of_items_and_the_session_object_are_read() {
    let (server, credential) = (answering("item_promotions").await, credential());
    let account = &account(&credential);
    let query = PromotionQuery { keyword: "gaji & an".to_owned(), ..PromotionQuery::default() };
    let page = server.client().item_promotions(account, &query).await.unwrap();
    assert_eq!(server.requests()[0].query["kw"], "gaji & an");
    assert!(!server.requests()[0].query.contains_key("session_id"));
    let statuses: Vec<_> = page.list.iter().map(|promotion| promotion.status.unwrap()).collect();
    assert_eq!(statuses, [ItemPromotionStatus::Ongoing, ItemPromotionStatus::Upcoming]);
    assert_eq!((page.total, page.has_more), (Some(2), Some(false)));

    server.answers(Fixture::read("promotion_items").reaction());
    let items = server.client().promotion_items(account, 9, &query).await.unwrap();
    assert!(server.requests()[0].path.ends_with("/item/promotion/9"));
    assert_eq!((items.list[0].price, items.list[1].display_stock), (Some(Amount(8_300_000_000)), Some(0)));

    server.answers(Fixture::read("session").reaction());
    let session = server.client().session(account, SESSION).await.unwrap().unwrap();
    assert_eq!((session.status, session.viewers, session.ended_at), (Some(RoomStatus::OnAir), Some(35), None));
    assert!(session.play_url.is_some());
}

#[tokio::test]
async fn states_that_are_new_survive() {
    let fixture = Fixture::read("live_stream");
    let mut body = fixture.response.body.clone();
    body["data"]["campaign"]["state"] = "resting".into();
    body["data"]["campaign"]["objective"] = "max_fun".into();
    let (server, credential) = (Server::start([fixture.reaction_with(&body)]).await, credential());
    let campaign = server.client().live_stream(&account(&credential), CAMPAIGN).await.unwrap().unwrap();
    assert_eq!(campaign.state, Some(CampaignState::Unknown("resting".to_owned())));
    assert_eq!(campaign.objective, Some(CampaignObjective::Unknown("max_fun".to_owned())));
}

#[tokio::test]
async fn each_change_of_a_campaign_has_its_word() {
    use shopee::CampaignChange::{ChangeBudget, Pause, Resume, Stop};
    let (server, credential) = (Server::start([]).await, credential());
    let budget = ChangeBudget { daily_budget: Amount(100_000), log_key: String::new() };
    for (change, word) in [(Pause, "pause"), (Resume, "resume"), (Stop, "stop"), (budget, "change_budget")] {
        server.answers(Fixture::read("edit_live_stream").reaction());
        server.client().edit_live_stream(&account(&credential), CAMPAIGN, &change).await.unwrap();
        let body: Value = serde_json::from_slice(&server.requests()[0].body).unwrap();
        assert_eq!((body["type"].as_str(), body["campaign_id"].as_i64()), (Some(word), Some(CAMPAIGN)));
        assert_eq!(body["change_budget"]["daily_budget"].as_i64(), (word == "change_budget").then_some(100_000));
    }
}
