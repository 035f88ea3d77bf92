//! What all pages have in common: their policy, and how they refer to their files.

use crate::third_party::ThirdParty;

/// A page, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document, as `text/html; charset=utf-8`. It may hold a caller's token: send it with `Cache-Control: no-store`.
    pub html: String,
    /// The value of `Content-Security-Policy`, which must go out with the document.
    pub content_security_policy: String,
}

/// Where third-party files come from: their embedded address by name, or none for the CDN.
pub(crate) type Embedded = fn(&str) -> Option<&'static str>;

/// A script of ours. Like all scripts of a page it runs in the order of the document, after parsing.
pub(crate) fn script(path: &str) -> String {
    format!(r#"<script src="{path}" defer></script>"#)
}

/// A stylesheet of ours.
pub(crate) fn stylesheet(path: &str) -> String {
    format!(r#"<link rel="stylesheet" href="{path}">"#)
}

/// A third-party script or stylesheet, by its extension.
pub(crate) fn third_party(file: &ThirdParty, embedded: Embedded) -> String {
    let styles = file.file.ends_with(".css");
    match (embedded(file.name()), styles) {
        (Some(path), true) => stylesheet(path),
        (Some(path), false) => script(path),
        (None, true) => {
            format!(r#"<link rel="stylesheet" href="{}" {}>"#, file.cdn_address(), checked(file))
        }
        (None, false) => format!(r#"<script src="{}" {} defer></script>"#, file.cdn_address(), checked(file)),
    }
}

/// The attributes that make a browser refuse a file with other content.
fn checked(file: &ThirdParty) -> String {
    format!(r#"integrity="{}" crossorigin="anonymous""#, file.integrity)
}

/// The policy of a page that uses these third-party files.
///
/// Scripts are files, from here or at exact addresses of the CDN. Inline styles are allowed because GraphiQL's dialogs and
/// menus add a style element whose content depends on the window. `'self'` in `connect-src` covers the websocket of the same
/// host and port.
pub(crate) fn content_security_policy(files: &[ThirdParty], embedded: Embedded) -> String {
    let elsewhere = |extension: &str| {
        let missing = files.iter().filter(|file| file.file.ends_with(extension) && embedded(file.name()).is_none());
        missing.map(|file| format!(" {}", file.cdn_address())).collect::<String>()
    };
    format!(
        "default-src 'none'; script-src 'self'{}; style-src 'self' 'unsafe-inline'{}; img-src 'self' data:; font-src data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        elsewhere(".js"),
        elsewhere(".css"),
    )
}

/// JSON that is safe inside a `<script type="application/json">` block: no `<`, so no `</script>` and no `<!--`.
///
/// In JSON these characters occur in strings only, where the escape means the same.
pub(crate) fn json_block(value: &serde_json::Value) -> String {
    let mut text = String::new();
    for letter in value.to_string().chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => text += &format!("\\u{:04x}", u32::from(letter)),
            _ => text.push(letter),
        }
    }
    text
}

/// Puts each value in the place of its `{{name}}`; unknown names stay. Values are not searched for names again.
pub(crate) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut pieces = template.split("{{");
    let mut html = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let filled = piece.split_once("}}").and_then(|(name, rest)| Some(value(name)? + rest));
        html += &filled.unwrap_or_else(|| format!("{{{{{piece}"));
    }
    html
}
