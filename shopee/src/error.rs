//! Why a call gave no answer. What a caller has to know to act on it, and nothing that must not be shown.

use std::fmt;
use std::time::Duration;

const LONGEST_MESSAGE: usize = 200;

/// Why a call gave no answer.
///
/// Neither `Display` nor `Debug` contains a URL, a cookie or text that came from Shopee.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Shopee understood and said no. Asking again gives the same answer.
    #[error("{call}: Shopee refused with code {code}")]
    Refused {
        /// Name of the call.
        call: &'static str,
        /// Shopee's number, or the HTTP status (400 to 499) where it gave none.
        code: i64,
        /// Shopee's own words, often localised. Not for display without thought.
        message: UpstreamMessage,
    },
    /// Too many calls: by Shopee's count (429), or this client would have had to wait too long for its turn.
    #[error("{call}: too many calls")]
    Throttled {
        /// Name of the call.
        call: &'static str,
        /// How long to wait, if known. At most a day.
        after: Option<Duration>,
    },
    /// The account's cookies no longer sign it in. A person has to sign in again.
    #[error("{call}: the account is signed out")]
    SignedOut {
        /// Name of the call.
        call: &'static str,
    },
    /// The account is signed in, but not allowed to do this; or Shopee keeps a public call from us.
    #[error("{call}: Shopee does not allow it")]
    NoPermission {
        /// Name of the call.
        call: &'static str,
        /// Shopee's own words, often localised. Not for display without thought.
        message: UpstreamMessage,
    },
    /// Shopee's risk control wants to see a person. Says nothing about the cookies.
    #[error("{call}: stopped by Shopee's risk control")]
    RiskControl {
        /// Name of the call.
        call: &'static str,
    },
    /// No answer came, or the server failed.
    #[error("{call}: {cause}")]
    Unreachable {
        /// Name of the call.
        call: &'static str,
        /// What went wrong.
        cause: Cause,
        /// The call changes something and may have done so.
        maybe_done: bool,
    },
    /// An answer came that this client does not understand.
    #[error("{call}: unintelligible answer: {what}")]
    Garbled {
        /// Name of the call.
        call: &'static str,
        /// What is wrong with it, in our words.
        what: &'static str,
        /// The call changes something and may have done so.
        maybe_done: bool,
    },
}

/// What kept an answer from coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// No connection; nothing was sent.
    #[error("no connection to Shopee")]
    Connect,
    /// A connection, but no answer in time.
    #[error("Shopee did not answer in time")]
    Timeout,
    /// The connection broke before the answer was complete.
    #[error("the connection to Shopee broke")]
    Interrupted,
    /// The server failed: HTTP 500 to 599.
    #[error("Shopee failed with HTTP status {0}")]
    Status(u16),
    /// The host has failed for this account of late and is left alone for so long; nothing was sent.
    #[error("nothing was sent: Shopee has failed of late and is left alone for {}", rounded_up(*.0))]
    CircuitOpen(Duration),
}

fn rounded_up(time: Duration) -> String {
    format!("{} s", time.as_secs_f64().ceil())
}

impl Error {
    /// Name of the call, as in the table of calls.
    pub fn call(&self) -> &'static str {
        match self {
            Error::Refused { call, .. }
            | Error::Throttled { call, .. }
            | Error::SignedOut { call }
            | Error::NoPermission { call, .. }
            | Error::RiskControl { call }
            | Error::Unreachable { call, .. }
            | Error::Garbled { call, .. } => call,
        }
    }

    /// A stable name of the variant, for clients and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Refused { .. } => "REFUSED",
            Error::Throttled { .. } => "THROTTLED",
            Error::SignedOut { .. } => "SIGNED_OUT",
            Error::NoPermission { .. } => "NO_PERMISSION",
            Error::RiskControl { .. } => "RISK_CONTROL",
            Error::Unreachable { .. } => "UNREACHABLE",
            Error::Garbled { .. } => "GARBLED",
        }
    }

    /// How long to wait before the call may succeed, if that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Throttled { after, .. } => *after,
            Error::Unreachable { cause: Cause::CircuitOpen(after), .. } => Some(*after),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without anyone changing anything, and does no harm if tried again.
    pub fn may_retry(&self) -> bool {
        match self {
            Error::Throttled { .. } => true,
            Error::Unreachable { maybe_done, .. } => !maybe_done,
            _ => false,
        }
    }

    /// Whether the call may have changed something at Shopee. Never for a read; for a write, unless we know that it
    /// was not sent or was turned down.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Error::Unreachable { maybe_done, .. } | Error::Garbled { maybe_done, .. } => *maybe_done,
            _ => false,
        }
    }
}

/// Words that came from Shopee: at most 200 characters, no control characters. `Debug` tells only their number.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct UpstreamMessage(String);

impl UpstreamMessage {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.chars().filter(|character| !character.is_control()).take(LONGEST_MESSAGE).collect())
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UpstreamMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} characters", self.0.chars().count())
    }
}
