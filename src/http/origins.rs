//! Which web pages may use the gateway. Browsers let any page open a websocket to any host without asking the host first, so
//! the check of `Origin` is the host's. For everything else they ask, and get permission for the same pages.

use std::time::Duration;

use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER},
};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember the permission.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The page's own host, and whatever else is listed.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    listed: Vec<String>,
}

impl Origins {
    /// Only pages that were loaded from the host they connect to.
    pub fn same_host() -> Self {
        Self::default()
    }

    /// Those, and the listed origins: `https://studio.example`, with the port if it is not the scheme's own.
    pub fn and(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { listed: origins.into_iter().map(|origin| origin.into().trim_end_matches('/').to_owned()).collect() }
    }

    /// Whether a request with these headers may open a socket. Programs that are no browsers send no `Origin` and may.
    pub(super) fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else { return true };
        self.lists(origin) || is_host(origin, headers)
    }

    /// Permits the listed pages to send requests to `/graphql` and read the answers. Pages of the own host need no permission.
    pub(super) fn cors(&self) -> CorsLayer {
        self.permit(&[Method::GET, Method::POST], &[])
    }

    /// The same for the doors, which have more methods and take a key with some of them.
    pub(super) fn cors_of_doors(&self) -> CorsLayer {
        let methods = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
        self.permit(&methods, &[HeaderName::from_static("idempotency-key")])
    }

    fn permit(&self, methods: &[Method], more_headers: &[HeaderName]) -> CorsLayer {
        let origins = self.clone();
        let request_id = HeaderName::from_static("x-request-id");
        let usual = [ACCEPT, AUTHORIZATION, CONTENT_TYPE, request_id.clone()];
        let headers: Vec<HeaderName> = usual.into_iter().chain(more_headers.iter().cloned()).collect();
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(move |origin, _| origins.lists(origin)))
            .allow_methods(methods.to_vec())
            .allow_headers(headers)
            .expose_headers([RETRY_AFTER, request_id])
            .max_age(REMEMBERED)
    }

    fn lists(&self, origin: &HeaderValue) -> bool {
        self.listed.iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(origin.as_bytes()))
    }
}

/// The scheme is not compared: behind a proxy that ends TLS, we cannot know ours.
fn is_host(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origins: &Origins, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::from_iter([(HOST, "gateway.example:8000".parse().unwrap())]);
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        origins.allow(&headers)
    }

    #[test]
    fn pages_of_the_same_host_and_programs_may_connect() {
        let origins = Origins::same_host();
        assert!(allowed(&origins, None));
        assert!(allowed(&origins, Some("http://gateway.example:8000")));
        assert!(allowed(&origins, Some("https://Gateway.example:8000")));
        for foreign in
            ["http://gateway.example", "https://evil.example", "null", "", "https://gateway.example:8000.evil"]
        {
            assert!(!allowed(&origins, Some(foreign)), "{foreign} must not connect");
        }
    }

    #[test]
    fn listed_origins_may_connect_too() {
        let origins = Origins::and(["https://studio.example/"]);
        assert!(allowed(&origins, Some("https://studio.example")));
        assert!(allowed(&origins, Some("http://gateway.example:8000")));
        assert!(!allowed(&origins, Some("http://studio.example")));
    }
}
