//! Who asks: the seam between this layer, which finds the token, and the room that knows what it is worth.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Request, Variables, parser::types::ExecutableDocument};
use futures_util::future::BoxFuture;

use super::RequestId;
use crate::cost::bill::{Bill, Unaffordable};

/// What a client says of itself, and what its connection tells.
#[derive(Clone)]
pub struct Caller {
    /// The bearer token; `None` if none was sent.
    pub bearer: Option<String>,
    /// Where it comes from; `None` where the connection does not tell.
    pub address: Option<IpAddr>,
}

/// Decides who a caller is. Called once for an HTTP request, once for a socket and once for each operation of one, so that each
/// begins with what its sender may do then. Those who send no token are anonymous, and the schema's guards decide what they may
/// see.
pub type SignIn = Arc<dyn Fn(Caller) -> BoxFuture<'static, Result<SignedIn, SignInError>> + Send + Sync>;

/// Puts into a request what its resolvers need to know. Called once for each operation, over HTTP and websockets alike.
pub type Attach = Arc<dyn Fn(Request, &RequestId) -> Request + Send + Sync>;

/// Waits until a client may no longer go on, and says why. Called once for a socket; never resolves for those who have nothing to
/// lose.
pub type Ended = Arc<dyn Fn() -> BoxFuture<'static, SignInError> + Send + Sync>;

/// An operation that a client asks for.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub document: &'a ExecutableDocument,
    /// Which of the document's operations; `None` where it has one.
    pub operation_name: Option<&'a str>,
    pub variables: &'a Variables,
}

/// How a subscription is executed for many at once.
pub struct Sharing {
    /// Whom it answers alike: it is shared among those who ask for the same within the same visibility, and never beyond it.
    pub visibility: String,
    /// What the one execution carries. It is nobody's of those who share it, so that it outlives each of them and shows none what
    /// only another may see.
    pub attach: Attach,
    pub events: Events,
    /// For how long after the execution began others may join it; `None`: as long as it goes on.
    pub joinable: Option<Duration>,
}

/// What becomes of events that a subscriber was too slow for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Events {
    /// The newest one is all that counts: the others are left out.
    Level,
    /// Each counts: it is said how many were left out.
    Happenings,
}

/// Says how a subscription that this client asks for may be shared; `None` if it may not, or not by this client. Called once for each
/// subscription: whoever gets an answer may see what the shared execution tells.
pub type Share = Arc<dyn Fn(Wanted<'_>) -> BoxFuture<'static, Option<Sharing>> + Send + Sync>;

/// Takes what an operation may cost from whom this client is, before anything is done for it. Called once for each operation.
pub type Charge = Arc<dyn Fn(Wanted<'_>) -> BoxFuture<'static, Result<Bill, Unaffordable>> + Send + Sync>;

/// A client that may go on.
#[derive(Clone)]
pub struct SignedIn {
    /// What its operations carry.
    pub attach: Attach,
    /// What takes the price of its operations; `None`: nothing does.
    pub charge: Option<Charge>,
    /// Which of its subscriptions it may share with others; `None`: none of them.
    pub share: Option<Share>,
    /// How long the token is still good for; `None` if it does not expire. A socket is closed with 4403 when it ends.
    pub expires_in: Option<Duration>,
    /// What else ends a socket.
    pub ended: Ended,
}

/// Why a client may not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInError {
    /// The token is malformed, forged, revoked or expired, or what it stood for was withdrawn: 401, or a socket closed with 4403.
    Invalid,
    /// Whether it is good cannot be told now: 503, or a socket closed with 1013.
    Unavailable,
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}
