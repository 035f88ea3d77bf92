//! Places of websockets and streams of events. When all are taken, sockets that have not signed in make room for newcomers; while they do,
//! those wait.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    client_address::ClientAddress,
    limits::SocketLimits,
    refusal::Refusal,
    seats::{Seat, Seats},
};

/// Newcomers that may wait: each has an open connection and no place.
const WAITING: usize = 256;
/// A socket that leaves has a second at most for its farewell.
const WAITS_AT_MOST: Duration = Duration::from_secs(2);

pub(super) struct Places {
    free: Arc<Semaphore>,
    /// Sockets whose clients have not signed in, until they are gone.
    strangers: Arc<Seats>,
    undisturbed: Duration,
    waiting: Semaphore,
}

impl Places {
    pub(super) fn new(limits: &SocketLimits) -> Self {
        Self {
            free: Arc::new(Semaphore::new(limits.sockets)),
            strangers: Seats::unbounded(),
            undisturbed: limits.undisturbed,
            waiting: Semaphore::new(WAITING),
        }
    }

    /// A place for a socket, and a seat among those who have not signed in. When all places are taken, another one makes room.
    pub(super) async fn for_stranger(&self, from: ClientAddress) -> Result<(OwnedSemaphorePermit, Seat), Refusal> {
        let seat = self.strangers.newcomer(from.0.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        let place = self.take(Some(&seat)).await?;
        seat.sit();
        Ok((place, seat))
    }

    /// A place, when all are taken that of somebody who makes room.
    pub(super) async fn take(&self, newcomer: Option<&Seat>) -> Result<OwnedSemaphorePermit, Refusal> {
        if let Ok(place) = self.free.clone().try_acquire_owned() {
            return Ok(place);
        }
        let _waits = self.waiting.try_acquire().map_err(|_| full())?;
        let newcomers = WAITING - self.waiting.available_permits();
        if !self.strangers.make_room_for(newcomer, newcomers, self.undisturbed) {
            return Err(full());
        }
        let place = timeout(WAITS_AT_MOST, self.free.clone().acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or_else(full)
    }
}

fn full() -> Refusal {
    Refusal::overloaded("sockets")
}
