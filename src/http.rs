//! GraphQL over HTTP and over websockets, both at `/graphql`, and routes onto stored operations: what a client may send, and what it gets
//! for it.
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
use axum::{Router, middleware, routing};
use ipnet::IpNet;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};
use tower_http::compression::{
    CompressionLayer, Predicate as _,
    predicate::{NotForContentType, SizeAbove},
};

use self::{places::Places, refusal::Refusal, sharing::Shares};
use crate::metrics::Metrics;

mod answer;
mod answers;
mod bearer;
mod body;
mod client_address;
mod connections;
pub mod documents;
pub mod doors;
mod event_stream;
mod graphql;
mod guard;
mod limits;
mod media;
mod operation;
mod origins;
pub mod pages;
mod parameters;
mod patient;
mod places;
pub mod probes;
mod refusal;
mod request_id;
mod seats;
mod security;
mod sharing;
mod sign_in;
mod stay;
mod values;
mod ws;

pub use connections::serve;
pub use documents::{Documents, Trusted};
pub use doors::Doors;
pub use limits::{DocumentLimits, HeadLimits, Limits, SocketLimits};
pub use origins::Origins;
pub use patient::{PatientListener, Peer};
pub use request_id::RequestId;
pub use security::secured;
pub use sign_in::{Attach, Caller, Charge, Ended, Events, Share, Sharing, SignIn, SignInError, SignedIn, Wanted};

/// Answers shorter than this are not worth compressing.
const COMPRESS_ABOVE_BYTES: u64 = 1024;

/// What the HTTP layer is built from.
pub struct Front<E> {
    /// The schema, or anything else that executes operations.
    pub schema: E,
    /// Who a bearer token belongs to.
    pub sign_in: SignIn,
    /// Documents that a request only names.
    pub documents: Documents,
    /// Routes onto stored operations, for those who speak no GraphQL; `None` if there are none.
    pub doors: Option<Doors>,
    /// How much a client may ask for.
    pub limits: Limits,
    /// Which pages may use the gateway from a browser: open a websocket, and read answers across origins.
    pub allowed_origins: Origins,
    /// Networks of the proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Once cancelled, no socket and no stream of events is opened any more, and the open ones end, the sockets with 1012.
    pub shutdown: CancellationToken,
    /// Counts the open sockets and streams of events. A server's graceful stop does not wait for upgraded connections: after cancelling
    /// `shutdown`, call `close()` on this and await `wait()`.
    pub sockets: TaskTracker,
    /// What is counted.
    pub metrics: Metrics,
}

/// A [`Front`] at work, with the places that requests and sockets occupy.
struct Gate<E> {
    front: Front<E>,
    request_places: Arc<Semaphore>,
    places: Places,
    /// For the bytes of bodies that arrive.
    body_room: Semaphore,
    shares: Shares,
}

impl<E> Gate<E> {
    /// Waits until a stop ends a socket or a stream of events.
    fn drained(&self) -> impl Future<Output = ()> + Send + use<E> {
        let Front { shutdown, sockets, limits, .. } = &self.front;
        stay::drained(shutdown.clone(), sockets.clone(), limits.socket.drain)
    }

    /// Whether sockets and streams of events are still opened.
    fn open(&self) -> Result<(), Refusal> {
        if self.front.shutdown.is_cancelled() { Err(Refusal::shutting_down()) } else { Ok(()) }
    }

    /// Counts one of them from now on.
    fn counted(&self) -> Result<TaskTrackerToken, Refusal> {
        // Before the look, so that a stop that has not begun by then waits for it.
        let counted = self.front.sockets.token();
        self.open()?;
        Ok(counted)
    }
}

/// The listener to serve the routes on: it sends what is written at once, and drops clients that do not read.
pub fn listener(listener: TcpListener) -> PatientListener {
    PatientListener(listener)
}

/// The routes of the API: `/graphql`, over HTTP and over websockets, and the doors.
pub fn router<E: Executor>(front: Front<E>) -> Router {
    let gate = Gate {
        request_places: Arc::new(Semaphore::new(front.limits.concurrent_requests)),
        places: Places::new(&front.limits.socket),
        body_room: Semaphore::new(front.limits.arriving_bytes),
        shares: Shares::new(front.metrics.clone()),
        front,
    };
    gate.front.metrics.operations.limited_to(gate.front.limits.concurrent_requests);
    gate.front.metrics.connections.limited_to(gate.front.limits.socket.sockets);
    let (proxies, metrics) = (gate.front.trusted_proxies.clone(), gate.front.metrics.clone());
    let cross_origin = gate.front.allowed_origins.cors();
    // What is compressed waits until there is enough of it.
    let compressed = SizeAbove::new(COMPRESS_ABOVE_BYTES).and(NotForContentType::SSE);
    let endpoint = routing::get(graphql::get::<E>).post(graphql::post::<E>).fallback(graphql::method_not_allowed);
    let doors = gate.front.doors.as_ref().map(doors::router).unwrap_or_default();
    let doors = doors.layer(gate.front.allowed_origins.cors_of_doors());
    Router::new()
        .route("/graphql", endpoint)
        .layer(cross_origin)
        .merge(doors)
        .layer(CompressionLayer::new().gzip(true).compress_when(compressed))
        .layer(middleware::from_fn_with_state(metrics, answer::count_refusals))
        .layer(middleware::from_fn(request_id::label))
        .layer(middleware::from_fn_with_state(proxies, client_address::note))
        .with_state(Arc::new(gate))
}
