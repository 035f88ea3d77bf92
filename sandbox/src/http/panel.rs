//! The control panel over HTTP: a page, the state as JSON, and one POST for each thing the panel in process can do.
//!
//! Bodies are JSON objects or forms with the same names. An answer is `{"ok": true, …}`, or 400 with the reason.

use std::{collections::BTreeMap, fmt::Display, str::FromStr, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::{Fault, FaultKind, Region, SignedOut, panel::Panel};

/// What to do, from the words of a form.
type Act = fn(&Panel, &Words) -> Result<Value, String>;

const ACTS: &[(&str, Act)] = &[
    ("viewers", set_viewers),
    ("release", |panel, words| done(panel.release_viewers(words.need("session_id")?))),
    ("start", start),
    ("end", |panel, words| done(panel.end_session(words.need("session_id")?))),
    ("step", step),
    ("set_time", |panel, words| done(panel.set_time(words.need("time")?))),
    ("freeze", |panel, _| told(|| panel.freeze())),
    ("resume", |panel, _| told(|| panel.resume())),
    ("speed", set_speed),
    ("cookie/expire", |panel, words| done(panel.expire_cookie(words.need("user_id")?))),
    ("cookie/renew", |panel, words| done(panel.renew(words.need("user_id")?))),
    ("signed_out", signed_out),
    ("qr/scan", |panel, words| done(panel.scan_qr(words.text("id")?))),
    ("qr/confirm", |panel, words| done(panel.confirm_qr(words.text("id")?, words.need("user_id")?))),
    ("qr/cancel", |panel, words| done(panel.cancel_qr(words.text("id")?))),
    ("edit_lag", edit_lag),
    ("ads_credit", |panel, words| done(panel.set_ads_credit(words.need("user_id")?, words.need("amount")?))),
    ("fault", inject),
    ("faults/clear", |panel, _| told(|| panel.clear_faults())),
    ("calls/reset", |panel, _| told(|| panel.reset_calls())),
];

pub(super) fn routes() -> Router<Panel> {
    let router = Router::new()
        .route("/panel", get(|| async { Html(include_str!("panel.html")) }))
        .route("/panel/state", get(|State(panel): State<Panel>| async move { Json(state(&panel)) }))
        .route("/panel/calls", get(|State(panel): State<Panel>| async move { Json(panel.call_log()) }));
    ACTS.iter().fold(router, |router, (path, act)| {
        router.route(&format!("/panel/{path}"), post(move |State(panel), body| async move { run(*act, &panel, &body) }))
    })
}

fn run(act: Act, panel: &Panel, body: &Bytes) -> Response {
    match Words::read(body).and_then(|words| act(panel, &words)) {
        Ok(mut answer) => {
            answer["ok"] = true.into();
            Json(answer).into_response()
        }
        Err(reason) => (StatusCode::BAD_REQUEST, Json(json!({ "ok": false, "reason": reason }))).into_response(),
    }
}

fn state(panel: &Panel) -> Value {
    json!({
        "clock": panel.clock(),
        "accounts": panel.accounts(),
        "sessions": panel.sessions(),
        "qr_codes": panel.qr_codes(),
        "campaigns": panel.campaigns(),
        "edits": panel.edits(),
        "coin_offers": panel.coin_offers(),
        "faults": panel.faults(),
        "calls": panel.calls_by_name(),
    })
}

fn set_viewers(panel: &Panel, words: &Words) -> Result<Value, String> {
    done(panel.set_viewers(words.need("session_id")?, words.need("viewers")?))
}

fn start(panel: &Panel, words: &Words) -> Result<Value, String> {
    let id = panel.start_session(words.need("user_id")?, words.text("title")?).map_err(|error| error.to_string())?;
    Ok(json!({ "session_id": id }))
}

fn step(panel: &Panel, words: &Words) -> Result<Value, String> {
    let seconds: f64 = words.need("seconds")?;
    let by = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
    panel.step(by);
    Ok(json!({ "now": panel.clock().now }))
}

fn set_speed(panel: &Panel, words: &Words) -> Result<Value, String> {
    let speed = words.need("speed")?;
    told(|| panel.set_speed(speed))
}

fn edit_lag(panel: &Panel, words: &Words) -> Result<Value, String> {
    let lag = Duration::from_millis(words.need("milliseconds")?);
    told(|| panel.set_edit_lag(lag))
}

fn signed_out(panel: &Panel, words: &Words) -> Result<Value, String> {
    let style = match words.text("style")? {
        "mixed" => SignedOut::Mixed,
        "empty_data" => SignedOut::EmptyData,
        "unauthorized" => SignedOut::Unauthorized,
        "forbidden" => SignedOut::Forbidden,
        other => return Err(format!("style: {other} is none of mixed, empty_data, unauthorized, forbidden")),
    };
    told(|| panel.set_signed_out(style))
}

fn inject(panel: &Panel, words: &Words) -> Result<Value, String> {
    let region = match words.0.get("region") {
        Some(code) => Some(Region::from_code(code).ok_or_else(|| format!("region: {code} is unknown"))?),
        None => None,
    };
    let call = words.0.get("call").cloned();
    let fault =
        Fault { call, kind: kind(words)?, times: words.maybe("times")?, region, account: words.maybe("account")? };
    told(|| panel.inject(fault))
}

fn kind(words: &Words) -> Result<FaultKind, String> {
    Ok(match words.text("kind")? {
        "expired" => FaultKind::Expired,
        "forbidden" => FaultKind::Forbidden,
        "empty_data" => FaultKind::EmptyData,
        "rate_limited" => FaultKind::RateLimited { retry_after: words.maybe("retry_after")? },
        "risk_control" => FaultKind::RiskControl { status: words.maybe("status")?.unwrap_or(403) },
        "not_living" => FaultKind::NotLiving,
        "null_metrics" => FaultKind::NullMetrics,
        "status_always_two" => FaultKind::StatusAlwaysTwo,
        "string_rates" => FaultKind::StringRates,
        "refused" => FaultKind::Refused { code: words.maybe("code")?.unwrap_or(100_000) },
        "negative_claims_left" => FaultKind::NegativeClaimsLeft,
        "server_error_after_effect" => FaultKind::ServerErrorAfterEffect(words.maybe("status")?.unwrap_or(500)),
        "server_error" => FaultKind::ServerError(words.maybe("status")?.unwrap_or(500)),
        "hang" => FaultKind::Hang,
        "hang_after_effect" => FaultKind::HangAfterEffect,
        "delay" => FaultKind::Delay(words.need("milliseconds")?),
        "late_effect" => FaultKind::LateEffect(words.need("milliseconds")?),
        "cut_body" => FaultKind::CutBody,
        "html" => FaultKind::Html,
        "wrong_types" => FaultKind::WrongTypes,
        "invalid_utf8" => FaultKind::InvalidUtf8,
        "huge_body" => FaultKind::HugeBody,
        other => return Err(format!("kind: {other} is unknown")),
    })
}

fn told(act: impl FnOnce()) -> Result<Value, String> {
    act();
    Ok(json!({}))
}

fn done<E: Display>(result: Result<(), E>) -> Result<Value, String> {
    result.map(|()| json!({})).map_err(|error| error.to_string())
}

/// The members of a form or of a flat JSON object; empty ones count as absent.
struct Words(BTreeMap<String, String>);

impl Words {
    fn read(body: &Bytes) -> Result<Self, String> {
        let members =
            if body.first().is_none_or(|first| *first == b'{') { json_members(body)? } else { form_members(body)? };
        Ok(Self(members.into_iter().filter(|(_, value)| !value.is_empty()).collect()))
    }

    fn text(&self, name: &str) -> Result<&str, String> {
        self.0.get(name).map(String::as_str).ok_or_else(|| format!("{name} is missing"))
    }

    fn maybe<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, String> {
        self.0.get(name).map(|word| word.parse().map_err(|error| format!("{name}: {error}"))).transpose()
    }

    fn need<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, String> {
        self.maybe(name)?.ok_or_else(|| format!("{name} is missing"))
    }
}

fn json_members(body: &Bytes) -> Result<Vec<(String, String)>, String> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let members: BTreeMap<String, Value> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let word = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    Ok(members.into_iter().map(|(name, value)| (name, word(value))).collect())
}

fn form_members(body: &Bytes) -> Result<Vec<(String, String)>, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let uri = axum::http::Uri::try_from(format!("/?{text}")).map_err(|error| error.to_string())?;
    axum::extract::Query::try_from_uri(&uri).map(|query| query.0).map_err(|error| error.to_string())
}
