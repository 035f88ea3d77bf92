//! Connections that wait for a request to arrive whole: each has a seat (`seats.rs`) meanwhile. So whoever opens many and says nothing
//! takes no descriptor and no place from others.

use std::{
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, Incoming, SizeHint};

use crate::http::seats::{Seat, Seats};

/// A connection that waits, but while it is at a request.
#[derive(Clone)]
pub(super) struct Connection(Arc<Seat>);

impl Connection {
    /// One from this address, which waits from now on.
    pub(super) fn from(address: IpAddr, seats: &Arc<Seats>) -> Self {
        Self(Arc::new(seats.seat(address)))
    }

    /// Waits until it has to give way.
    pub(super) async fn gives_way(&self) {
        self.0.gives_way().await;
    }

    /// Whether it has had to: then nothing may be begun any more, since nobody would hear of it.
    pub(super) fn gave_way(&self) -> bool {
        self.0.gave_way()
    }

    /// A request's body, with whose end the waiting ends.
    pub(super) fn arriving(&self, body: Incoming) -> Body {
        if body.is_end_stream() {
            self.0.leave();
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
        self.connection.0.leave();
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
        Poll::Ready(match whole && !self.connection.0.leave() {
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
        self.connection.0.take();
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
