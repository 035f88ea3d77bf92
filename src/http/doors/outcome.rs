//! What a door's operations came to, and what its caller reads of it.

use std::borrow::Cow;

use async_graphql::ServerError;
use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{Members, names};
use crate::http::{
    RequestId,
    refusal::{Refusal, Standing},
};

/// An operation that was executed.
#[derive(Debug)]
pub struct Outcome {
    pub data: Value,
    pub errors: Vec<Declined>,
}

impl Outcome {
    pub(super) fn of(
        data: async_graphql::Value,
        errors: &[ServerError],
        status: fn(&str) -> Option<StatusCode>,
    ) -> Self {
        let data = data.into_json().unwrap_or_default();
        Self { data, errors: errors.iter().map(|error| Declined::of(error, status)).collect() }
    }

    /// What lies at a path of names, unless there is nothing there and an error says why.
    pub fn at(&mut self, path: &[&str]) -> Result<Value, Declined> {
        let mut value = &mut self.data;
        for name in path {
            value = match value.get_mut(*name) {
                Some(value) => value,
                None => return self.nothing(),
            };
        }
        match value.take() {
            Value::Null => self.nothing(),
            value => Ok(value),
        }
    }

    fn nothing(&self) -> Result<Value, Declined> {
        self.errors.first().cloned().map_or(Ok(Value::Null), Err)
    }
}

/// What was asked for.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    data: Value,
    beside: Members,
}

impl Reply {
    pub fn ok(data: Value) -> Self {
        Self { status: StatusCode::OK, data, beside: Members::new() }
    }

    /// Something that is there from now on.
    pub fn created(data: Value) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(data) }
    }

    /// With something that stands beside the data.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.beside.insert(name.to_owned(), value);
        self
    }

    /// With what parts of the data are missing for.
    pub fn with_errors(self, errors: &[Declined]) -> Self {
        match errors {
            [] => self,
            errors => self.with("errors", errors.iter().map(|error| error.body(None)).collect()),
        }
    }

    pub(super) fn into_http(self) -> Response {
        let mut body = Members::from_iter([("success".to_owned(), true.into()), ("data".to_owned(), self.data)]);
        body.extend(self.beside);
        let body = names::renamed(Value::Object(body), names::snake_case);
        (self.status, Json(body)).into_response()
    }
}

/// Why something was not done: a status, and what the caller reads.
#[derive(Clone, Debug)]
pub struct Declined {
    pub status: StatusCode,
    pub code: Cow<'static, str>,
    pub message: String,
    /// What of the request is meant, in either spelling.
    pub field: Option<String>,
    /// After how many seconds to try again.
    pub retry_after: Option<u64>,
}

impl Declined {
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), field: None, retry_after: None }
    }

    /// Something of the request cannot be used.
    pub fn unfit(field: &str, message: impl Into<String>) -> Self {
        let field = Some(field.to_owned());
        Self { field, ..Self::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message) }
    }

    pub(super) fn signed_out() -> Self {
        let message = "Sign in first: send a bearer token in the Authorization header.";
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
    }

    pub(super) fn refused(refusal: Refusal, status: fn(&str) -> Option<StatusCode>) -> Self {
        let (own, retry_after) = match refusal.standing {
            Standing::Status(status) => (status, None),
            Standing::RequestError => (status(refusal.code).unwrap_or(StatusCode::BAD_REQUEST), None),
            Standing::Throttled(seconds) => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
        };
        Self { retry_after, ..Self::new(own, refusal.code, refusal.message) }
    }

    fn of(error: &ServerError, status: fn(&str) -> Option<StatusCode>) -> Self {
        let extension = |name| error.extensions.as_ref().and_then(|extensions| extensions.get(name)).cloned();
        let text = |name| match extension(name) {
            Some(async_graphql::Value::String(text)) => Some(text),
            _ => None,
        };
        let code = text("code").unwrap_or_else(|| "INTERNAL".to_owned());
        let retry_after = match extension("retryAfter") {
            Some(async_graphql::Value::Number(seconds)) => seconds.as_f64().map(|seconds| seconds.ceil() as u64),
            _ => None,
        };
        let status = status(&code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            field: text("argument").as_deref().map(asked_for),
            retry_after,
            ..Self::new(status, code, error.message.clone())
        }
    }

    fn body(&self, id: Option<&RequestId>) -> Value {
        let mut body = json!({ "code": self.code, "message": self.message });
        let more = [
            ("field", self.field.as_deref().map(|field| names::snake_case(field).into())),
            ("retry_after", self.retry_after.map(Value::from)),
            ("request_id", id.map(|id| id.as_str().into())),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                body[name] = value;
            }
        }
        body
    }

    pub(super) fn into_http(self, id: &RequestId) -> Response {
        let body = json!({ "success": false, "error": self.body(Some(id)) });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let retry_after = self.retry_after.or((self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(1));
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What of a request an argument was made of: `filter.status.0` of `status`.
fn asked_for(argument: &str) -> String {
    let mut steps = argument.rsplit('.');
    steps.find(|step| step.parse::<usize>().is_err()).unwrap_or(argument).to_owned()
}
