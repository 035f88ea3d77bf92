//! A base URL, and what may be joined to it.

use percent_encoding::percent_decode_str;
use url::Url;

/// Paths longer than this are refused: so long an address is understood by few.
const LONGEST_PATH: usize = 2_000;

/// Where an interface of somebody else begins: `http` or `https`, without user, query and fragment.
#[derive(Clone, Debug)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let excess =
            !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some();
        (matches!(url.scheme(), "http" | "https") && !excess).then_some(Self(url))
    }

    /// The address of a relative path below the base, or what is wrong with the path. Characters may come percent-encoded or as they
    /// are; a `?` or `#` is a character of the path like any other, and cannot begin anything else.
    pub fn join(&self, path: &str) -> Result<Url, &'static str> {
        if path.len() > LONGEST_PATH {
            return Err("is longer than 2000 bytes");
        }
        let steps = path.split('/').map(step).collect::<Result<Vec<_>, _>>()?;
        check(path, &steps)?;
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(steps);
        }
        Ok(url)
    }
}

/// One step of a path, decoded once.
fn step(encoded: &str) -> Result<String, &'static str> {
    let step = percent_decode_str(encoded).decode_utf8().map_err(|_| "has escapes that are no UTF-8 text")?;
    if matches!(step.as_ref(), "." | "..") {
        return Err("has a step `.` or `..`");
    }
    match step.contains(['/', '\\']) || step.contains(char::is_control) {
        true => Err("has a backslash, an escaped slash or a control character"),
        false => Ok(step.into_owned()),
    }
}

/// An empty step stands only at the end, for a path that ends with a slash.
fn check(path: &str, steps: &[String]) -> Result<(), &'static str> {
    let (first, before_the_last) = (steps.first(), steps.split_last().map_or(&[][..], |(_, steps)| steps));
    match first {
        _ if path.is_empty() => Err("is empty"),
        Some(first) if first.contains(':') => Err("begins with a scheme, or with a step that has a colon in it"),
        _ if path.starts_with('/') => Err("begins with a slash: it has to be relative"),
        _ if before_the_last.iter().any(String::is_empty) => Err("has two slashes in a row"),
        _ => Ok(()),
    }
}
