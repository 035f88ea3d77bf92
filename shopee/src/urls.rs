//! Links that people open in a browser. No call is made; what comes out is always `http` or `https`.

use std::str::FromStr;

use url::Url;

use crate::hosts::{self, InvalidBaseUrl};
use crate::region::Region;

/// Where viewers watch a session: `https://live.shopee.co.id/share?from=live&session=1`. `share_user_id` is whom Shopee
/// credits with the visit.
pub fn share_url(region: Region, session_id: i64, share_user_id: Option<i64>) -> Url {
    let mut url = page(region, "live.", &["share"]);
    url.query_pairs_mut().append_pair("from", "live").append_pair("session", &session_id.to_string());
    if let Some(user_id) = share_user_id {
        url.query_pairs_mut().append_pair("share_user_id", &user_id.to_string());
    }
    url
}

/// A product's page.
pub fn product_url(region: Region, shop_id: i64, item_id: i64) -> Url {
    page(region, "", &["product", &shop_id.to_string(), &item_id.to_string()])
}

/// A shop's page by the shop's user name. `None` if the name cannot be one: empty, `.`, `..` or with control characters.
pub fn shop_url(region: Region, shop_name: &str) -> Option<Url> {
    let name = shop_name.trim();
    is_segment(name).then(|| page(region, "", &[name]))
}

/// What the QR code of a sign-in says; on a phone it opens Shopee's app.
pub fn qr_deep_link(region: Region, qrcode_id: &str) -> Url {
    let mut url = page(region, "", &["universal-link", "qrcode-login"]);
    // Not as a form would: a `+` for a blank is not understood everywhere.
    let id: String = url::form_urlencoded::byte_serialize(qrcode_id.as_bytes()).collect();
    url.set_query(Some(&format!("id={}", id.replace('+', "%20"))));
    url
}

/// An image by what Shopee calls it: an id, or already a URL. `None` if it is empty or no name, or a URL that is neither
/// `http` nor `https`.
pub fn image_url(region: Region, image: &str) -> Option<Url> {
    let image = image.trim();
    match Url::parse(image) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url),
        Ok(_) => None,
        Err(_) => is_segment(image).then(|| page(region, "cf.", &["file", image])),
    }
}

/// Where an interface lives that is none of Shopee's. Read from an absolute `http` or `https` URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalBase(Url);

impl FromStr for ExternalBase {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        hosts::parse(text).map(ExternalBase)
    }
}

/// Why a text cannot be joined to a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPath {
    /// Empty, or begins with a slash.
    #[error("not a relative path")]
    NotRelative,
    /// A colon before the first slash, as after a scheme.
    #[error("begins like a scheme: a colon before the first slash")]
    Scheme,
    /// An empty segment, `.` or `..`, which browsers resolve and servers read in more than one way.
    #[error("a segment of the path is empty, `.` or `..`")]
    Segment,
    /// A control character or a backslash.
    #[error("a path has no control characters and no backslashes")]
    Character,
    /// Something after a `#`.
    #[error("a path has no fragment")]
    Fragment,
}

/// A URL below a base: `v1/users?page=2` below `https://example.com/api`. The path is plain text, and what needs it is
/// percent-encoded; of the query only what cannot stand in one. The URL never leaves the base.
pub fn external_url(base: &ExternalBase, path: &str) -> Result<Url, InvalidPath> {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    check(path, query.unwrap_or_default())?;
    let mut url = base.0.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/'));
    }
    url.set_query(query);
    Ok(url)
}

fn check(path: &str, query: &str) -> Result<(), InvalidPath> {
    let forbidden = |character: char| character.is_control() || character == '\\';
    if path.contains(forbidden) || query.contains(forbidden) {
        return Err(InvalidPath::Character);
    }
    if path.contains('#') || query.contains('#') {
        return Err(InvalidPath::Fragment);
    }
    if path.is_empty() || path.starts_with('/') {
        return Err(InvalidPath::NotRelative);
    }
    if path.split('/').next().is_some_and(|first| first.contains(':')) {
        return Err(InvalidPath::Scheme);
    }
    // A slash at the end is one.
    let segments = path.strip_suffix('/').unwrap_or(path);
    if segments.split('/').all(is_segment) { Ok(()) } else { Err(InvalidPath::Segment) }
}

/// Whether a text can be one segment of a path. The parser of URLs passes over tabs and line breaks, so `.\t.` would climb.
fn is_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(char::is_control)
}

fn page(region: Region, label: &str, segments: &[&str]) -> Url {
    let host = format!("https://{label}shopee.{}", region.top_level_domain());
    match Url::parse(&host) {
        Ok(mut url) => {
            if let Ok(mut path) = url.path_segments_mut() {
                path.extend(segments);
            }
            url
        }
        Err(_) => unreachable!("a label and a domain of the table are a host name"),
    }
}
