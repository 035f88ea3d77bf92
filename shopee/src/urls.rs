//! Links that people open in a browser. No call is made; what comes out is always `http` or `https`.

use url::Url;

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

/// A shop's page by the shop's user name. `None` if the name cannot be one: empty, `.` or `..`, or with control characters.
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

/// An image by what Shopee calls it: an id, or already a URL. `None` if it is empty or has control characters, or is a URL that
/// is neither `http` nor `https`.
pub fn image_url(region: Region, image: &str) -> Option<Url> {
    let image = image.trim();
    match Url::parse(image) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url),
        Ok(_) => None,
        Err(_) => is_segment(image).then(|| page(region, "cf.", &["file", image])),
    }
}

/// Whether a text can be one step of a path. A URL drops tabs and line breaks, so that `.\n.` would become a step back.
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
