//! What an operation is answered with, and how HTTP says it.

mod counted;

use std::collections::BTreeMap;

use async_graphql::{Response, ServerError, Value};
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::IntoResponse,
};
use serde::{Serialize, Serializer};

use self::counted::Uncounted;
pub(super) use self::counted::{count_refusals, kind_name};
use super::{
    RequestId, event_stream,
    media::Media,
    refusal::{Refusal, Standing},
};
use crate::error::INTERNAL_SENTENCE;

/// A document can have a mistake in every field; nobody reads more of them than this.
const MOST_ERRORS: usize = 20;

/// In bytes. The executor quotes names and values whole, however long they are.
const LONGEST_MESSAGE: usize = 1_000;

/// Beginnings of the executor's own messages about values that do not fit their type. It gives them no code.
const UNFIT_VALUE: [&str; 3] = ["Invalid value for argument", "Failed to parse \"", "Expected input type \""];

/// The message with which the schema's own limit refuses, and the code it goes by here.
const SCHEMA_LIMIT: (&str, &str) = ("Query is nested too deep.", "QUERY_TOO_DEEP");

/// The answer to one operation: executed, or refused for a reason.
#[derive(Debug)]
pub(super) struct Answer {
    response: Response,
    refused: Option<Standing>,
    /// Whether what became of its operation is counted already.
    counted: bool,
}

impl Answer {
    /// What the executor answered. Without data and without an error that has a path, nothing was executed.
    pub(super) fn executed(response: Response, id: &RequestId) -> Self {
        let failed = response.data == Value::Null && !response.errors.is_empty();
        let started = !failed || response.errors.iter().any(|error| !error.path.is_empty());
        let beyond_limit = response.errors.iter().any(|error| schema_limit(error).is_some());
        let refused = match (started, beyond_limit) {
            (true, _) => None,
            (false, true) => Some(Standing::Status(StatusCode::BAD_REQUEST)),
            (false, false) => Some(Standing::RequestError),
        };
        Self { response, refused, counted: false }.stamped(id)
    }

    pub(super) fn refused(refusal: Refusal, id: &RequestId) -> Self {
        let refused = Some(refusal.standing);
        Self { response: Response::from_errors(vec![refusal.into_error()]), refused, counted: false }.stamped(id)
    }

    /// Whether the operation did not even start.
    pub(super) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Whether it has errors and no data, which may also happen to an operation that was executed.
    pub(super) fn has_no_data(&self) -> bool {
        self.response.data == Value::Null && !self.response.errors.is_empty()
    }

    /// Data and errors, and why nothing was executed, if nothing was.
    pub(super) fn into_parts(self) -> (Value, Vec<ServerError>, Option<Standing>) {
        (self.response.data, self.response.errors, self.refused)
    }

    pub(super) fn into_errors(self) -> Vec<ServerError> {
        self.response.errors
    }

    fn stamped(mut self, id: &RequestId) -> Self {
        if self.refused.is_some() {
            self.response.errors.truncate(MOST_ERRORS);
        }
        for error in &mut self.response.errors {
            classify(error, self.refused.is_some());
            shorten(&mut error.message);
            error.extensions.get_or_insert_default().set("requestId", id.as_str());
        }
        self
    }

    fn status(&self, media: Media) -> StatusCode {
        match (self.refused, media) {
            (Some(Standing::Status(status)), _) => status,
            (Some(Standing::RequestError), Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
            (Some(Standing::Throttled(_)), Media::GraphqlResponse | Media::EventStream) => {
                StatusCode::TOO_MANY_REQUESTS
            }
            (Some(Standing::Throttled(_)), Media::Json)
            | (Some(Standing::RequestError), Media::Json | Media::EventStream)
            | (None, _) => StatusCode::OK,
        }
    }

    pub(super) fn into_http(self, media: Media) -> axum::response::Response {
        let uncounted = Uncounted::among(std::slice::from_ref(&self));
        let mut response = self.written(media);
        response.extensions_mut().insert(uncounted);
        response
    }

    fn written(mut self, media: Media) -> axum::response::Response {
        let status = self.status(media);
        let media = match media {
            // What GraphQL itself has to report is an event; what it never got to see is refused as ever.
            Media::EventStream if status == StatusCode::OK => return event_stream::of_answer(&self),
            Media::EventStream => Media::Json,
            media => media,
        };
        let from_resolvers = std::mem::take(&mut self.response.http_headers);
        let mut response = json(status, media, &self);
        let headers = response.headers_mut();
        headers.extend(from_resolvers);
        match status {
            StatusCode::UNAUTHORIZED => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            StatusCode::METHOD_NOT_ALLOWED => drop(headers.insert(ALLOW, HeaderValue::from_static("POST"))),
            StatusCode::SERVICE_UNAVAILABLE => drop(headers.insert(RETRY_AFTER, HeaderValue::from_static("1"))),
            _ => {}
        }
        if let Some(Standing::Throttled(seconds)) = self.refused {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// Several answers in an array: each says for itself how it went.
    pub(super) fn all_into_http(answers: &[Self], media: Media) -> axum::response::Response {
        let mut response = json(StatusCode::OK, media, &answers);
        response.extensions_mut().insert(Uncounted::among(answers));
        response
    }
}

fn schema_limit(error: &ServerError) -> Option<&'static str> {
    let (message, code) = SCHEMA_LIMIT;
    (message == error.message).then_some(code)
}

fn shorten(message: &mut String) {
    if message.len() > LONGEST_MESSAGE {
        message.truncate(message.floor_char_boundary(LONGEST_MESSAGE));
        message.push('…');
    }
}

/// Gives an error its code, if the room that raised it has not.
fn classify(error: &mut ServerError, refused: bool) {
    let limit = schema_limit(error);
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_some() {
        return;
    }
    let unfit = UNFIT_VALUE.iter().any(|beginning| error.message.starts_with(beginning));
    match (unfit, refused) {
        (true, _) => extensions.set("code", "BAD_USER_INPUT"),
        (false, true) => extensions.set("code", limit.unwrap_or("GRAPHQL_VALIDATION_FAILED")),
        // Whoever writes an error for clients gives it a code. This one was not written for them, so its text stays here.
        (false, false) => {
            tracing::error!(error = %error.message, path = ?error.path, "a resolver failed with an error without a code");
            error.message = INTERNAL_SENTENCE.to_owned();
            extensions.set("code", "INTERNAL");
        }
    }
}

fn json(status: StatusCode, media: Media, body: &impl Serialize) -> axum::response::Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(CONTENT_TYPE, media.content_type())], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// An operation that was not executed has no `data` at all, one that was has it even if it is null.
impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            errors: &'a [ServerError],
            #[serde(skip_serializing_if = "Option::is_none")]
            data: Option<&'a Value>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            extensions: &'a BTreeMap<String, Value>,
        }
        let Response { errors, data, extensions, .. } = &self.response;
        Body { errors, data: self.refused.is_none().then_some(data), extensions }.serialize(serializer)
    }
}
