//! What came in through a door: members of the path, the query string and the body, in one object.

use axum::http::HeaderMap;
use serde_json::Value;

use super::{Members, names, outcome::Declined};
use crate::http::{media, parameters::quote, refusal::Refusal};

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What was asked. Names are as in GraphQL here (`studioId`), and may be written either way by whoever asks. The path counts before the
/// body, the body before the query string; what no door knows is passed over.
pub struct Asked(Members);

impl Asked {
    pub(super) fn of(
        path: Vec<(String, String)>,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let mut members = Members::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            members.insert(names::camel_case(&name), Value::String(value.into_owned()));
        }
        members.extend(body_members(headers, body)?);
        for (name, value) in path {
            members.insert(names::camel_case(&name), Value::String(value));
        }
        if let Some(key) = headers.get(IDEMPOTENCY_KEY) {
            let key = key.to_str().map_err(|_| Refusal::malformed("`Idempotency-Key` is not plain text."))?;
            members.insert("idempotencyKey".to_owned(), Value::from(key));
        }
        // Empty fields of a form are none.
        members.retain(|_, value| *value != Value::String(String::new()));
        Ok(Self(members))
    }

    /// The first of these that is there, whatever it is; null too.
    pub fn given(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.0.get(*name))
    }

    /// The first of these that is there and not null.
    pub fn value(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.0.get(*name).filter(|value| !value.is_null()))
    }

    /// The same as text; numbers count as text too, since ids may be written so.
    pub fn text(&self, names: &[&str]) -> Result<Option<String>, Declined> {
        match self.value(names) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(unfit(names, "is not text")),
        }
    }

    /// Text that has to be there.
    pub fn required(&self, names: &[&str]) -> Result<String, Declined> {
        self.text(names)?.ok_or_else(|| unfit(names, "is missing"))
    }

    /// A whole number, also one that is written as text.
    pub fn number(&self, names: &[&str]) -> Result<Option<i64>, Declined> {
        let number = match self.value(names) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        number.map(Some).ok_or_else(|| unfit(names, "is not a whole number"))
    }

    /// A number that has to be there.
    pub fn required_number(&self, names: &[&str]) -> Result<i64, Declined> {
        self.number(names)?.ok_or_else(|| unfit(names, "is missing"))
    }

    /// A name of a closed set as GraphQL writes it: `ON_AIR` for `on_air` and `on-air`.
    pub fn word(&self, names: &[&str]) -> Result<Option<String>, Declined> {
        Ok(self.text(names)?.map(|word| word.trim().to_ascii_uppercase().replace('-', "_")))
    }

    /// Several of them, in a list or separated by commas.
    pub fn words(&self, names: &[&str]) -> Result<Option<Vec<String>>, Declined> {
        let texts: Vec<&str> = match self.value(names) {
            None => return Ok(None),
            Some(Value::String(text)) => text.split(',').collect(),
            Some(Value::Array(entries)) => {
                let texts: Option<Vec<&str>> = entries.iter().map(Value::as_str).collect();
                texts.ok_or_else(|| unfit(names, "is not a list of texts"))?
            }
            Some(_) => return Err(unfit(names, "is not a list")),
        };
        Ok(Some(texts.into_iter().map(|word| word.trim().to_ascii_uppercase().replace('-', "_")).collect()))
    }
}

/// What is wrong with something by its first name, which is the one that pages are told.
pub fn unfit(names: &[&str], what: &str) -> Declined {
    let name = names::snake_case(names.first().copied().unwrap_or_default());
    Declined::unfit(&name, format!("`{name}` {what}."))
}

fn body_members(headers: &HeaderMap, body: &[u8]) -> Result<Members, Refusal> {
    if body.trim_ascii().is_empty() {
        return Ok(Members::new());
    }
    media::require_json(headers)?;
    let body: Members = serde_json::from_slice(body)
        .map_err(|error| Refusal::malformed(format!("The request body is no JSON object: {}", quote(&error))))?;
    match names::renamed(Value::Object(body), names::camel_case) {
        Value::Object(members) => Ok(members),
        _ => Ok(Members::new()),
    }
}
