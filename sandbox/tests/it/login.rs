//! The QR code, from drawn to signed in.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use sandbox::{PanelError, Region};
use serde_json::{Value, json};

use crate::support::{Desk, body, data, send};

async fn generate(desk: &Desk) -> String {
    let code = data(desk.mall(Region::Id, "/api/v2/authentication/gen_qrcode")).await;
    let picture = STANDARD.decode(code["qrcode_base64"].as_str().unwrap()).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"));
    code["qrcode_id"].as_str().unwrap().to_owned()
}

async fn status(desk: &Desk, id: &str) -> Value {
    data(desk.mall(Region::Id, "/api/v2/authentication/qrcode_status").query(&[("qrcode_id", id)])).await
}

async fn state(desk: &Desk, id: &str) -> String {
    status(desk, id).await["status"].as_str().unwrap().to_owned()
}

fn login(desk: &Desk, token: &Value) -> reqwest::RequestBuilder {
    let url = desk.url(Region::Id, "mall", "/api/v2/authentication/qrcode_login");
    desk.http.post(url).json(&json!({ "qrcode_token": token, "support_ivs": true }))
}

#[tokio::test]
async fn a_confirmed_code_signs_in_once() {
    let desk = Desk::open().await;
    let host = desk.host();
    let id = generate(&desk).await;
    assert!(id.contains(['+', '/', '=']), "{id} would survive a forgotten percent-encoding");
    assert_eq!(status(&desk, &id).await, json!({ "status": "NEW", "qrcode_token": "" }));
    desk.panel().scan_qr(&id).unwrap();
    assert_eq!(state(&desk, &id).await, "SCANNED");
    desk.panel().confirm_qr(&id, host.user_id).unwrap();
    let confirmed = status(&desk, &id).await;
    assert_eq!(confirmed["status"], "CONFIRMED");

    let answer = send(login(&desk, &confirmed["qrcode_token"])).await;
    let set: Vec<String> =
        answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect();
    assert!(set.iter().all(|cookie| cookie.contains("; Path=/")), "{set:?}");
    let cookie = set.iter().map(|cookie| cookie.split(';').next().unwrap()).collect::<Vec<_>>().join("; ");
    assert_ne!(cookie, host.cookie);
    let url = desk.url(Region::Id, "creator", "/supply/api/lm/sellercenter/userInfo");
    assert_eq!(data(desk.http.get(url).header("cookie", &cookie)).await["userId"], host.user_id);
    let info = desk.mall(Region::Id, "/api/v4/account/basic/get_account_info").header("cookie", cookie);
    assert_eq!(data(info).await["shopid"], host.shop_id);

    let again = send(login(&desk, &confirmed["qrcode_token"])).await;
    assert!(again.headers().get("set-cookie").is_none());
    assert_eq!(again.json::<Value>().await.unwrap()["error"], 2);
}

#[tokio::test]
async fn a_code_expires_after_a_minute() {
    let desk = Desk::open().await;
    let id = generate(&desk).await;
    desk.panel().step(Duration::from_millis(59_999));
    assert_eq!(state(&desk, &id).await, "NEW");
    desk.panel().step(Duration::from_millis(1));
    assert_eq!(state(&desk, &id).await, "EXPIRED");
    assert_eq!(desk.panel().scan_qr(&id), Err(PanelError::QrCodeNotOpen));
    assert_eq!(desk.panel().confirm_qr(&id, desk.host().user_id), Err(PanelError::QrCodeNotOpen));
}

#[tokio::test]
async fn a_canceled_code_is_over() {
    let desk = Desk::open().await;
    let id = generate(&desk).await;
    desk.panel().scan_qr(&id).unwrap();
    desk.panel().cancel_qr(&id).unwrap();
    assert_eq!(state(&desk, &id).await, "CANCELED");
    assert_eq!(desk.panel().confirm_qr(&id, desk.host().user_id), Err(PanelError::QrCodeNotOpen));
}

#[tokio::test]
async fn strangers_and_inventions_are_refused() {
    let desk = Desk::open().await;
    let id = generate(&desk).await;
    let foreigner = desk.account_in(Region::Vn).user_id;
    assert_eq!(desk.panel().confirm_qr(&id, foreigner), Err(PanelError::QrCodeNotOpen));
    assert_eq!(desk.panel().confirm_qr(&id, 1), Err(PanelError::UnknownAccount));
    assert_eq!(desk.panel().scan_qr("invented"), Err(PanelError::UnknownQrCode));
    let elsewhere = desk.mall(Region::Vn, "/api/v2/authentication/qrcode_status").query(&[("qrcode_id", &id)]);
    assert_eq!(body(elsewhere).await, json!({ "error": 2, "error_msg": "invalid qrcode", "data": null }));
    assert_eq!(send(login(&desk, &json!("invented"))).await.json::<Value>().await.unwrap()["error"], 2);
}
