//! Which media type the answer has, and which the question must have.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
};

use super::refusal::Refusal;

/// A media type of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
    /// `application/json`: the status is 200 for every well-formed request, as old clients expect.
    Json,
    /// `text/event-stream`: a result an event, for subscriptions and whatever else is asked for so.
    EventStream,
}

impl Media {
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        })
    }

    /// The type a client likes best. Any but JSON must be named to be chosen: wildcards, and saying nothing, mean that.
    pub(super) fn negotiate(headers: &HeaderMap) -> Result<Self, Refusal> {
        if headers.get_all(ACCEPT).into_iter().all(HeaderValue::is_empty) {
            return Ok(Self::Json);
        }
        let ranges = ranges(headers);
        let new = Liking::of("application/graphql-response+json", &ranges);
        let old = Liking::of("application/json", &ranges);
        let events = Liking::of("text/event-stream", &ranges);
        if events.named && events.quality > 0.0 && events.quality >= new.quality.max(old.quality) {
            return Ok(Self::EventStream);
        }
        match (new.quality > 0.0, old.quality > 0.0) {
            (false, false) => Err(Refusal::not_acceptable()),
            (true, false) => Ok(Self::GraphqlResponse),
            (false, true) => Ok(Self::Json),
            (true, true) if new.quality > old.quality => Ok(Self::GraphqlResponse),
            (true, true) if new.quality == old.quality && new.named => Ok(Self::GraphqlResponse),
            (true, true) => Ok(Self::Json),
        }
    }
}

/// One element of an `Accept` header.
struct Range {
    kind: String,
    quality: f32,
}

/// How much a client likes a type, and whether it named it.
struct Liking {
    quality: f32,
    named: bool,
}

impl Liking {
    /// The most specific range decides, as HTTP has it.
    fn of(kind: &str, ranges: &[Range]) -> Self {
        let find = |kind: &str| ranges.iter().find(|range| range.kind == kind).map(|range| range.quality);
        match find(kind) {
            Some(quality) => Self { quality, named: true },
            None => {
                let all_of_it = kind.split_once('/').and_then(|(family, _)| find(&format!("{family}/*")));
                let quality = all_of_it.or_else(|| find("*/*")).unwrap_or(0.0);
                Self { quality, named: false }
            }
        }
    }
}

fn ranges(headers: &HeaderMap) -> Vec<Range> {
    let lines = headers.get_all(ACCEPT).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).filter_map(range).collect()
}

/// A range with a charset other than UTF-8 asks for what we do not have, and counts as not written.
fn range(text: &str) -> Option<Range> {
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let kind = parts.next().filter(|kind| !kind.is_empty())?;
    let mut quality = 1.0;
    for (name, value) in parts.filter_map(|part| part.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()))) {
        match name.trim() {
            "q" => quality = value.trim().parse().ok()?,
            "charset" if !is_utf8(&value) => return None,
            _ => {}
        }
    }
    Some(Range { kind, quality })
}

/// Refuses bodies that are not plain JSON. Demanding this type is also what protects against forged requests from other
/// pages: a browser asks our permission before it sends it across origins.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let charset =
        parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    if !json || charset.is_some_and(|(_, charset)| !is_utf8(charset)) {
        return Err(Refusal::unsupported_body("The request body must be `application/json` in UTF-8."));
    }
    // Nothing is unpacked: the size limit would then count the wrong bytes.
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(Refusal::unsupported_body("The request body must not be compressed."))
        }
        _ => Ok(()),
    }
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &str) -> Option<Media> {
        let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
        Media::negotiate(&headers).ok()
    }

    #[test]
    fn the_type_a_client_likes_best_is_chosen() {
        let (new, old) = (Some(Media::GraphqlResponse), Some(Media::Json));
        for (accept, expected) in [
            ("application/graphql-response+json", new),
            ("application/graphql-response+json, application/json;q=0.9", new),
            ("application/json, application/graphql-response+json", new),
            ("application/graphql-response+json;q=0.5, application/json", old),
            ("Application/GraphQL-Response+JSON; charset=UTF-8", new),
            ("application/graphql-response+json, */*;q=0.1", new),
            ("application/json", old),
            ("application/json; charset=utf-8", old),
            ("*/*", old),
            ("application/*", old),
            ("text/html, application/xhtml+xml, */*;q=0.8", old),
            ("application/json;q=0, */*", new),
            ("text/event-stream", Some(Media::EventStream)),
            ("text/event-stream, application/json", Some(Media::EventStream)),
            ("text/event-stream;q=0.5, application/json", old),
            ("text/*", None),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json; charset=utf-16", None),
        ] {
            assert_eq!(negotiated(accept), expected, "{accept}");
        }
        assert_eq!(Media::negotiate(&HeaderMap::new()).ok(), old);
    }

    #[test]
    fn only_plain_utf8_json_is_read() {
        let refused =
            |kind: &str| require_json(&HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())])).is_err();
        assert!(!refused("application/json"));
        assert!(!refused("application/json; charset=utf-8"));
        assert!(!refused("Application/JSON;charset=\"UTF-8\""));
        assert!(refused("application/json; charset=latin1"));
        assert!(refused("application/jsonp"));
        assert!(refused("text/plain"));
        assert!(refused("application/x-www-form-urlencoded"));
        assert!(require_json(&HeaderMap::new()).is_err());
        let gzip = [(CONTENT_TYPE, "application/json".parse().unwrap()), (CONTENT_ENCODING, "gzip".parse().unwrap())];
        assert!(require_json(&HeaderMap::from_iter(gzip)).is_err());
    }
}
