//! What faults do: refuse instead of answering, hold the answer back, spoil it.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{
    Family,
    reply::{Reply, analytics, live, mall, not_signed_in, refusal as refusal_in, session_ended},
};
use crate::{SignedOut, faults::FaultKind, panel::Panel, region::Region};

const HUGE: usize = 6 * 1_024 * 1_024;
const PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>\n";
/// Null on the wire when there is no data for them.
const NULLABLE: [&str; 8] =
    ["views", "peakViews", "likes", "followersGrowth", "productClicks", "conversionRate", "paidOrders", "paidSales"];
const RATES: [&str; 9] = [
    "ctr",
    "co",
    "confirmedCo",
    "commentsRate",
    "commentRate",
    "conversionRate",
    "cor",
    "confirmedCor",
    "productClickRate",
];

/// Waits until the faults are cleared or the sandbox stops; a caller who goes ends it, too.
pub(super) async fn hang(panel: &Panel, cleared: &mut watch::Receiver<u64>) {
    tokio::select! {
        _ = cleared.changed() => {}
        () = panel.stop().cancelled() => {}
    }
}

/// How much later a call has its effect.
pub(super) fn lateness(faults: &[FaultKind]) -> Option<Duration> {
    faults.iter().find_map(|fault| match fault {
        FaultKind::LateEffect(millis) => Some(Duration::from_millis(*millis)),
        _ => None,
    })
}

/// What the first refusing fault answers in place of the call, which has no effect then.
pub(super) fn refusal(faults: &[FaultKind], family: Family, region: Region) -> Option<Reply> {
    faults.iter().find_map(|fault| refuse(fault, family, region))
}

fn refuse(fault: &FaultKind, family: Family, region: Region) -> Option<Reply> {
    let reply = match fault {
        FaultKind::Expired => not_signed_in(family, SignedOut::Mixed, true),
        FaultKind::Forbidden => forbidden(family),
        FaultKind::EmptyData => empty_data(family, region),
        FaultKind::RateLimited { retry_after } => rate_limited(family, *retry_after),
        FaultKind::RiskControl { status } => risk_control(*status),
        FaultKind::NotLiving => session_ended(),
        FaultKind::Refused { code } => refusal_in(family, *code, "refused"),
        FaultKind::ServerError(status) => server_error(*status),
        _ => return None,
    };
    Some(reply)
}

fn forbidden(family: Family) -> Reply {
    let message = match family {
        Family::Live => "no permission to use this session",
        Family::Seller | Family::Ads | Family::AdsApp => "no permission to use ads",
        Family::Mall | Family::Analytics => "forbidden",
    };
    Reply::new(StatusCode::FORBIDDEN, refusal_in(family, 403, message).body)
}

fn empty_data(family: Family, region: Region) -> Reply {
    match family {
        Family::Mall | Family::Seller => mall(Value::Null),
        Family::Live => live(region, Value::Null),
        Family::Analytics | Family::Ads | Family::AdsApp => analytics(Value::Null),
    }
}

fn rate_limited(family: Family, retry_after: Option<u32>) -> Reply {
    let Reply { body, .. } = refusal_in(family, 429, "too many requests");
    let reply = Reply::new(StatusCode::TOO_MANY_REQUESTS, body);
    match retry_after {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    }
}

fn server_error(status: u16) -> Reply {
    Reply::new(status_code(status), json!({ "message": "internal server error" }))
}

fn risk_control(status: u16) -> Reply {
    let body = json!({
        "error": 90_309_999,
        "is_login": false,
        "is_customized": false,
        "action_type": 2,
        "tracking_id": "sandbox-0f3a6c9e",
        "redirect_to_error_page": true,
    });
    Reply::new(status_code(status), body)
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Writes the reply, with whatever the faults make of it.
pub(super) async fn respond(mut reply: Reply, faults: &[FaultKind]) -> Response {
    for fault in faults {
        match fault {
            FaultKind::Delay(millis) => tokio::time::sleep(Duration::from_millis(*millis)).await,
            FaultKind::NullMetrics => change(&mut reply.body, &|key, _| NULLABLE.contains(&key).then_some(Value::Null)),
            FaultKind::StatusAlwaysTwo => always_two(&mut reply.body),
            FaultKind::ServerErrorAfterEffect(status) => reply = server_error(*status),
            FaultKind::NegativeClaimsLeft => {
                change(&mut reply.body, &|key, _| (key == "claims_left").then_some((-3).into()))
            }
            FaultKind::StringRates => change(&mut reply.body, &percent),
            FaultKind::WrongTypes => {
                reply.body = json!({ "code": ["0"], "error": {}, "err_code": ["0"], "data": "OK" })
            }
            FaultKind::HugeBody => reply.body["padding"] = "x".repeat(HUGE).into(),
            _ => {}
        }
    }
    let bytes = reply.body.to_string().into_bytes();
    let mut response =
        faults.iter().find_map(|fault| spoil(fault, &bytes)).unwrap_or_else(|| json_response(bytes.into()));
    *response.status_mut() = reply.status;
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}

/// A body that no client should accept.
fn spoil(fault: &FaultKind, bytes: &[u8]) -> Option<Response> {
    match fault {
        FaultKind::Html => Some(axum::response::Html(PAGE).into_response()),
        FaultKind::InvalidUtf8 => {
            Some(json_response(Body::from([&bytes[..1], b"\"\xff\xfe\":0,", &bytes[1..]].concat())))
        }
        FaultKind::CutBody => Some(json_response(cut(bytes))),
        _ => None,
    }
}

fn json_response(body: Body) -> Response {
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

/// The first half; then the connection breaks.
fn cut(bytes: &[u8]) -> Body {
    let half = Bytes::copy_from_slice(&bytes[..bytes.len() / 2]);
    let broken = || std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    // The break comes in a later turn, so that the half is written out before it.
    let later = stream::once(async move {
        tokio::task::yield_now().await;
        Err(broken())
    });
    Body::from_stream(stream::once(async move { Ok(half) }).chain(later))
}

/// Replaces members at any depth, where `by` gives a value for key and value.
fn change(value: &mut Value, by: &dyn Fn(&str, &Value) -> Option<Value>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                match by(key, member) {
                    Some(new) => *member = new,
                    None => change(member, by),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| change(item, by)),
        _ => {}
    }
}

/// Only lists of sessions are known to do this.
fn always_two(body: &mut Value) {
    for row in body["data"]["list"].as_array_mut().into_iter().flatten() {
        if let Some(status) = row.get_mut("status") {
            *status = 2.into();
        }
    }
}

fn percent(key: &str, value: &Value) -> Option<Value> {
    let rate = value.as_f64().filter(|_| RATES.contains(&key))?;
    Some(format!("{:.2}%", rate * 100.0).into())
}
