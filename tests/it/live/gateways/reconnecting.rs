//! A client whose connection breaks at random moments, and that comes back to whichever gateway; now and then a gateway is stopped, too.
//! Compared with somebody who never left: no event comes twice, and none is missing that no gap tells of.
//!
//! `RECONNECTS` makes it more often, `RECONNECT_SEED` another run.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use live_gateway::serve::Gateway;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;
use testing::{Database, on_sqlite};
use tokio::time::timeout;

use super::{
    fleet::{Fleet, sequence},
    told,
};
use crate::support::{from_environment, stream::Stream, tell};

const RECONNECTS: u64 = 60;
/// After so many a gateway is replaced.
const RESTART_EVERY: u64 = 20;

#[tokio::test]
async fn a_client_comes_back_again_and_again() {
    on_sqlite(comes_back).await;
}

#[expect(clippy::print_stdout, reason = "a test that fails tells its seed")]
async fn comes_back(database: Database) {
    let Some(fleet) = Fleet::start(&database, 2_000).await else { return };
    let seed = from_environment("RECONNECT_SEED", 20_261_123);
    println!("RECONNECT_SEED={seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let stays = fleet.gateway().await;
    let all = Arc::new(Mutex::new(BTreeSet::new()));
    let observer = tokio::spawn(observe(fleet.watch(&stays, None).await, all.clone()));
    let mut gateways = vec![fleet.gateway().await, fleet.gateway().await];
    let (mut client, reconnects) = (Client::default(), from_environment("RECONNECTS", RECONNECTS));
    for round in 1..=reconnects {
        let gateway: &Gateway = &gateways[dice.random_range(0..gateways.len())];
        let stream = fleet.watch(gateway, client.last()).await;
        client.read_for(stream, Duration::from_millis(dice.random_range(0..=500))).await;
        if round % RESTART_EVERY == 0 {
            let next = fleet.gateway().await;
            std::mem::replace(&mut gateways[dice.random_range(0..2)], next).stop().await;
        }
        if dice.random_ratio(1, 4) {
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..=600))).await;
        }
    }
    assert!(!observer.is_finished(), "whoever stays sees no gap");
    observer.abort();
    let missing = client.missing(&all.lock().unwrap());
    let (events, gaps) = (client.heard.len(), client.heard.iter().filter(|(_, gap)| *gap).count());
    tell(&format!(
        "{reconnects} reconnects: {events} events, none twice, {gaps} gaps told, {} missing untold",
        missing.len()
    ));
    assert_eq!(missing, [] as [i64; 0], "nobody told of these");
    fleet.stop(gateways.into_iter().chain([stays])).await;
}

/// Notes all places that there are.
async fn observe(mut stream: Stream, all: Arc<Mutex<BTreeSet<i64>>>) {
    loop {
        let event = stream.data().await;
        assert_eq!(told(&event)["gap"], false, "{event}");
        all.lock().unwrap().insert(sequence(&event));
    }
}

#[derive(Default)]
struct Client {
    /// The places of the events, and whether there was a gap before each.
    heard: Vec<(i64, bool)>,
}

impl Client {
    fn last(&self) -> Option<i64> {
        self.heard.last().map(|(sequence, _)| *sequence)
    }

    /// Reads until the connection breaks.
    async fn read_for(&mut self, mut stream: Stream, time: Duration) {
        timeout(time, async {
            loop {
                let event = stream.data().await;
                self.hear(&event);
            }
        })
        .await
        .ok();
    }

    fn hear(&mut self, event: &Value) {
        let place = sequence(event);
        assert!(self.last().is_none_or(|last| place > last), "{event} after {:?}", self.last());
        self.heard.push((place, told(event)["gap"] == true));
    }

    /// Places between two events without a gap.
    fn missing(&self, all: &BTreeSet<i64>) -> Vec<i64> {
        let without_gap = self.heard.windows(2).filter(|pair| !pair[1].1);
        without_gap.flat_map(|pair| all.range(pair[0].0 + 1..pair[1].0).copied()).collect()
    }
}
