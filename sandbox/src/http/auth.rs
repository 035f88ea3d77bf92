//! Signing in by QR code, and who is signed in. Mall host.

use axum::http::Method;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    Answer, Asked, Call, Family, png,
    reply::{Reply, mall, mall_refusal},
};
use crate::world::QrState;

pub(super) static CALLS: &[Call] = &[
    call("gen_qrcode", Method::GET, "/v2/authentication/gen_qrcode", Answer::Public(gen_qrcode)),
    call("qrcode_status", Method::GET, "/v2/authentication/qrcode_status", Answer::Public(qrcode_status)),
    call("qrcode_login", Method::POST, "/v2/authentication/qrcode_login", Answer::Public(qrcode_login)),
    call("account_info", Method::GET, "/v4/account/basic/get_account_info", Answer::SignedIn(account_info)),
];

const fn call(name: &'static str, method: Method, path: &'static str, answer: Answer) -> Call {
    Call { name, method, family: Family::Mall, path, answer }
}

fn gen_qrcode(asked: &mut Asked<'_>) -> Reply {
    let id = asked.world.logins.generate(asked.region, asked.now);
    let picture = STANDARD.encode(png::qr_like(&id));
    mall(json!({ "qrcode_id": id, "qrcode_base64": picture }))
}

fn qrcode_status(asked: &mut Asked<'_>) -> Reply {
    let id = asked.request.text("qrcode_id").unwrap_or_default();
    let Some(code) = asked.world.logins.get(id).filter(|code| code.region == asked.region) else {
        return mall_refusal(2, "invalid qrcode");
    };
    match code.state(asked.now) {
        QrState::Confirmed => mall(json!({ "status": "CONFIRMED", "qrcode_token": code.token })),
        state => mall(json!({ "status": state.word(), "qrcode_token": "" })),
    }
}

fn qrcode_login(asked: &mut Asked<'_>) -> Reply {
    let token = asked.request.body["qrcode_token"].as_str().unwrap_or_default();
    let user_id = asked.world.logins.redeem(asked.region, token);
    let Some(account) = user_id.and_then(|user_id| asked.world.account_mut(user_id)) else {
        return mall_refusal(2, "invalid qrcode token");
    };
    let domain = asked.region.top_level_domain();
    let cookies = account.sign_in().cookies;
    cookies.into_iter().fold(mall(json!({})), |reply, (name, value)| {
        let secret = if name == "SPC_U" || name == "SPC_F" { "" } else { "; HttpOnly" };
        reply.header("set-cookie", format!("{name}={value}; Domain=.shopee.{domain}; Path=/; Secure{secret}"))
    })
}

fn account_info(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let Some(account) = asked.world.account(user_id) else {
        return mall_refusal(19, "Failed to authenticate");
    };
    mall(json!({
        "userid": account.user_id,
        "username": account.plan.username,
        "shopid": account.shop_id,
        "nickname": account.plan.nickname,
        "email": format!("{}@example.com", account.plan.username),
        "is_seller": account.plan.is_seller,
    }))
}
