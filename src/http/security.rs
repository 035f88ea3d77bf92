//! What every answer tells a browser, whatever it answers: to take it for nothing else, to keep and to show it nowhere else.

use axum::{
    Router,
    http::{
        HeaderName, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS},
    },
    middleware::map_response,
    response::Response,
};

/// The headers, and what they say unless an answer says otherwise. There is no `Strict-Transport-Security`: that is for whoever ends
/// TLS, which is not the gateway.
const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    // Answers depend on who asks and change by the second.
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    // An answer is data. The pages, which are not, have policies of their own.
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // Pages of the allowed origins read answers by CORS, which this leaves alone.
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// The routes with these headers on all of their answers, those about routes that there are not among them.
pub fn secured(routes: Router) -> Router {
    routes.layer(map_response(secure))
}

async fn secure(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    answer
}
