//! Where a client may put its bearer token: the `Authorization` header, or the payload of `connection_init`, since browsers
//! cannot set headers on a websocket.

use axum::http::{HeaderMap, header::AUTHORIZATION};
use serde_json::{Map, Value};

/// A token, if one was sent; an error if what was sent cannot be one.
pub(super) type Token = Result<Option<String>, NotBearer>;

/// What was sent in place of a token is none, whatever it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotBearer;

/// The token of `Authorization: Bearer …`.
pub(super) fn from_headers(headers: &HeaderMap) -> Token {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(after_scheme).ok_or(NotBearer)?;
    Ok(Some(token.to_owned()))
}

/// The token of a `connection_init` payload: `authorization`, `Authorization`, or either of them below `headers`, with or
/// without the word `Bearer`.
pub(super) fn from_payload(payload: &Map<String, Value>) -> Token {
    let headers = payload.get("headers").and_then(Value::as_object);
    let value = [Some(payload), headers]
        .into_iter()
        .flatten()
        .find_map(|object| object.get("authorization").or_else(|| object.get("Authorization")));
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(after_scheme(text).unwrap_or_else(|| text.trim()).to_owned())),
        Some(_) => Err(NotBearer),
    }
}

fn after_scheme(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn payload(value: Value) -> Token {
        from_payload(value.as_object().unwrap())
    }

    #[test]
    fn a_payload_may_carry_the_token_in_each_of_the_usual_places() {
        let sent = Ok(Some("t".to_owned()));
        assert_eq!(payload(json!({"authorization": "Bearer t"})), sent);
        assert_eq!(payload(json!({"Authorization": "bearer  t"})), sent);
        assert_eq!(payload(json!({"authorization": "t"})), sent);
        assert_eq!(payload(json!({"headers": {"Authorization": "Bearer t"}})), sent);
        assert_eq!(payload(json!({"authorization": null})), Ok(None));
        assert_eq!(payload(json!({})), Ok(None));
        assert_eq!(payload(json!({"authorization": 7})), Err(NotBearer));
    }

    #[test]
    fn a_header_must_name_the_bearer_scheme() {
        let token = |value: &str| from_headers(&HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]));
        assert_eq!(token("Bearer t"), Ok(Some("t".to_owned())));
        assert_eq!(token("Basic dDp0"), Err(NotBearer));
        assert_eq!(token("t"), Err(NotBearer));
        assert_eq!(from_headers(&HeaderMap::new()), Ok(None));
    }
}
