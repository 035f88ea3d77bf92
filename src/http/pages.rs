//! The pages of the `web` crate: GraphiQL at `/`, and the files it needs. Nothing here asks another host for anything.

use axum::{
    Router,
    extract::{Path, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
            IF_NONE_MATCH, VARY,
        },
    },
    response::{IntoResponse, Response},
    routing::get,
};
use web::GraphiqlOptions;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "public, no-cache";

/// The routes of the pages. `graphiql` holds what GraphiQL starts with; without it only the other pages are served.
pub fn router(graphiql: Option<GraphiqlOptions>) -> Router {
    let files = Router::new().route("/assets/{file}", get(asset));
    match graphiql {
        Some(options) => files.merge(Router::new().route("/", get(page)).with_state(options)),
        None => files,
    }
}

async fn page(State(options): State<GraphiqlOptions>) -> Response {
    let page = web::graphiql(&options);
    let Ok(policy) = HeaderValue::try_from(page.content_security_policy) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")), (CONTENT_SECURITY_POLICY, policy)];
    (headers, page.html).into_response()
}

async fn asset(Path(file): Path<String>, request: HeaderMap) -> Response {
    let Some(asset) = web::asset(&format!("/assets/{file}")) else { return StatusCode::NOT_FOUND.into_response() };
    let (bytes, etag, encoding) = match asset.gzip.filter(|_| accepts_gzip(&request)) {
        Some(bytes) => (bytes, asset.gzip_etag, Some((CONTENT_ENCODING, "gzip"))),
        None => (asset.bytes, asset.etag, None),
    };
    let cache = if asset.immutable { FOR_EVER } else { ASK_AGAIN };
    let headers = [(ETAG, etag), (CACHE_CONTROL, cache), (VARY, "accept-encoding")];
    if request.get(IF_NONE_MATCH).is_some_and(|known| known == etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let encoding = encoding.map(|encoding| [encoding]);
    (headers, [(CONTENT_TYPE, asset.content_type)], encoding.map_or_else(HeaderMap::new, into_headers), bytes)
        .into_response()
}

fn into_headers(headers: [(axum::http::HeaderName, &'static str); 1]) -> HeaderMap {
    headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}

fn accepts_gzip(request: &HeaderMap) -> bool {
    let accepted = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim() == "gzip" && !weight.trim().starts_with("q=0")
    })
}
