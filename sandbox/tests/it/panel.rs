//! The panel over HTTP does what the panel in process does, and calls are counted.

use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{Desk, body, data, send};

async fn post(desk: &Desk, path: &str, words: Value) -> (u16, Value) {
    let answer = desk.http.post(format!("{}{path}", desk.sandbox.panel_url())).json(&words).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn every_operation_works_over_http() {
    let desk = Desk::open().await;
    let (host, id) = (desk.host(), desk.on_air().session_id);
    let id_of_code = data(desk.mall(host.region, "/api/v2/authentication/gen_qrcode")).await["qrcode_id"].take();
    let now = desk.panel().clock().now;
    for (path, words) in [
        ("/viewers", json!({ "session_id": id, "viewers": 4_321 })),
        ("/release", json!({ "session_id": id })),
        ("/start", json!({ "user_id": host.user_id, "title": "Halo <b>" })),
        ("/end", json!({ "session_id": id })),
        ("/step", json!({ "seconds": 1.5 })),
        ("/set_time", json!({ "time": now + chrono::TimeDelta::seconds(9) })),
        ("/speed", json!({ "speed": "0" })),
        ("/resume", json!({})),
        ("/freeze", json!({})),
        ("/cookie/expire", json!({ "user_id": host.user_id })),
        ("/cookie/renew", json!({ "user_id": host.user_id })),
        ("/signed_out", json!({ "style": "forbidden" })),
        ("/qr/scan", json!({ "id": id_of_code })),
        ("/qr/confirm", json!({ "id": id_of_code, "user_id": host.user_id })),
        ("/fault", json!({ "kind": "rate_limited", "retry_after": 3, "call": "overview", "times": 2, "region": "id" })),
        ("/edit_lag", json!({ "milliseconds": 700 })),
        ("/ads_credit", json!({ "user_id": host.user_id, "amount": 5 })),
        ("/calls/reset", Value::Null),
    ] {
        let words = if words.is_null() { json!({}) } else { words };
        let (status, answer) = post(&desk, path, words).await;
        assert_eq!((status, answer["ok"].as_bool()), (200, Some(true)), "{path}: {answer}");
    }
    let session = desk.panel().session(id).unwrap();
    assert!(!session.on_air && session.peak_viewers >= 4_321);
    assert_eq!(desk.panel().clock().now.timestamp_millis() - now.timestamp_millis(), 9_000);
    assert_eq!(desk.panel().qr_codes()[0].status, "CONFIRMED");
    let fault = Fault::new(FaultKind::RateLimited { retry_after: Some(3) }).on("overview").times(2).within(host.region);
    assert_eq!(desk.panel().faults(), [fault]);
    assert_eq!(post(&desk, "/faults/clear", json!({})).await.0, 200);
    assert!(desk.panel().faults().is_empty());
}

#[tokio::test]
async fn forms_are_read_and_mistakes_explained() {
    let desk = Desk::open().await;
    let id = desk.on_air().session_id;
    let url = format!("{}/viewers", desk.sandbox.panel_url());
    let form = format!("session_id={id}&viewers=77");
    assert_eq!(send(desk.http.post(&url).body(form)).await.status(), 200);
    assert_eq!(desk.panel().session(id).unwrap().viewers, 77);
    for (path, words, reason) in [
        ("/viewers", json!({ "session_id": id }), "viewers is missing"),
        ("/viewers", json!({ "session_id": "x", "viewers": 1 }), "session_id: invalid digit"),
        ("/end", json!({ "session_id": 1 }), "no session"),
        ("/step", json!({ "seconds": -1 }), "negative"),
        ("/fault", json!({ "kind": "flood" }), "kind: flood is unknown"),
        ("/qr/scan", json!({ "id": "x" }), "no QR code"),
    ] {
        let (status, answer) = post(&desk, path, words).await;
        assert_eq!(status, 400, "{path}");
        assert!(answer["reason"].as_str().unwrap().contains(reason), "{path}: {answer}");
    }
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let desk = Desk::open().await;
    let page = send(desk.http.get(desk.sandbox.panel_url())).await.text().await.unwrap();
    assert!(page.contains("<title>Sandbox</title>") && !page.contains("http://") && !page.contains("https://"));
    let state = body(desk.http.get(format!("{}/state", desk.sandbox.panel_url()))).await;
    assert_eq!(state["sessions"].as_array().unwrap().len(), desk.panel().sessions().len());
    assert_eq!(state["accounts"][0]["user_id"], desk.host().user_id);
    assert_eq!(state["campaigns"].as_array().unwrap().len(), desk.panel().campaigns().len());
    assert!(state["edits"].is_array() && state["coin_offers"].is_array());
}

#[tokio::test]
async fn calls_are_counted_and_logged() {
    let desk = Desk::open().await;
    let (host, session) = (desk.host(), desk.on_air());
    desk.overview(&session).await;
    desk.overview(&session).await;
    body(desk.creator(&host, "/userInfo")).await;
    send(desk.mall(host.region, "/nothing?a=b")).await;
    assert_eq!((desk.panel().calls("overview"), desk.panel().calls("trends")), (2, 0));
    let counts: Vec<(String, u64)> = desk.panel().calls_by_name().into_iter().collect();
    assert_eq!(counts, [("overview".to_owned(), 2), ("unknown".to_owned(), 1), ("user_info".to_owned(), 1)]);
    let log = desk.panel().call_log();
    assert_eq!(
        (log[0].session_id, log[0].user_id, log[0].region),
        (Some(session.session_id), Some(host.user_id), Some(host.region))
    );
    assert_eq!(log[0].path, "/supply/api/lm/sellercenter/realtime/dashboard/overview");
    assert_eq!(log[0].query, format!("sessionId={}", session.session_id));
    assert_eq!((log[3].call, log[3].query.as_str()), ("unknown", "a=b"));
    desk.panel().reset_calls();
    assert!(desk.panel().calls_by_name().is_empty() && desk.panel().call_log().is_empty());
    for _ in 0..1_010 {
        send(desk.mall(host.region, "/nothing")).await;
    }
    assert_eq!((desk.panel().call_log().len(), desk.panel().calls("unknown")), (1_000, 1_010));
}
