//! Envelopes and units of the families.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Family;
use crate::{SignedOut, region::Region, world::MONEY_SCALE};

/// What a call answers, before any fault spoils it.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// Name and value of each header beside the content type.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn new(status: StatusCode, body: Value) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    pub(super) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// Creator and seller hosts.
pub(super) fn analytics(data: Value) -> Reply {
    Reply::ok(json!({ "code": 0, "msg": "OK", "data": data }))
}

/// The session is not the caller's.
pub(super) fn not_yours() -> Reply {
    analytics(Value::Null)
}

pub(super) fn mall(data: Value) -> Reply {
    Reply::ok(json!({ "error": null, "error_msg": null, "data": data }))
}

pub(super) fn mall_refusal(error: i64, message: &str) -> Reply {
    Reply::ok(json!({ "error": error, "error_msg": message, "data": null }))
}

pub(super) fn live(region: Region, data: Value) -> Reply {
    Reply::ok(json!({ "err_code": 0, "err_msg": success_word(region), "data": data }))
}

/// A refusal in the family's own envelope.
pub(super) fn refusal(family: Family, code: i64, message: &str) -> Reply {
    match family {
        Family::Mall | Family::Seller => mall_refusal(code, message),
        Family::Live => live_refusal(code, message),
        Family::Analytics | Family::Ads | Family::AdsApp => Reply::ok(json!({ "code": code, "msg": message })),
    }
}

pub(super) fn live_refusal(code: i64, message: &str) -> Reply {
    Reply::ok(json!({ "err_code": code, "err_msg": message }))
}

pub(super) fn session_ended() -> Reply {
    live_refusal(3_000_068, "ErrorRoomSessionNotLiving")
}

pub(super) fn session_unknown() -> Reply {
    live_refusal(3_000_001, "ErrorSessionNotFound")
}

pub(super) fn not_signed_in(family: Family, style: SignedOut, expired: bool) -> Reply {
    match (family, style) {
        (Family::Mall, _) => mall_refusal(19, "Failed to authenticate"),
        (Family::Live, _) => live_refusal(3_000_002, "ErrorNotLogin"),
        (Family::Seller | Family::Ads | Family::AdsApp, _) => {
            Reply::new(StatusCode::FORBIDDEN, json!({ "errcode": 2, "message": "token not found" }))
        }
        (Family::Analytics, SignedOut::Unauthorized) => unauthorized(StatusCode::UNAUTHORIZED),
        (Family::Analytics, SignedOut::Forbidden) => unauthorized(StatusCode::FORBIDDEN),
        (Family::Analytics, SignedOut::Mixed) if expired => unauthorized(StatusCode::UNAUTHORIZED),
        (Family::Analytics, SignedOut::Mixed | SignedOut::EmptyData) => analytics(Value::Null),
    }
}

fn unauthorized(status: StatusCode) -> Reply {
    Reply::new(status, json!({ "code": status.as_u16(), "msg": "token not found" }))
}

/// Plain units of the currency, as creator and seller write money.
pub(super) fn plain(amount: i64) -> f64 {
    amount as f64 / MONEY_SCALE as f64
}

/// To four places; zero if there is nothing to divide by.
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0 }
}

/// Localised, which is why nobody should compare it.
fn success_word(region: Region) -> &'static str {
    match region {
        Region::Id => "Berhasil",
        Region::Vn => "Thành công",
        Region::Th => "สำเร็จ",
        Region::Br => "Sucesso",
        _ => "success",
    }
}
