//! Places of websockets and streams of events. When all are taken, sockets that have not signed in make room for newcomers; while they do,
//! those wait.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    select,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
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

    /// A seat among those who have not signed in.
    pub(super) fn stranger(&self, from: ClientAddress) -> Seat {
        self.strangers.seat(from.0.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }

    /// A place, unless all are taken.
    pub(super) fn free(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        self.free.clone().try_acquire_owned().map_err(|_| full())
    }

    /// A place, when all are taken that of somebody who makes room. A newcomer that has a seat may have to give way itself meanwhile.
    pub(super) async fn take(&self, newcomer: Option<&Seat>) -> Result<OwnedSemaphorePermit, Refusal> {
        if let Ok(place) = self.free() {
            return Ok(place);
        }
        let _waits = self.waiting.try_acquire().map_err(|_| full())?;
        if !self.strangers.make_room_for(WAITING - self.waiting.available_permits(), self.undisturbed) {
            return Err(full());
        }
        select! {
            place = self.free.clone().acquire_owned() => place.map_err(|_| full()),
            () = gives_way(newcomer) => Err(full()),
            () = sleep(WAITS_AT_MOST) => Err(full()),
        }
    }
}

/// Waits until whoever has this seat has to make room; for ever, for whoever has none.
pub(super) async fn gives_way(stranger: Option<&Seat>) {
    match stranger {
        Some(seat) => seat.gives_way().await,
        None => std::future::pending().await,
    }
}

fn full() -> Refusal {
    Refusal::overloaded("sockets")
}
