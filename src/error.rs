//! The one error type of the gateway, in two halves: what a client may read, and what never leaves.
//!
//! Masking belongs to the type: whoever adds a variant chooses its half. [`Error`] has no `Display` on purpose, since
//! async-graphql would turn anything that has one into a client message.

pub mod outage;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

/// What clients read when the fault is ours.
pub const INTERNAL_SENTENCE: &str = "Something went wrong on our side; quote the request id when you report it.";

/// What clients read when the database cannot be asked.
pub const UNAVAILABLE_SENTENCE: &str = "The database cannot be asked at the moment; try again shortly.";
/// After what time they may: long enough for a restart to be over in two or three tries.
pub const UNAVAILABLE_FOR: Duration = Duration::from_secs(2);

/// What clients read whose token is malformed, forged, expired or not meant for this gateway.
pub const INVALID_TOKEN_SENTENCE: &str = "This token is not valid here; refresh it or sign in again.";

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not work.
#[derive(Clone, Debug)]
pub enum Error {
    /// The client can act on it: its text and code go out.
    Client(ClientError),
    /// Our fault: clients get one fixed sentence, the log gets the chain.
    Internal(Arc<dyn std::error::Error + Send + Sync>),
    /// The database's, and it passes by itself: clients are told to try again, the log gets the chain.
    Unavailable(Arc<dyn std::error::Error + Send + Sync>),
}

/// Faults that may go out, each with a stable code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientError {
    /// The operation needs a signed-in user.
    Unauthenticated,
    /// The token is malformed, forged, expired or not meant for this gateway: one answer for all of them.
    InvalidToken,
    /// The viewer may see it, and not do this with it; `needs` is the role that may.
    Forbidden { needs: &'static str },
    /// There is no such thing, or it is not the viewer's: the two answer alike.
    NotFound { what: &'static str },
    /// An argument cannot be used, with the reason.
    InvalidInput { argument: Cow<'static, str>, reason: String },
    /// A cursor did not come from this list.
    InvalidCursor { argument: &'static str },
    /// Too many failed attempts to sign in, for this account or from this address.
    TooManyAttempts { retry_after: Duration },
    /// More at once than there is room for.
    Overloaded { retry_after: Duration },
    /// The operation had no time left to wait for Shopee.
    DeadlineExceeded,
    /// A call to Shopee failed.
    Shopee(ShopeeFault),
}

/// What went wrong with a Shopee call, without a word of what Shopee answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopeeFault {
    pub call: &'static str,
    pub kind: ShopeeFaultKind,
    pub retryable: bool,
    pub retry_after: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShopeeFaultKind {
    Refused,
    NoPermission,
    Throttled,
    SignedOut,
    RiskControl,
    Unreachable,
    Garbled,
}

impl ClientError {
    /// The stable code of `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated | Self::InvalidToken => "UNAUTHENTICATED",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::InvalidInput { .. } => "BAD_USER_INPUT",
            Self::InvalidCursor { .. } => "INVALID_CURSOR",
            Self::TooManyAttempts { .. } => "TOO_MANY_ATTEMPTS",
            Self::Overloaded { .. } => "OVERLOADED",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::Shopee(fault) => fault.kind.code(),
        }
    }
}

impl ShopeeFaultKind {
    /// Whether it tells nothing of what was asked for, so that an older answer is better than none. Whoever is signed out or refused has
    /// to be told.
    pub fn leaves_the_last_answer_good(self) -> bool {
        matches!(self, Self::Unreachable | Self::Throttled | Self::Garbled)
    }

    fn code(self) -> &'static str {
        match self {
            Self::Refused => "SHOPEE_REFUSED",
            Self::NoPermission => "SHOPEE_NO_PERMISSION",
            Self::Throttled => "SHOPEE_THROTTLED",
            Self::SignedOut => "SHOPEE_SIGNED_OUT",
            Self::RiskControl => "SHOPEE_RISK_CONTROL",
            Self::Unreachable => "SHOPEE_UNREACHABLE",
            Self::Garbled => "SHOPEE_GARBLED",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Refused => "Shopee refused this call.",
            Self::NoPermission => "Shopee does not allow this account to do this.",
            Self::Throttled => "Shopee asks us to slow down; try again later.",
            Self::SignedOut => "The account's Shopee sign-in is no longer valid; connect the account again.",
            Self::RiskControl => {
                "Shopee's risk control stopped this call; open the account in a browser and confirm it."
            }
            Self::Unreachable => "Shopee did not answer in time.",
            Self::Garbled => "Shopee's answer could not be understood.",
        }
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthenticated => f.write_str(
                "Sign in first: send a bearer token in the Authorization header, or in the payload of connection_init.",
            ),
            Self::InvalidToken => f.write_str(INVALID_TOKEN_SENTENCE),
            Self::Forbidden { needs } => write!(f, "Your role in this studio does not allow this; it takes {needs}."),
            Self::NotFound { what } => write!(f, "There is no such {what}, or it is not yours."),
            Self::InvalidInput { argument, reason } => write!(f, "Argument `{argument}` {reason}."),
            Self::InvalidCursor { argument } => {
                write!(f, "Argument `{argument}` is not a cursor of this list in this order; start again without it.")
            }
            Self::TooManyAttempts { .. } => f.write_str("Too many failed attempts to sign in; try again later."),
            Self::Overloaded { .. } => f.write_str("There is too much to do just now; try again shortly."),
            Self::DeadlineExceeded => f.write_str("Shopee did not answer before the operation's time was over."),
            Self::Shopee(fault) => f.write_str(fault.kind.sentence()),
        }
    }
}

impl Error {
    /// Shorthand for an argument that cannot be used.
    pub fn invalid_input(argument: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self::Client(ClientError::InvalidInput { argument: argument.into(), reason: reason.into() })
    }

    pub fn not_found(what: &'static str) -> Self {
        Self::Client(ClientError::NotFound { what })
    }

    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(Arc::from(cause.into()))
    }
}

impl Error {
    /// The stable code of `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Client(error) => error.code(),
            Self::Internal(_) => "INTERNAL",
            Self::Unavailable(_) => "DATABASE_UNAVAILABLE",
        }
    }

    /// For the log: the text of a client's fault, or our own with all its causes, on one line.
    pub fn for_log(&self) -> String {
        match self {
            Self::Client(error) => error.to_string(),
            Self::Internal(cause) | Self::Unavailable(cause) => chain(cause.as_ref()),
        }
    }
}

/// An error with its causes on one line. Many libraries repeat the cause in their own text; it is told once.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string) {
        if !words.contains(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match outage::passes(&error) {
            true => Self::Unavailable(Arc::new(error)),
            false => Self::internal(error),
        }
    }
}

impl From<&shopee::Error> for ShopeeFaultKind {
    fn from(error: &shopee::Error) -> Self {
        match error {
            shopee::Error::Refused { .. } => Self::Refused,
            shopee::Error::NoPermission { .. } => Self::NoPermission,
            shopee::Error::Throttled { .. } => Self::Throttled,
            shopee::Error::SignedOut { .. } => Self::SignedOut,
            shopee::Error::RiskControl { .. } => Self::RiskControl,
            shopee::Error::Unreachable { .. } => Self::Unreachable,
            _ => Self::Garbled,
        }
    }
}

impl From<&shopee::Error> for Error {
    fn from(error: &shopee::Error) -> Self {
        let kind = error.into();
        let (call, retryable, retry_after) = (error.call(), error.may_retry(), error.retry_after());
        ClientError::Shopee(ShopeeFault { call, kind, retryable, retry_after }).into()
    }
}
