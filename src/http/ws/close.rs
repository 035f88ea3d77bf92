//! Why a socket is closed: the codes of graphql-transport-ws, and those of websockets where it has none.

use std::{borrow::Cow, time::Duration};

use axum::extract::ws::CloseFrame;

/// A close frame carries 125 bytes, of which the code takes two.
const LONGEST_REASON: usize = 123;
/// Time for a client to answer our close frame with its own.
pub(super) const FAREWELL: Duration = Duration::from_secs(1);
/// The same while somebody waits for the place.
const SHORT_FAREWELL: Duration = Duration::from_millis(100);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    reason: Cow<'static, str>,
}

impl Close {
    pub(super) const TERMINATED: Self = Self::because(1000, "Terminated");
    pub(super) const SILENT: Self = Self::because(1001, "No sign of life");
    pub(super) const BROKEN_FRAME: Self = Self::because(1002, "Protocol error");
    pub(super) const NOT_TEXT: Self = Self::because(1007, "Invalid UTF-8");
    pub(super) const TOO_OFTEN: Self = Self::because(1008, "Too many messages");
    pub(super) const TOO_LARGE: Self = Self::because(1009, "Message too large");
    pub(super) const RESTART: Self = Self::because(1012, "Service restart");
    pub(super) const SIGN_IN_UNAVAILABLE: Self = Self::because(1013, "Tokens cannot be checked now; try again");
    pub(super) const MADE_ROOM: Self = Self::because(1013, "Too many who have not signed in; sign in or try again");
    pub(super) const UNAUTHORIZED: Self = Self::because(4401, "Unauthorized");
    pub(super) const FORBIDDEN: Self = Self::because(4403, "Forbidden");
    pub(super) const EXPIRED: Self = Self::because(4403, "Forbidden: the token expired");
    pub(super) const WITHDRAWN: Self = Self::because(4403, "Forbidden: access was withdrawn");
    pub(super) const SUBPROTOCOL: Self = Self::because(4406, "Subprotocol not acceptable");
    pub(super) const INIT_TIMEOUT: Self = Self::because(4408, "Connection initialisation timeout");
    pub(super) const TOO_MANY_INITS: Self = Self::because(4429, "Too many initialisation requests");

    const fn because(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }

    /// A message that the protocol does not know.
    pub(super) fn invalid(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code: 4400, reason: reason.into() }
    }

    /// A second operation under the id of one that still runs.
    pub(super) fn duplicate(id: &str) -> Self {
        Self { code: 4409, reason: format!("Subscriber for {id} already exists").into() }
    }

    /// Whether nothing can be read any more: frames of it that are still to come have lost their meaning.
    pub(super) fn ends_reading(&self) -> bool {
        [Self::TOO_LARGE, Self::NOT_TEXT, Self::BROKEN_FRAME].contains(self)
    }

    /// How long a client has at most to read it and to close its end.
    pub(super) fn farewell(&self) -> Duration {
        if *self == Self::MADE_ROOM { SHORT_FAREWELL } else { FAREWELL }
    }

    pub(super) fn reason(&self) -> &str {
        &self.reason
    }

    pub(super) fn frame(&self) -> CloseFrame {
        let end = self.reason.floor_char_boundary(LONGEST_REASON);
        CloseFrame { code: self.code, reason: self.reason[..end].into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_its_frame_whatever_the_client_sent() {
        let frame = Close::duplicate(&format!("1{}", "é".repeat(1000))).frame();
        assert_eq!((frame.code, frame.reason.len()), (4409, 122));
    }
}
