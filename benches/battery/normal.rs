//! Usual traffic: members of a studio who look at its sessions, each at a steady pace whether answered or not, and some who watch a
//! number.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use entity::membership::Role;
use futures_util::future::join_all;
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tokio_util::task::AbortOnDropHandle;

use super::{
    attack::{Outcome, Target},
    attacks::post,
    client::{Socket, Subscriber, Tally},
    connection::Connection,
    world::World,
};

/// Requests a second, of all members together: in the rounds of an attack the slowest hundredth are more than twenty.
pub(crate) const EACH_SECOND: u32 = 80;
const MEMBERS: u32 = 40;
const WATCHERS: usize = 5;

const SCREEN: &str = "query Screen { viewer { email } liveSessions(first: 10) { totalCount nodes { id sessionName status startedAt \
                      totalViewers totalRevenue { amount currencyCode } items(first: 3) { nodes { productName quantitySold } } } } }";

pub(crate) struct Normal {
    answers: Arc<Mutex<Vec<Outcome>>>,
    tally: Arc<Tally>,
    _members: Vec<AbortOnDropHandle<()>>,
    _watchers: Vec<Subscriber>,
}

/// What came of usual traffic in some time.
#[derive(Default)]
pub(crate) struct Seen {
    /// In milliseconds.
    pub(crate) took: Vec<f64>,
    /// What came where an answer should have.
    pub(crate) failures: Vec<String>,
    /// Events that reached the watchers.
    pub(crate) events: u64,
}

/// Tokens of so many members of the first studio.
pub(crate) async fn members(world: &World) -> Vec<String> {
    let mut tokens = Vec::new();
    for number in 0..MEMBERS {
        tokens.push(member(world, &format!("member{number}@first.example")).await);
    }
    tokens
}

pub(crate) async fn member(world: &World, email: &str) -> String {
    world.member(email, Role::Analyst).await;
    world.token_of(email).await
}

impl Normal {
    /// Begins it, and waits until everything has been made once.
    pub(crate) async fn begin(address: SocketAddr, members: &[String], session: i64) -> Self {
        let (answers, tally) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Tally::default()));
        let query = format!(r#"subscription {{ viewerCount(sessionId: "{session}") {{ viewers observedAt }} }}"#);
        let watchers = (0..WATCHERS).map(async |whose| {
            let mut socket = Socket::open(address, &members[whose]).await.unwrap();
            socket.subscribe(&query).await.unwrap();
            socket.count(whose, tally.clone())
        });
        let _watchers = join_all(watchers).await;
        let every = Duration::from_secs(1) * MEMBERS / EACH_SECOND;
        let first = |number: usize| Instant::now() + every * u32::try_from(number).unwrap() / MEMBERS;
        let asking = members.iter().enumerate().map(|(number, token)| {
            let asking =
                asks(Target { address }, post(Some(token), &screen()), (first(number), every), answers.clone());
            AbortOnDropHandle::new(tokio::spawn(asking))
        });
        let _members = asking.collect();
        let normal = Self { answers, tally, _members, _watchers };
        normal.during(sleep(Duration::from_secs(3))).await;
        normal
    }

    /// What comes of it while something goes on.
    pub(crate) async fn during<T>(&self, what: impl Future<Output = T>) -> (T, Seen) {
        let (events, _) = (self.tally.events(), self.taken());
        let result = what.await;
        let seen = Seen { events: self.tally.events() - events, ..self.taken() };
        (result, seen)
    }

    fn taken(&self) -> Seen {
        let answers = std::mem::take(&mut *self.answers.lock().unwrap());
        self.tally.take_arrivals();
        let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|outcome| outcome.came == "200");
        let took = good.into_iter().map(|outcome| outcome.took.as_secs_f64() * 1e3).collect();
        Seen { took, failures: bad.into_iter().map(|outcome| outcome.came).collect(), events: 0 }
    }
}

impl Seen {
    pub(crate) fn add(&mut self, more: Self) {
        self.took.extend(more.took);
        self.failures.extend(more.failures);
        self.events += more.events;
    }
}

fn screen() -> String {
    json!({ "query": SCREEN }).to_string()
}

/// Asks at each tick, and counts from there: who has to wait for the answer before has waited too.
async fn asks(target: Target, request: Bytes, (first, every): (Instant, Duration), into: Arc<Mutex<Vec<Outcome>>>) {
    let mut connection = Connection::new(target, None);
    let mut ticks = interval_at(first, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        let due = ticks.tick().await;
        let outcome = connection.ask(&request, due).await;
        into.lock().unwrap().push(outcome);
    }
}
