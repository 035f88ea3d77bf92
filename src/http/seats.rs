//! Seats of those who wait, or have shown nothing yet. When there are too many, of the network that has the most of them, whoever has had
//! one longest makes room. So whoever takes many loses their own, and takes none from others.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ipnet::{IpNet, Ipv6Net};
use tokio_util::sync::CancellationToken;

/// What a customer of IPv6 is given is a /48 or a part of one.
const IPV6_NETWORK_BITS: u8 = 48;

pub(super) struct Seats {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    next: u64,
    count: usize,
    /// Those who have given way and are not gone yet.
    leaving: usize,
    /// Of each network, in the order in which they were taken.
    of: HashMap<IpNet, BTreeMap<u64, Sitting>>,
    /// Who gives way next is of the last network that has somebody who has sat long enough.
    ranks: BTreeSet<Rank>,
}

/// How many a network has, and which of them has been there longest.
type Rank = (usize, Reverse<u64>, IpNet);

struct Sitting {
    /// `None` while there is no place for it, so that it has none to give.
    since: Option<Instant>,
    gives_way: CancellationToken,
}

impl Sitting {
    fn has_sat_for(&self, time: Duration) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= time)
    }
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
        let seat = self.standing(address);
        seat.take();
        seat
    }

    /// The same for somebody who takes one later.
    pub(super) fn standing(self: &Arc<Self>, address: IpAddr) -> Seat {
        let gives_way = CancellationToken::new();
        Seat { seats: self.clone(), network: network(address), number: Mutex::default(), gives_way }
    }

    /// One for somebody who counts among those of their network and does not sit yet.
    pub(super) fn newcomer(self: &Arc<Self>, address: IpAddr) -> Seat {
        let seat = self.standing(address);
        let sitting = Sitting { since: None, gives_way: seat.gives_way.clone() };
        *seat.number() = Some(self.taken().take(seat.network, sitting));
        seat
    }

    /// Whether so many are about to leave, or are once somebody has given way who has sat for that time. For a newcomer nobody does whose
    /// network has fewer than the newcomer's had.
    pub(super) fn make_room_for(&self, newcomer: Option<&Seat>, newcomers: usize, undisturbed: Duration) -> bool {
        let mut taken = self.taken();
        let own = newcomer.and_then(|seat| taken.of.get(&seat.network)).map_or(0, BTreeMap::len);
        taken.leaving >= newcomers || taken.make_room(undisturbed, own.saturating_sub(1))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one customer has of a kind of addresses.
fn network(address: IpAddr) -> IpNet {
    match address.to_canonical() {
        IpAddr::V4(address) => IpNet::from(IpAddr::V4(address)),
        IpAddr::V6(address) => Ipv6Net::new_assert(address, IPV6_NETWORK_BITS).trunc().into(),
    }
}

impl Taken {
    fn take(&mut self, network: IpNet, sitting: Sitting) -> u64 {
        let number = self.next;
        self.next += 1;
        self.count += 1;
        self.change(network, |seats| seats.insert(number, sitting));
        number
    }

    /// Who was still there.
    fn leave(&mut self, network: IpNet, number: u64) -> Option<Sitting> {
        let left = self.change(network, |seats| seats.remove(&number))?;
        self.count -= 1;
        Some(left)
    }

    /// Changes who is there of a network, and with that its rank.
    fn change<T>(&mut self, network: IpNet, change: impl FnOnce(&mut BTreeMap<u64, Sitting>) -> T) -> T {
        let seats = self.of.entry(network).or_default();
        if let Some(rank) = rank(network, seats) {
            self.ranks.remove(&rank);
        }
        let result = change(seats);
        match rank(network, seats) {
            Some(rank) => drop(self.ranks.insert(rank)),
            None => drop(self.of.remove(&network)),
        }
        result
    }

    /// Whether there was somebody who had sat for so long, in a network that has so many.
    fn make_room(&mut self, undisturbed: Duration, at_least: usize) -> bool {
        let mut many = self.ranks.iter().rev().take_while(|(count, ..)| *count >= at_least);
        let chosen = many.find_map(|(.., network)| {
            let (number, first) = self.of[network].iter().find(|(_, sitting)| sitting.since.is_some())?;
            first.has_sat_for(undisturbed).then_some((*network, *number))
        });
        chosen.is_some_and(|(network, number)| self.give_way(network, number))
    }

    /// Whether it was still there.
    fn give_way(&mut self, network: IpNet, number: u64) -> bool {
        let Some(sitting) = self.leave(network, number) else { return false };
        sitting.gives_way.cancel();
        self.leaving += 1;
        true
    }
}

/// `None` for a network that has none.
fn rank(network: IpNet, seats: &BTreeMap<u64, Sitting>) -> Option<Rank> {
    let (first, _) = seats.first_key_value()?;
    Some((seats.len(), Reverse(*first), network))
}

/// One's seat, left when it is dropped.
pub(super) struct Seat {
    seats: Arc<Seats>,
    network: IpNet,
    number: Mutex<Option<u64>>,
    gives_way: CancellationToken,
}

impl Seat {
    /// Takes one anew, unless it has one or has had to give way.
    pub(super) fn take(&self) {
        let (mut number, mut taken) = (self.number(), self.seats.taken());
        if number.is_none() && !self.gave_way() {
            let sitting = Sitting { since: Some(Instant::now()), gives_way: self.gives_way.clone() };
            *number = Some(taken.take(self.network, sitting));
            while taken.count > self.seats.most && taken.make_room(Duration::ZERO, 0) {}
        }
    }

    /// A newcomer sits down.
    pub(super) fn sit(&self) {
        let (number, mut taken) = (self.number(), self.seats.taken());
        let seats = taken.of.get_mut(&self.network);
        if let Some(sitting) = seats.zip(*number).and_then(|(seats, number)| seats.get_mut(&number)) {
            sitting.since = Some(Instant::now());
        }
    }

    /// Whether it is left by oneself; otherwise it has had to give way.
    pub(super) fn leave(&self) -> bool {
        self.number().take().is_none_or(|number| self.seats.taken().leave(self.network, number).is_some())
    }

    /// Gives way before it has to: its owner leaves anyway, and nobody else has to for whoever comes next.
    pub(super) fn give_way(&self) {
        if let Some(number) = *self.number() {
            self.seats.taken().give_way(self.network, number);
        }
    }

    /// Waits until it has given way.
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
        if self.gave_way() {
            self.seats.taken().leaving -= 1;
        }
    }
}
