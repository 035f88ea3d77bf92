//! Why an operation was not executed: one type for everything this layer refuses, over HTTP and websockets alike.

use std::{borrow::Cow, time::Duration};

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use axum::http::StatusCode;

use super::{SignInError, bearer::NotBearer};
use crate::{
    cost::bill::Unaffordable,
    error::{INTERNAL_SENTENCE, INVALID_TOKEN_SENTENCE},
};

/// Longest drawing of a syntax error, in bytes.
const LONGEST_PICTURE: usize = 500;

/// A refusal: what the client reads, and how HTTP says it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) standing: Standing,
    pub(super) code: &'static str,
    pub(super) message: Cow<'static, str>,
    pub(super) location: Option<Pos>,
}

/// What kind of refusal it is, which decides the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The GraphQL request itself is wrong: 400, or 200 for clients that accept no more than `application/json`, who could
    /// not tell our 400 from that of a proxy.
    RequestError,
    /// We do not take it, or cannot: this status for everyone.
    Status(StatusCode),
    /// Its sender has to wait for so many seconds: 429, or 200 for clients that accept no more than `application/json`.
    Throttled(u64),
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { standing: Standing::Status(status), code, message: message.into(), location: None }
    }

    fn request_error(code: &'static str, message: impl Into<Cow<'static, str>>, location: Option<Pos>) -> Self {
        Self { standing: Standing::RequestError, code, message: message.into(), location }
    }

    /// The request is not one of GraphQL over HTTP, whatever it asks for.
    pub(super) fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    pub(super) fn not_acceptable() -> Self {
        let message =
            "The answer can only be `application/graphql-response+json`, `application/json` or `text/event-stream`.";
        Self::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    }

    pub(super) fn unsupported_body(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
    }

    pub(super) fn body_too_large(limit: usize) -> Self {
        let message = format!("The request body is larger than {limit} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
    }

    pub(super) fn too_many_values(limit: usize) -> Self {
        let message = format!("The request body holds more than {limit} values.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
    }

    pub(super) fn body_too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", "The request body did not arrive in time.")
    }

    pub(super) fn method_not_allowed(message: &'static str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
    }

    pub(super) fn origin() -> Self {
        Self::new(StatusCode::FORBIDDEN, "ORIGIN_NOT_ALLOWED", "Pages of this origin may not connect.")
    }

    pub(super) fn overloaded(what: &str) -> Self {
        let message = format!("There are too many {what} at the moment; try again shortly.");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message)
    }

    pub(super) fn shutting_down() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "SHUTTING_DOWN", "The gateway is stopping; connect again shortly.")
    }

    pub(super) fn deadline() -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED", "The operation took too long and was given up.")
    }

    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", INTERNAL_SENTENCE)
    }

    /// A resolver panicked.
    pub(super) fn panicked() -> Self {
        tracing::error!("an operation panicked");
        Self::internal()
    }

    pub(super) fn subscription_over_http() -> Self {
        let message = "Subscriptions are served over websockets, with the subprotocol `graphql-transport-ws`, and to those who accept \
                       `text/event-stream`.";
        Self::new(StatusCode::BAD_REQUEST, "SUBSCRIPTION_NEEDS_WEBSOCKET", message)
    }

    pub(super) fn too_many_operations(limit: usize) -> Self {
        let message = format!("This socket already runs {limit} operations, the most it may; complete one first.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_OPERATIONS", message)
    }

    pub(super) fn answer_too_large(limit: usize) -> Self {
        let message = format!("The answer is larger than {limit} bytes; ask for less at once.");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "ANSWER_TOO_LARGE", message)
    }

    pub(super) fn batch(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BATCH_REFUSED", message)
    }

    /// The document is larger in some respect than anyone needs.
    pub(super) fn limit(code: &'static str, what: &str, found: impl Into<u64>, limit: impl Into<u64>) -> Self {
        let (found, limit) = (found.into(), limit.into());
        let message = format!("The document has {what} of {found}, more than the limit of {limit}.");
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn unparsable(error: &ServerError) -> Self {
        let location = error.locations.first().copied();
        // The line that it is in is drawn whole, and what was expected stands below.
        let message = match error.message.rsplit_once("\n  = ") {
            Some((picture, expected)) if picture.len() > LONGEST_PICTURE => expected.to_owned(),
            _ => error.message.clone(),
        };
        Self::request_error("GRAPHQL_PARSE_FAILED", message, location)
    }

    pub(super) fn unterminated_string() -> Self {
        Self::request_error("GRAPHQL_PARSE_FAILED", "A string of the document has no end.", None)
    }

    pub(super) fn invalid(message: impl Into<Cow<'static, str>>, location: Option<Pos>) -> Self {
        Self::request_error("GRAPHQL_VALIDATION_FAILED", message, location)
    }

    /// Apollo's clients know this message, and send the document along.
    pub(super) fn persisted_not_found() -> Self {
        Self::request_error("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", None)
    }

    /// The same clients send whole documents from then on.
    pub(super) fn persisted_not_supported() -> Self {
        Self::request_error("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported", None)
    }

    pub(super) fn persisted_mismatch() -> Self {
        let message = "The `sha256Hash` of `persistedQuery` is not that of the document that was sent with it.";
        Self::new(StatusCode::BAD_REQUEST, "PERSISTED_QUERY_MISMATCH", message)
    }

    pub(super) fn no_such_document() -> Self {
        Self::request_error("PERSISTED_QUERY_NOT_FOUND", "There is no document with this `documentId`.", None)
    }

    pub(super) fn not_trusted() -> Self {
        let message = "Only documents that were put down here before are executed, and this is none of them.";
        Self::new(StatusCode::FORBIDDEN, "DOCUMENT_NOT_TRUSTED", message)
    }

    /// None of the document's operations, or more than one, is meant.
    pub(super) fn which_operation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::request_error("OPERATION_RESOLUTION_FAILURE", message, None)
    }

    pub(super) fn missing_variable(name: &str, expected: &str, location: Pos) -> Self {
        let message = format!("Variable `${name}` of type `{expected}` needs a value.");
        Self::request_error("BAD_USER_INPUT", message, Some(location))
    }

    /// As GraphQL writes errors.
    pub(super) fn into_error(self) -> ServerError {
        let mut error = ServerError::new(self.message, self.location);
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code);
        if let Standing::Throttled(seconds) = self.standing {
            extensions.set("retryAfter", seconds);
        }
        error.extensions = Some(extensions);
        error
    }
}

impl Refusal {
    /// The token is not good, or not any more.
    pub(super) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", INVALID_TOKEN_SENTENCE)
    }
}

impl From<Unaffordable> for Refusal {
    fn from(why: Unaffordable) -> Self {
        match why {
            Unaffordable::TooCostly { points, most } => {
                let message = format!("The operation may cost {points} points, more than the limit of {most}.");
                Self::new(StatusCode::BAD_REQUEST, "QUERY_TOO_COMPLEX", message)
            }
            Unaffordable::Throttled { points, available, retry_after } => {
                let seconds = whole_seconds(retry_after);
                let message = format!(
                    "The operation may cost {points} points, of which {available} are left; try again in {seconds} s."
                );
                let standing = Standing::Throttled(seconds);
                Self { standing, code: "THROTTLED", message: message.into(), location: None }
            }
        }
    }
}

/// Rounded up, so that whoever waits for it has waited long enough.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

impl From<NotBearer> for Refusal {
    fn from(NotBearer: NotBearer) -> Self {
        let message = "The Authorization header has to be `Bearer <token>`.";
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
    }
}

impl From<SignInError> for Refusal {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Invalid => Self::signed_out(),
            SignInError::Unavailable => {
                let message = "Tokens cannot be checked at the moment; try again shortly.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
            }
        }
    }
}
