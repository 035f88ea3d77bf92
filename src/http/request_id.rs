//! The id under which one request, or one operation of a socket, is found again in the log.

use std::fmt;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument as _, info_span};

use crate::telemetry::traces;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

/// Up to 64 ASCII letters, digits and hyphens: what the client sent as `x-request-id` if it is that, a random id otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// A random id.
    pub fn fresh() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()))
    }

    /// The id as it stands in headers, answers and the log.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_client(value: &HeaderValue) -> Option<Self> {
        let text = value.to_str().ok()?;
        let acceptable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        ((1..=LONGEST).contains(&text.len()) && text.bytes().all(acceptable)).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives the request its id, the response the same, and every line of the log on the way.
pub(super) async fn label(mut request: Request, next: Next) -> Response {
    let id = request.headers().get(&HEADER).and_then(RequestId::from_client).unwrap_or_else(RequestId::fresh);
    request.extensions_mut().insert(id.clone());
    let span = info_span!("request", request_id = %id);
    let traced = span.in_scope(|| traces::request(request.method().as_str(), request.headers()));
    let mut response = next.run(request).instrument(traced.clone()).instrument(span).await;
    traces::answered(&traced, response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, id);
    }
    response
}
