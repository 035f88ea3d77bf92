//! GraphQL over HTTP and over websockets, both at `/graphql`: what a client may send, and what it gets for it.
//!
//! It is generic over the [`Executor`] and knows no room: who asks is decided by [`SignIn`], what an operation may do by the
//! schema. What always holds:
//!
//! - Nothing is parsed before its size is known, and nothing is executed before its weight is known (`guard.rs`).
//! - Every error answer carries a stable `extensions.code` and the `extensions.requestId` that the log has too.
//! - Every wait has an end: reading a body, executing, writing to a socket, hearing from one.
//! - Nothing is unbounded: requests, sockets, operations of a socket, bytes queued for it; what is refused says so.
//!
//! The choices between the protocols' readings stand in `docs/protocol.md`.

use std::sync::Arc;

use async_graphql::Executor;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware, routing,
    serve::{ListenerExt as _, TapIo},
};
use ipnet::IpNet;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::compression::{CompressionLayer, predicate::SizeAbove};

use self::sharing::Shares;

mod answer;
mod answers;
mod bearer;
mod client_address;
mod graphql;
mod guard;
mod limits;
mod media;
mod operation;
mod origins;
pub mod pages;
mod parameters;
pub mod probes;
mod refusal;
mod request_id;
mod sharing;
mod sign_in;
mod ws;

pub use limits::{DocumentLimits, Limits, SocketLimits};
pub use origins::Origins;
pub use request_id::RequestId;
pub use sign_in::{Attach, Caller, Ended, Events, Share, Sharing, SignIn, SignInError, SignedIn, Wanted};

/// Answers shorter than this are not worth compressing.
const COMPRESS_ABOVE_BYTES: u64 = 1024;

/// What the HTTP layer is built from.
pub struct Front<E> {
    /// The schema, or anything else that executes operations.
    pub schema: E,
    /// Who a bearer token belongs to.
    pub sign_in: SignIn,
    /// How much a client may ask for.
    pub limits: Limits,
    /// Which pages may use the gateway from a browser: open a websocket, and read answers across origins.
    pub allowed_origins: Origins,
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Once cancelled, no socket is opened any more and the open ones are closed with 1012.
    pub shutdown: CancellationToken,
    /// Counts the open sockets. A server's graceful stop does not wait for upgraded connections: after cancelling
    /// `shutdown`, call `close()` on this and await `wait()`.
    pub sockets: TaskTracker,
}

/// A [`Front`] at work, with the places that requests and sockets occupy.
struct Gate<E> {
    front: Front<E>,
    request_places: Arc<Semaphore>,
    socket_places: Arc<Semaphore>,
    shares: Shares,
}

/// The listener to serve the routes on: it sends what is written at once. Otherwise the kernel holds a small frame back until
/// the client has acknowledged the one before, and two events in a row arrive 40 ms apart.
pub fn listener(listener: TcpListener) -> TapIo<TcpListener, fn(&mut TcpStream)> {
    listener.tap_io(send_at_once)
}

fn send_at_once(stream: &mut TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection stays slow");
    }
}

/// The routes of the API: `/graphql`, over HTTP and over websockets.
pub fn router<E: Executor>(front: Front<E>) -> Router {
    let gate = Gate {
        request_places: Arc::new(Semaphore::new(front.limits.concurrent_requests)),
        socket_places: Arc::new(Semaphore::new(front.limits.socket.sockets)),
        shares: Shares::default(),
        front,
    };
    let proxies = gate.front.trusted_proxies.clone();
    let cross_origin = gate.front.allowed_origins.cors();
    let body_limit = DefaultBodyLimit::max(gate.front.limits.body_bytes);
    let endpoint = routing::get(graphql::get::<E>).post(graphql::post::<E>).fallback(graphql::method_not_allowed);
    Router::new()
        .route("/graphql", endpoint)
        .layer(body_limit)
        .layer(CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(COMPRESS_ABOVE_BYTES)))
        .layer(cross_origin)
        .layer(middleware::from_fn(request_id::label))
        .layer(middleware::from_fn_with_state(proxies, client_address::note))
        .with_state(Arc::new(gate))
}
