//! What each fault comes out as: the table.

use sandbox::FaultKind;
use serde_json::{Value, json};

use super::fields::{Field, Sort, Step};

/// What a field answers.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    /// Null, with an error of this code.
    Error { code: &'static str, retryable: bool, retry_after: Option<u32> },
    /// Null, and no error: Shopee has nothing to say.
    Nothing,
    /// What it answers without the fault, but for what Shopee left out.
    Value { unknown: &'static [&'static str] },
}

impl Expected {
    /// The errors of the answer; request ids are anybody's guess and taken from what came.
    pub(super) fn errors(self, field: &Field, came: &Value) -> Value {
        let Self::Error { code, retryable, retry_after } = self else { return json!([]) };
        let came = &came[0];
        let mut extensions = json!({
            "code": code,
            "call": field.call,
            "retryable": retryable,
            "requestId": came["extensions"]["requestId"],
        });
        if let Some(seconds) = retry_after {
            extensions["retryAfter"] = seconds.into();
        } else if code == "SHOPEE_UNREACHABLE" && came["extensions"].get("retryAfter").is_some() {
            // So many fields fail at once that the last of them are refused before they are sent.
            let seconds = came["extensions"]["retryAfter"].as_u64().unwrap();
            assert!((1..=5).contains(&seconds), "{came}");
            extensions["retryAfter"] = seconds.into();
        }
        json!([{
            "message": sentence(code),
            "locations": came["locations"],
            "path": field.steps().into_iter().map(Step::in_path).collect::<Vec<_>>(),
            "extensions": extensions,
        }])
    }
}

/// What clients are told, word for word.
fn sentence(code: &str) -> &'static str {
    match code {
        "SHOPEE_REFUSED" => "Shopee refused this call.",
        "SHOPEE_NO_PERMISSION" => "Shopee does not allow this account to do this.",
        "SHOPEE_THROTTLED" => "Shopee asks us to slow down; try again later.",
        "SHOPEE_SIGNED_OUT" => "The account's Shopee sign-in is no longer valid; connect the account again.",
        "SHOPEE_RISK_CONTROL" => {
            "Shopee's risk control stopped this call; open the account in a browser and confirm it."
        }
        "SHOPEE_UNREACHABLE" => "Shopee did not answer in time.",
        "SHOPEE_GARBLED" => "Shopee's answer could not be understood.",
        other => panic!("{other} has no sentence here"),
    }
}

/// A row of the table: what comes of a fault for each sort of field.
#[derive(Clone, Copy)]
pub(super) struct Row {
    session: Expected,
    live: Expected,
    account: Expected,
    public: Expected,
    probe: Expected,
    ads: Expected,
}

impl Row {
    const fn all(expected: Expected) -> Self {
        Self { session: expected, live: expected, account: expected, public: expected, probe: expected, ads: expected }
    }

    /// A fault that is told otherwise without cookies.
    const fn signed_and_public(signed: Expected, public: Expected) -> Self {
        Self { session: signed, live: signed, account: signed, public, probe: public, ads: signed }
    }

    pub(super) fn of(self, field: &Field) -> Expected {
        match field.sort {
            Sort::OfSession => self.session,
            Sort::OnLive => self.live,
            Sort::OfAccount => self.account,
            Sort::Public => self.public,
            Sort::Probe => self.probe,
            Sort::OfAds => self.ads,
        }
    }
}

const fn error(code: &'static str) -> Expected {
    Expected::Error { code, retryable: false, retry_after: None }
}

const fn retryable(code: &'static str, retry_after: Option<u32>) -> Expected {
    Expected::Error { code, retryable: true, retry_after }
}

const SIGNED_OUT: Expected = error("SHOPEE_SIGNED_OUT");
const THROTTLED: &str = "SHOPEE_THROTTLED";
const UNREACHABLE: Row = Row::all(retryable("SHOPEE_UNREACHABLE", None));
const GARBLED: Row = Row::all(error("SHOPEE_GARBLED"));
const RISK_CONTROL: Row = Row::all(error("SHOPEE_RISK_CONTROL"));

const NO_DATA: Row = Row {
    session: Expected::Nothing,
    live: Expected::Nothing,
    account: SIGNED_OUT,
    public: Expected::Nothing,
    probe: Expected::Value { unknown: &["url"] },
    ads: Expected::Nothing,
};

/// The live and the seller hosts say why.
const FORBIDDEN: Row = Row {
    live: error("SHOPEE_NO_PERMISSION"),
    ads: error("SHOPEE_NO_PERMISSION"),
    ..Row::signed_and_public(SIGNED_OUT, error("SHOPEE_NO_PERMISSION"))
};

pub(super) const FAULTS: [(FaultKind, Row); 17] = [
    (FaultKind::Expired, Row::signed_and_public(SIGNED_OUT, error("SHOPEE_REFUSED"))),
    (FaultKind::Forbidden, FORBIDDEN),
    (FaultKind::EmptyData, NO_DATA),
    (FaultKind::RateLimited { retry_after: Some(7) }, Row::all(retryable(THROTTLED, Some(7)))),
    (FaultKind::RateLimited { retry_after: None }, Row::all(retryable(THROTTLED, None))),
    (FaultKind::RiskControl { status: 403 }, RISK_CONTROL),
    (FaultKind::RiskControl { status: 200 }, RISK_CONTROL),
    (FaultKind::ServerError(500), UNREACHABLE),
    (FaultKind::ServerError(503), UNREACHABLE),
    (FaultKind::Hang, UNREACHABLE),
    (FaultKind::CutBody, UNREACHABLE),
    (FaultKind::Html, GARBLED),
    (FaultKind::WrongTypes, GARBLED),
    (FaultKind::InvalidUtf8, GARBLED),
    (FaultKind::HugeBody, GARBLED),
    (FaultKind::NullMetrics, Row::all(Expected::Value { unknown: &["views", "likes"] })),
    (FaultKind::StringRates, Row::all(Expected::Value { unknown: &[] })),
];
