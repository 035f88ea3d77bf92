//! Connecting a Shopee account by QR code: a studio starts a login, somebody scans its code with Shopee's app and says yes, and
//! the account is connected.
//!
//! A login lives in its row, so any instance may take its next step and none needs to live to its end. What must happen once,
//! turning the confirmed code into a credential, is claimed in the row first.

pub mod code;
pub mod drive;
pub mod start;
mod step;
pub mod store;

use entity::shopee_login::Status;

/// How a login ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The account is connected.
    Confirmed {
        account_id: i64,
    },
    Expired,
    Canceled,
    Failed(Failure),
}

impl End {
    fn status(self) -> Status {
        match self {
            Self::Confirmed { .. } => Status::Confirmed,
            Self::Expired => Status::Expired,
            Self::Canceled => Status::Canceled,
            Self::Failed(_) => Status::Failed,
        }
    }
}

/// Why no account came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "ShopeeLoginFailure")]
pub enum Failure {
    /// Shopee does not take the code: it was used before, or its confirmation came too late. Start again.
    CodeRefused,
    /// Shopee's risk control wants to see a person. Sign in to Shopee in a browser, confirm what it asks, and start again.
    RiskControl,
    /// Shopee signed the account in and then did not say whose it is: it may have no access to Shopee's creator centre. Open that
    /// in a browser, and start again.
    AccountRefused,
    /// The account cannot be connected here, since another studio has connected it. Have it disconnected there, or ask us.
    AccountOfAnotherStudio,
    /// Whoever started the login is no longer an owner of the studio. Have an owner start again.
    NoLongerAllowed,
}

impl Failure {
    const ALL: [Self; 5] = [
        Self::CodeRefused,
        Self::RiskControl,
        Self::AccountRefused,
        Self::AccountOfAnotherStudio,
        Self::NoLongerAllowed,
    ];

    /// As it stands in the row.
    fn name(self) -> &'static str {
        match self {
            Self::CodeRefused => "CODE_REFUSED",
            Self::RiskControl => "RISK_CONTROL",
            Self::AccountRefused => "ACCOUNT_REFUSED",
            Self::AccountOfAnotherStudio => "ACCOUNT_OF_ANOTHER_STUDIO",
            Self::NoLongerAllowed => "NO_LONGER_ALLOWED",
        }
    }

    /// The failure of a row; `None` for one that another version of the gateway wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.name() == name)
    }
}

/// Whether something may still come of a login.
pub fn is_open(status: Status) -> bool {
    matches!(status, Status::New | Status::Scanned)
}
