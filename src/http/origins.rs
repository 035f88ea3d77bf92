//! Which web pages may open a websocket. Browsers let any page open one to any host and do not ask the host first, so the
//! check of `Origin` is the host's.

use axum::http::{
    HeaderMap,
    header::{HOST, ORIGIN},
};

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
        let Ok(origin) = origin.to_str() else { return false };
        self.listed.iter().any(|listed| listed.eq_ignore_ascii_case(origin)) || is_host(origin, headers)
    }
}

/// The scheme is not compared: behind a proxy that ends TLS, we cannot know ours.
fn is_host(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match (origin.split_once("://"), host) {
        (Some((_, authority)), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
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
