//! Connections that wait for a request to arrive whole: each has a seat (`seats.rs`) meanwhile. So whoever opens many and says nothing
//! takes no descriptor and no place from others, and no connection from those who have been answered on theirs.

use std::{
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::select;

use crate::http::{
    HeadLimits,
    seats::{Seat, Seats},
};

/// Where connections wait.
pub(super) struct WaitingRooms {
    first: Arc<Seats>,
    next: Arc<Seats>,
}

impl WaitingRooms {
    pub(super) fn of(limits: HeadLimits) -> Self {
        Self { first: Seats::bounded(limits.waiting), next: Seats::bounded(limits.idle) }
    }

    /// A connection from this address, which waits from now on.
    pub(super) fn arrival(&self, address: IpAddr) -> Connection {
        let (first, next) = (self.first.seat(address), self.next.standing(address));
        Connection(Arc::new(Waits { first, next }))
    }
}

/// A connection that waits, but while it is at a request.
#[derive(Clone)]
pub(super) struct Connection(Arc<Waits>);

struct Waits {
    first: Seat,
    /// After an answer.
    next: Seat,
}

impl Connection {
    /// Waits until it has to give way.
    pub(super) async fn gives_way(&self) {
        select! {
            () = self.0.first.gives_way() => {}
            () = self.0.next.gives_way() => {}
        }
    }

    /// Whether it has had to: then nothing may be begun any more, since nobody would hear of it.
    pub(super) fn gave_way(&self) -> bool {
        self.0.first.gave_way() || self.0.next.gave_way()
    }

    /// Whether it has not had to give way before.
    fn leave(&self) -> bool {
        let (first, next) = (self.0.first.leave(), self.0.next.leave());
        first && next
    }

    /// A request's body, with whose end the waiting ends.
    pub(super) fn arriving(&self, body: Incoming) -> Body {
        if body.is_end_stream() {
            self.leave();
        }
        Body::new(Arriving { body, connection: self.clone() })
    }

    /// An answer's body, with whose end the waiting begins anew.
    pub(super) fn answering(self, body: Body) -> Body {
        Body::new(Answering { body, connection: self })
    }
}

struct Arriving {
    body: Incoming,
    connection: Connection,
}

impl Drop for Arriving {
    /// Nobody waits for the rest.
    fn drop(&mut self) {
        self.connection.leave();
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let whole = frame.is_none() || self.body.is_end_stream();
        Poll::Ready(match whole && !self.connection.leave() {
            true => Some(Err(axum::Error::new(GaveWay))),
            false => frame.map(|frame| frame.map_err(axum::Error::new)),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The connection has had to give way before its request was whole.
#[derive(Debug, thiserror::Error)]
#[error("the connection gave way")]
struct GaveWay;

struct Answering {
    body: Body,
    connection: Connection,
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.connection.0.next.take();
    }
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
