//! How many calls may be under way at once: so many of an account, so many to a host. Whoever asks for a shop that does not answer
//! waits for a place among those who ask for the same shop, and takes none from the others.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::circuit::Line;
use crate::hosts::HostRole;
use crate::pace::Key;
use crate::region::Region;

/// Beyond this many, places that nobody is in are forgotten.
const KEPT: usize = 1024;

/// Who waits apart from whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// Writes, and reads for the sake of one: they never stand behind a crowd of reads.
    Urgent,
    Usual,
}

/// How many may be under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Widths {
    pub(crate) usual: usize,
    pub(crate) urgent: usize,
    pub(crate) host: usize,
}

pub(crate) struct Bulkheads {
    widths: Widths,
    accounts: Mutex<HashMap<(Region, Key, Lane), Arc<Semaphore>>>,
    hosts: Mutex<HashMap<(Region, HostRole), Arc<Semaphore>>>,
}

/// A place among the calls under way, until it is dropped.
pub(crate) struct Place {
    _of_account: Option<OwnedSemaphorePermit>,
    _at_host: Option<OwnedSemaphorePermit>,
}

impl Bulkheads {
    pub(crate) fn new(widths: Widths) -> Bulkheads {
        Bulkheads { widths, accounts: Mutex::default(), hosts: Mutex::default() }
    }

    /// Waits for a place, in the order of asking.
    pub(crate) async fn place(&self, line: Line, lane: Lane) -> Place {
        let width = match lane {
            Lane::Urgent => self.widths.urgent,
            Lane::Usual => self.widths.usual,
        };
        let of_account = semaphore(&self.accounts, (line.region, line.key, lane), width);
        let at_host = semaphore(&self.hosts, (line.region, line.host), self.widths.host);
        // In this order nobody holds a place at the host while waiting for one of the account. No semaphore is ever closed.
        let of_account = of_account.acquire_owned().await.ok();
        Place { _of_account: of_account, _at_host: at_host.acquire_owned().await.ok() }
    }
}

fn semaphore<K: Eq + Hash>(semaphores: &Mutex<HashMap<K, Arc<Semaphore>>>, key: K, width: usize) -> Arc<Semaphore> {
    let mut semaphores = semaphores.lock().unwrap_or_else(PoisonError::into_inner);
    if semaphores.len() >= KEPT {
        semaphores.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
    }
    semaphores.entry(key).or_insert_with(|| Arc::new(Semaphore::new(width))).clone()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn line(account: i64) -> Line {
        Line { region: Region::Id, host: HostRole::Creator, key: Key::Account(account) }
    }

    fn taken(bulkheads: &Bulkheads, account: i64, lane: Lane) -> Vec<Place> {
        std::iter::from_fn(|| bulkheads.place(line(account), lane).now_or_never()).collect()
    }

    #[test]
    fn an_account_takes_so_many_places_and_leaves_the_urgent_ones() {
        let bulkheads = Bulkheads::new(Widths { usual: 3, urgent: 2, host: 10 });
        let usual = taken(&bulkheads, 1, Lane::Usual);
        let urgent = taken(&bulkheads, 1, Lane::Urgent);
        let other = taken(&bulkheads, 2, Lane::Usual);
        assert_eq!((usual.len(), urgent.len(), other.len()), (3, 2, 3));
        drop(usual);
        assert_eq!(taken(&bulkheads, 1, Lane::Usual).len(), 3);
    }

    #[test]
    fn a_host_has_so_many_for_all_accounts() {
        let bulkheads = Bulkheads::new(Widths { usual: 3, urgent: 2, host: 5 });
        let first = taken(&bulkheads, 1, Lane::Usual);
        let second = taken(&bulkheads, 2, Lane::Usual);
        assert_eq!((first.len(), second.len()), (3, 2));
        let elsewhere = Line { host: HostRole::Live, ..line(3) };
        assert!(bulkheads.place(elsewhere, Lane::Usual).now_or_never().is_some());
    }

    #[test]
    fn places_nobody_is_in_are_forgotten() {
        let bulkheads = Bulkheads::new(Widths { usual: 1, urgent: 1, host: KEPT });
        let held = bulkheads.place(line(0), Lane::Usual).now_or_never();
        for account in 1..=KEPT as i64 {
            drop(bulkheads.place(line(account), Lane::Usual).now_or_never());
        }
        assert_eq!(bulkheads.accounts.lock().unwrap().len(), 2);
        drop(held);
    }
}
