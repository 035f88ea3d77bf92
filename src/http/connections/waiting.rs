//! Connections that wait for a request to arrive whole. There are so many and no more: beyond that, of the address that has the most of
//! them, the one that has waited longest gives way. So whoever opens many and says nothing loses their own, and takes no descriptor and no
//! place from others.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, Incoming, SizeHint};
use ipnet::{IpNet, Ipv6Net};
use tokio_util::sync::CancellationToken;

pub(super) struct Waiting {
    most: usize,
    places: Mutex<Places>,
}

#[derive(Default)]
struct Places {
    next: u64,
    taken: usize,
    /// Of each network, in the order in which they were taken.
    of: HashMap<IpNet, BTreeMap<u64, CancellationToken>>,
}

impl Waiting {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, places: Mutex::default() })
    }

    /// A connection from this address, which waits from now on.
    pub(super) fn connection(self: &Arc<Self>, address: IpAddr) -> Connection {
        let (network, gives_way) = (network(address), CancellationToken::new());
        let seat = Seat { waiting: self.clone(), network, number: Mutex::default(), gives_way };
        seat.take();
        Connection(Arc::new(seat))
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one customer has of a kind of addresses.
fn network(address: IpAddr) -> IpNet {
    match address.to_canonical() {
        IpAddr::V4(address) => IpNet::from(IpAddr::V4(address)),
        IpAddr::V6(address) => Ipv6Net::new_assert(address, 64).trunc().into(),
    }
}

impl Places {
    fn take(&mut self, network: IpNet, gives_way: CancellationToken) -> u64 {
        let number = self.next;
        self.next += 1;
        self.taken += 1;
        self.of.entry(network).or_default().insert(number, gives_way);
        number
    }

    /// Whether it was still there.
    fn leave(&mut self, network: IpNet, number: u64) -> bool {
        let Some(places) = self.of.get_mut(&network) else { return false };
        let was_there = places.remove(&number).is_some();
        if places.is_empty() {
            self.of.remove(&network);
        }
        self.taken -= usize::from(was_there);
        was_there
    }

    fn make_room(&mut self, most: usize) {
        while self.taken > most {
            let oldest = self.of.iter().filter_map(|(network, places)| {
                let (number, gives_way) = places.first_key_value()?;
                Some((places.len(), Reverse(*number), *network, gives_way))
            });
            let Some((_, Reverse(number), network, gives_way)) = oldest.max_by_key(|(count, age, ..)| (*count, *age))
            else {
                return;
            };
            gives_way.cancel();
            self.leave(network, number);
        }
    }
}

/// The place of one connection, which it has while it waits.
struct Seat {
    waiting: Arc<Waiting>,
    network: IpNet,
    number: Mutex<Option<u64>>,
    gives_way: CancellationToken,
}

impl Seat {
    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.number.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) {
        let (mut number, mut places) = (self.number(), self.waiting.places());
        if number.is_none() {
            *number = Some(places.take(self.network, self.gives_way.clone()));
            places.make_room(self.waiting.most);
        }
    }

    /// Whether it is left by itself; otherwise it has had to give way.
    fn leave(&self) -> bool {
        self.number().take().is_none_or(|number| self.waiting.places().leave(self.network, number))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave();
    }
}

/// A connection that waits, but while it is at a request.
#[derive(Clone)]
pub(super) struct Connection(Arc<Seat>);

impl Connection {
    /// Waits until it has to give way.
    pub(super) async fn gives_way(&self) {
        self.0.gives_way.cancelled().await;
    }

    /// Whether it has had to: then nothing may be begun any more, since nobody would hear of it.
    pub(super) fn gave_way(&self) -> bool {
        self.0.gives_way.is_cancelled()
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
