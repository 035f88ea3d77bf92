//! Who asks: the seam between this layer, which finds the token, and the room that knows what it is worth.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use async_graphql::Request;
use futures_util::future::BoxFuture;

use super::RequestId;

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

/// A client that may go on.
#[derive(Clone)]
pub struct SignedIn {
    /// What its operations carry.
    pub attach: Attach,
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
