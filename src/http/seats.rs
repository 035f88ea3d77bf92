//! Seats of those who have shown nothing yet. When there are too many, of the network that has the most of them, whoever has had one longest
//! makes room. So whoever takes many loses their own, and takes none from others.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ipnet::{IpNet, Ipv6Net};
use tokio_util::sync::CancellationToken;

pub(super) struct Seats {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    count: usize,
    /// Of each network, in the order in which they were taken.
    of: HashMap<IpNet, BTreeMap<u64, CancellationToken>>,
}

impl Seats {
    /// So many and no more.
    pub(super) fn bounded(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// As many as are asked for, of which somebody else knows when there are too many.
    pub(super) fn unbounded() -> Arc<Self> {
        Self::bounded(usize::MAX)
    }

    /// A seat for somebody at this address, taken from now on.
    pub(super) fn seat(self: &Arc<Self>, address: IpAddr) -> Seat {
        let (network, gives_way) = (network(address), CancellationToken::new());
        let seat = Seat { seats: self.clone(), network, number: Mutex::default(), gives_way };
        seat.take();
        seat
    }

    /// Lets one of them give way, if there is any.
    pub(super) fn make_room(&self) -> bool {
        self.taken().make_room()
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one customer has of a kind of addresses.
fn network(address: IpAddr) -> IpNet {
    match address.to_canonical() {
        IpAddr::V4(address) => IpNet::from(IpAddr::V4(address)),
        IpAddr::V6(address) => Ipv6Net::new_assert(address, 64).trunc().into(),
    }
}

impl Taken {
    fn take(&mut self, network: IpNet, gives_way: CancellationToken) -> u64 {
        let number = self.next;
        self.next += 1;
        self.count += 1;
        self.of.entry(network).or_default().insert(number, gives_way);
        number
    }

    /// Whether it was still there.
    fn leave(&mut self, network: IpNet, number: u64) -> bool {
        let Some(seats) = self.of.get_mut(&network) else { return false };
        let was_there = seats.remove(&number).is_some();
        if seats.is_empty() {
            self.of.remove(&network);
        }
        self.count -= usize::from(was_there);
        was_there
    }

    /// Whether there was anybody.
    fn make_room(&mut self) -> bool {
        let oldest = self.of.iter().filter_map(|(network, seats)| {
            let (number, gives_way) = seats.first_key_value()?;
            Some((seats.len(), Reverse(*number), *network, gives_way))
        });
        let Some((_, Reverse(number), network, gives_way)) = oldest.max_by_key(|(count, age, ..)| (*count, *age))
        else {
            return false;
        };
        gives_way.cancel();
        self.leave(network, number)
    }
}

/// One's seat, left when it is dropped.
pub(super) struct Seat {
    seats: Arc<Seats>,
    network: IpNet,
    number: Mutex<Option<u64>>,
    gives_way: CancellationToken,
}

impl Seat {
    /// Takes one anew, unless it has one.
    pub(super) fn take(&self) {
        let (mut number, mut taken) = (self.number(), self.seats.taken());
        if number.is_none() {
            *number = Some(taken.take(self.network, self.gives_way.clone()));
            while taken.count > self.seats.most && taken.make_room() {}
        }
    }

    /// Whether it is left by oneself; otherwise it has had to give way.
    pub(super) fn leave(&self) -> bool {
        self.number().take().is_none_or(|number| self.seats.taken().leave(self.network, number))
    }

    /// Waits until it has to give way.
    pub(super) async fn gives_way(&self) {
        self.gives_way.cancelled().await;
    }

    pub(super) fn gave_way(&self) -> bool {
        self.gives_way.is_cancelled()
    }

    fn number(&self) -> MutexGuard<'_, Option<u64>> {
        self.number.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave();
    }
}
