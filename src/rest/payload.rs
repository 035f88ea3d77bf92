//! What comes of mutations: what there is to mend is a fault here, with a status.

use axum::http::StatusCode;
use serde_json::Value;

use super::status;
use crate::http::doors::outcome::{Declined, Outcome};

/// The payload of a mutation that has nothing to mend.
pub(super) fn of(outcome: &mut Outcome, mutation: &str) -> Result<Value, Declined> {
    let payload = outcome.at(&[mutation])?;
    match payload["userErrors"].get(0) {
        Some(error) => Err(declined(error)),
        None => Ok(payload),
    }
}

fn declined(error: &Value) -> Declined {
    let text = |name: &str| error[name].as_str().map(str::to_owned);
    let code = text("code").unwrap_or_else(|| "INVALID".to_owned());
    let status = status::of(&code).unwrap_or(StatusCode::BAD_REQUEST);
    let message = text("message").unwrap_or_default();
    Declined { field: text("field"), ..Declined::new(status, code, message) }
}

/// What is there; what is null is not, or not the caller's.
pub(super) fn existing(value: Value, what: &str) -> Result<Value, Declined> {
    match value {
        Value::Null => {
            let message = format!("There is no such {what}, or it is not yours.");
            Err(Declined::new(StatusCode::NOT_FOUND, "NOT_FOUND", message))
        }
        value => Ok(value),
    }
}
