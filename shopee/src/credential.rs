//! What signs a call: the cookies of a signed-in account, in a type that cannot be printed by accident.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::region::Region;

/// Servers in front of Shopee answer 400 to larger cookie headers.
const LONGEST: usize = 8 * 1024;

/// Each of these alone signs some family of calls.
const SESSION_COOKIES: [&str; 3] = ["SPC_ST", "SPC_EC", "SPC_SC_SESSION"];

/// The cookies of one signed-in account. `Debug` prints none of them; the memory is wiped on drop.
#[derive(Clone)]
pub struct Credential(SecretString);

/// Why a text is no credential. Says nothing of the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCredential {
    /// Not `name=value; name=value`, or with characters that a header cannot carry.
    #[error("not a cookie header: expected name=value pairs, separated by semicolons")]
    Malformed,
    /// More than 8 KiB.
    #[error("longer than 8192 bytes, which Shopee refuses")]
    TooLong,
    /// None of `SPC_ST`, `SPC_EC` and `SPC_SC_SESSION` is in it.
    #[error("none of the cookies SPC_ST, SPC_EC and SPC_SC_SESSION is there, so it signs nothing")]
    NoSessionCookie,
}

impl Credential {
    /// Reads the value of a `Cookie` header, as a browser sends it. Of a repeated name the last value counts.
    pub fn from_cookie_header(text: &str) -> Result<Credential, InvalidCredential> {
        let pairs = text.split(';').map(str::trim).filter(|pair| !pair.is_empty());
        Self::from_pairs(pairs)
    }

    /// Reads what `Set-Cookie` headers set; their attributes and the cookies they delete are left out.
    pub(crate) fn from_set_cookies(headers: &[String]) -> Result<Credential, InvalidCredential> {
        let pairs = headers.iter().map(|header| header.split(';').next().unwrap_or_default().trim());
        Self::from_pairs(pairs.filter(|pair| !pair.ends_with('=')))
    }

    /// The value of the `Cookie` header. For the one place that sends it and the one that encrypts it.
    pub fn expose_cookie_header(&self) -> &str {
        self.0.expose_secret()
    }

    /// One cookie's value. For a host that wants it twice.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.expose_secret().split("; ").filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn from_pairs<'a>(pairs: impl Iterator<Item = &'a str>) -> Result<Credential, InvalidCredential> {
        let mut jar: Vec<(&str, &str)> = Vec::new();
        for pair in pairs {
            let (name, value) = pair.split_once('=').ok_or(InvalidCredential::Malformed)?;
            if !is_name(name) || !is_value(value) {
                return Err(InvalidCredential::Malformed);
            }
            jar.retain(|(known, _)| *known != name);
            jar.push((name, value));
        }
        if !jar.iter().any(|(name, value)| SESSION_COOKIES.contains(name) && !value.is_empty()) {
            return Err(InvalidCredential::NoSessionCookie);
        }
        let header = jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        if header.len() > LONGEST { Err(InvalidCredential::TooLong) } else { Ok(Credential(header.into())) }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Wider than the standard: browsers do send quotes, commas and inner spaces.
fn is_value(value: &str) -> bool {
    value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic() && byte != b';')
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential")
    }
}

/// In whose name a call is made.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// Tells accounts apart: calls of one key share one rate limit, and log lines carry it.
    pub key: i64,
    /// Where the account lives; its cookies go to this region's hosts only.
    pub region: Region,
    /// Its cookies.
    pub credential: &'a Credential,
}
