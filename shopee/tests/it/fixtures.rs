//! The documented exchanges: the client sends each request as it stands there, and reads each answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use shopee::{Amount, ProductListQuery, QrState, Region, SessionListQuery, SessionStatus, TrendMetric, TrendValue};

use crate::calls::{self, SESSION, account, credential, trends};
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
