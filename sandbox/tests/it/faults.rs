//! Each fault, as a client sees it.

use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, StatusCode};
use sandbox::{Fault, FaultKind, Region};
use serde_json::{Value, json};

use crate::support::{Desk, body, data, send};

fn overview(desk: &Desk) -> RequestBuilder {
    desk.creator(&desk.host(), &format!("/realtime/dashboard/overview?sessionId={}", desk.on_air().session_id))
}

async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = send(request).await;
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn refusals_have_the_shape_of_their_family() {
    let desk = Desk::open().await;
    let host = desk.host();
    let id = desk.on_air().session_id;
    let risk = |status| FaultKind::RiskControl { status };
    let table = [
        (FaultKind::Expired, 401, "code", 200, "err_code"),
        (FaultKind::Forbidden, 403, "code", 403, "err_code"),
        (FaultKind::RateLimited { retry_after: None }, 429, "code", 429, "err_code"),
        (risk(403), 403, "error", 403, "error"),
        (risk(200), 200, "error", 200, "error"),
        (FaultKind::NotLiving, 200, "err_code", 200, "err_code"),
        (FaultKind::ServerError(502), 502, "message", 502, "message"),
    ];
    for (kind, creator_status, creator_key, live_status, live_key) in table {
        desk.panel().inject(Fault::new(kind.clone()));
        let (status, body) = answer(overview(&desk)).await;
        assert_eq!(status, creator_status, "{kind:?}");
        assert!(body.get(creator_key).is_some_and(|code| *code != 0), "{kind:?}: {body}");
        let (status, body) = answer(desk.live(&host, &format!("/session/{id}/items"))).await;
        assert_eq!(status, live_status, "{kind:?}");
        assert!(body.get(live_key).is_some_and(|code| *code != 0), "{kind:?}: {body}");
        desk.panel().clear_faults();
    }
    assert!(!data(overview(&desk)).await.is_null());
}

#[tokio::test]
async fn risk_control_and_the_end_of_a_session_have_their_numbers() {
    let desk = Desk::open().await;
    desk.panel().inject(Fault::new(FaultKind::RiskControl { status: 200 }).times(1));
    assert_eq!(body(overview(&desk)).await["error"], 90_309_999);
    desk.panel().inject(Fault::new(FaultKind::NotLiving).on("play_url"));
    let url = desk.url(Region::Id, "live", &format!("/api/v1/session/{}/play_url", desk.on_air().session_id));
    assert_eq!(body(desk.http.get(url)).await["err_code"], 3_000_068);
}

#[tokio::test]
async fn a_rate_limit_may_say_when_to_come_back() {
    let desk = Desk::open().await;
    desk.panel().inject(Fault::new(FaultKind::RateLimited { retry_after: Some(17) }).times(1));
    let answer = send(overview(&desk)).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "17"));
    assert_eq!(send(overview(&desk)).await.status(), 200);
}

#[tokio::test]
async fn empty_data_is_a_good_envelope() {
    let desk = Desk::open().await;
    desk.panel().inject(Fault::new(FaultKind::EmptyData));
    assert_eq!(body(overview(&desk)).await, json!({ "code": 0, "msg": "OK", "data": null }));
    let code = body(desk.mall(Region::Id, "/api/v2/authentication/gen_qrcode")).await;
    assert_eq!(code, json!({ "error": null, "error_msg": null, "data": null }));
}

#[tokio::test]
async fn metrics_go_missing_rates_become_text_and_running_reads_ended() {
    let desk = Desk::open().await;
    let host = desk.host();
    let row = async || data(desk.creator(&host, "/realtime/sessionList?page=1&pageSize=1")).await["list"][0].take();
    desk.panel().inject(Fault::new(FaultKind::NullMetrics));
    desk.panel().inject(Fault::new(FaultKind::StatusAlwaysTwo));
    let spoilt = row().await;
    assert!(spoilt["views"].is_null() && spoilt["likes"].is_null() && spoilt["viewers"].is_u64());
    assert_eq!((spoilt["status"].as_i64(), spoilt["sessionId"].as_i64()), (Some(2), Some(desk.on_air().session_id)));
    assert!(data(overview(&desk)).await["engagementData"]["likes"].is_null());
    desk.panel().clear_faults();
    let exact = data(overview(&desk)).await["ctr"].as_f64().unwrap();
    desk.panel().inject(Fault::new(FaultKind::StringRates));
    let text = data(overview(&desk)).await["ctr"].as_str().unwrap().to_owned();
    assert_eq!(text, format!("{:.2}%", exact * 100.0));
    assert_eq!(row().await["status"], 1);
}

#[tokio::test]
async fn bodies_can_be_cut_or_be_no_json_at_all() {
    let desk = Desk::open().await;
    let read = async |kind: FaultKind| {
        desk.panel().inject(Fault::new(kind).times(1));
        let answer = send(overview(&desk)).await;
        assert_eq!(answer.status(), 200);
        answer.bytes().await
    };
    assert!(read(FaultKind::CutBody).await.is_err());
    assert!(read(FaultKind::Html).await.unwrap().starts_with(b"<!DOCTYPE html>"));
    let bytes = read(FaultKind::InvalidUtf8).await.unwrap();
    assert!(std::str::from_utf8(&bytes).is_err());
    let wrong: Value = serde_json::from_slice(&read(FaultKind::WrongTypes).await.unwrap()).unwrap();
    assert!(wrong["code"].is_array() && wrong["data"].is_string());
    let huge = read(FaultKind::HugeBody).await.unwrap();
    assert!(huge.len() > 6_000_000 && serde_json::from_slice::<Value>(&huge).unwrap()["code"] == 0);
}

#[tokio::test]
async fn what_hangs_goes_on_when_cleared() {
    let desk = Desk::open().await;
    for kind in [FaultKind::Hang, FaultKind::HangAfterEffect] {
        desk.panel().inject(Fault::new(kind));
        desk.panel().reset_calls();
        let waiting = tokio::spawn(overview(&desk).send());
        arrived(&desk, "overview", 1).await;
        assert!(!waiting.is_finished());
        desk.panel().clear_faults();
        assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
    }
}

#[tokio::test]
async fn whether_a_hanging_call_had_its_effect_depends_on_the_fault() {
    let desk = Desk::open().await;
    let generate = || tokio::spawn(desk.mall(Region::Id, "/api/v2/authentication/gen_qrcode").send());
    desk.panel().inject(Fault::new(FaultKind::Hang).times(1));
    let before = generate();
    arrived(&desk, "gen_qrcode", 1).await;
    assert!(desk.panel().qr_codes().is_empty());
    before.abort();
    desk.panel().inject(Fault::new(FaultKind::HangAfterEffect).times(1));
    let after = generate();
    until(|| desk.panel().qr_codes().len() == 1).await;
    assert!(!after.is_finished());
}

#[tokio::test]
async fn stopping_lets_go_of_what_hangs_and_closes_idle_connections() {
    let desk = Desk::open().await;
    assert_eq!(send(overview(&desk)).await.status(), 200);
    let request = overview(&desk);
    desk.panel().inject(Fault::new(FaultKind::Hang));
    let waiting = tokio::spawn(overview(&desk).send());
    arrived(&desk, "overview", 2).await;
    let begin = Instant::now();
    desk.sandbox.stop().await;
    assert!(begin.elapsed() < Duration::from_secs(5));
    let _ = waiting.await.unwrap();
    assert!(request.send().await.is_err());
}

#[tokio::test]
async fn dropping_stops_it() {
    let Desk { sandbox, http } = Desk::open().await;
    let page = sandbox.panel_url();
    assert_eq!(send(http.get(&page)).await.status(), 200);
    drop(sandbox);
    let deadline = Instant::now() + Duration::from_secs(10);
    while http.get(&page).send().await.is_ok() {
        assert!(Instant::now() < deadline, "it still answers");
    }
}

#[tokio::test]
async fn an_answer_can_be_late() {
    let desk = Desk::open().await;
    desk.panel().inject(Fault::new(FaultKind::Delay(120)).times(1));
    let begin = Instant::now();
    assert_eq!(send(overview(&desk)).await.status(), 200);
    assert!(begin.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn a_fault_hits_only_whom_it_is_meant_for() {
    let desk = Desk::open().await;
    let (host, other) = (desk.host(), desk.panel().accounts().remove(1));
    let status =
        async |account: &sandbox::AccountView| send(desk.creator(account, "/userInfo")).await.status().as_u16();
    desk.panel().inject(Fault::new(FaultKind::ServerError(500)).on("user_info").account(host.user_id).times(2));
    assert_eq!((status(&other).await, status(&host).await), (200, 500));
    assert_eq!(desk.panel().faults()[0].times, Some(1));
    assert_eq!((status(&host).await, status(&host).await), (500, 200));
    desk.panel().inject(Fault::new(FaultKind::ServerError(500)).within(Region::Vn));
    assert_eq!((status(&host).await, status(&desk.account_in(Region::Vn)).await), (200, 500));
}

/// Until so many calls of this name have come in.
async fn arrived(desk: &Desk, call: &str, count: u64) {
    until(|| desk.panel().calls(call) == count).await;
}

async fn until(reached: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !reached() {
        assert!(Instant::now() < deadline, "not reached in time");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_refusal_has_the_envelope_of_its_family_and_no_effect() {
    let desk = Desk::open().await;
    let host = desk.host();
    let path = format!("/session/{}/coin/start", desk.on_air().session_id);
    let pause = json!({ "campaign_id": desk.campaign("ongoing").campaign_id, "type": "pause" });
    desk.panel().inject(Fault::new(FaultKind::Refused { code: 77 }));
    assert_eq!(body(desk.live_post(&host, &path, &json!({}))).await["err_code"], 77);
    assert_eq!(body(desk.ads(&host, "/live_stream/edit/", &pause)).await["code"], 77);
    assert_eq!(body(desk.mall(Region::Id, "/api/v2/authentication/gen_qrcode")).await["error"], 77);
    assert!(desk.panel().coin_offers().is_empty() && desk.panel().edits().is_empty());
}

#[tokio::test]
async fn what_goes_wrong_after_the_effect_has_had_it_once() {
    let desk = Desk::open().await;
    let host = desk.host();
    let path = format!("/session/{}/coin/giveout", desk.on_air().session_id);
    let give = || desk.live_post(&host, &path, &json!({ "amount": 10, "recipient_count": 5 }));
    let kinds = [
        FaultKind::ServerErrorAfterEffect(502),
        FaultKind::CutBody,
        FaultKind::Html,
        FaultKind::WrongTypes,
        FaultKind::InvalidUtf8,
    ];
    for (kind, times) in kinds.into_iter().zip(1..) {
        desk.panel().inject(Fault::new(kind.clone()).on("coin_giveout").times(1));
        let answer = send(give()).await;
        assert_eq!(answer.status() == 502, kind == FaultKind::ServerErrorAfterEffect(502));
        let _spoilt = answer.bytes().await;
        assert_eq!(desk.panel().coin_offers().len(), times, "{kind:?}");
    }
    let before = [
        FaultKind::ServerError(502),
        FaultKind::RateLimited { retry_after: None },
        FaultKind::RiskControl { status: 200 },
        FaultKind::Forbidden,
        FaultKind::Expired,
        FaultKind::NotLiving,
    ];
    for kind in before {
        desk.panel().inject(Fault::new(kind.clone()).on("coin_giveout").times(1));
        send(give()).await;
        assert_eq!(desk.panel().coin_offers().len(), 5, "{kind:?}");
    }
    desk.panel().inject(Fault::new(FaultKind::Hang).on("coin_giveout").times(1));
    let hanging = tokio::spawn(give().send());
    arrived(&desk, "coin_giveout", 12).await;
    assert_eq!(desk.panel().coin_offers().len(), 5);
    hanging.abort();
    desk.panel().inject(Fault::new(FaultKind::HangAfterEffect).on("coin_giveout").times(1));
    let hanging = tokio::spawn(give().send());
    until(|| desk.panel().coin_offers().len() == 6).await;
    assert!(!hanging.is_finished());
    desk.panel().inject(Fault::new(FaultKind::LateEffect(300)).on("coin_giveout").times(1));
    let late = tokio::spawn(give().send());
    arrived(&desk, "coin_giveout", 14).await;
    assert_eq!(desk.panel().coin_offers().len(), 6);
    late.abort();
    until(|| desk.panel().coin_offers().len() == 7).await;
}
