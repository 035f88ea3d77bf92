//! One attack beside usual traffic: quiet, attack, quiet, attack, so that what drifts is in both.

use std::{collections::BTreeMap, env, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::{
    attack::{Attack, Outcome, Target},
    normal::{Normal, Seen},
    process::Server,
};

/// Short, so that what the machine does by itself for a while is in as many quiet rounds as others.
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: u32 = 15;
/// Between two rounds, so that neither has anything of the other.
const PAUSE: Duration = Duration::from_millis(500);
/// How long memory has to come back.
const SETTLE: Duration = Duration::from_secs(20);
/// What may be kept however little there was before: pages that the allocator has in hand for the next.
const SLACK: u64 = 8 * 1024 * 1024;

/// What came of an attack.
#[derive(Default)]
pub(crate) struct Row {
    /// What it was answered with, and how often.
    pub(crate) came: BTreeMap<String, usize>,
    pub(crate) slowest: Duration,
    pub(crate) quiet: Seen,
    pub(crate) attacked: Seen,
    pub(crate) memory: Memory,
}

/// In bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) before: u64,
    pub(crate) most: u64,
    pub(crate) after: u64,
}

impl Memory {
    /// What it has to come back to.
    pub(crate) fn limit(self) -> u64 {
        self.before + SLACK.max(self.before / 10)
    }
}

impl Row {
    /// Whether it was refused as it should be and in time, and everybody else was served.
    pub(crate) fn holds(&self, attack: &Attack) -> bool {
        let refused = !self.came.is_empty() && self.came.keys().all(|came| attack.refusals.contains(&came.as_str()));
        let served = self.attacked.failures.is_empty() && self.quiet.failures.is_empty() && self.attacked.events > 0;
        refused && self.slowest <= attack.within && served
    }

    fn note(&mut self, outcomes: Vec<Outcome>) {
        for Outcome { came, took } in outcomes {
            *self.came.entry(came).or_default() += 1;
            self.slowest = self.slowest.max(took);
        }
    }
}

pub(crate) async fn measure(attack: &Attack, target: &Target, server: &Server, normal: &Normal) -> Row {
    let mut row = Row { memory: Memory { before: server.memory(), ..Memory::default() }, ..Row::default() };
    let (rounds, lasts) = match attack.held {
        Some(lasts) => (1, lasts),
        None => (ROUNDS, part_of(ROUND)),
    };
    for _ in 0..rounds {
        let quiet = part_of(ROUND) * (ROUNDS / rounds);
        row.quiet.add(normal.during(sleep(quiet)).await.1);
        let wave = (attack.wave)(*target, Instant::now() + lasts);
        let ((outcomes, most), seen) = normal.during(watched(wave, server)).await;
        row.note(outcomes);
        row.memory.most = row.memory.most.max(most);
        row.attacked.add(seen);
        sleep(PAUSE).await;
    }
    row.memory.after = settled(server, row.memory.limit()).await;
    row
}

fn part_of(time: Duration) -> Duration {
    time * env::var("BATTERY_PERCENT").map_or(100, |text| text.parse().unwrap()) / 100
}

/// What an attack comes to, and the most memory that there was meanwhile.
async fn watched<T>(attack: impl Future<Output = T>, server: &Server) -> (T, u64) {
    let mut most = server.memory();
    let mut ticks = interval(Duration::from_millis(250));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut attack = std::pin::pin!(attack);
    loop {
        tokio::select! {
            result = &mut attack => return (result, most),
            _ = ticks.tick() => most = most.max(server.memory()),
        }
    }
}

/// The memory once it is within the limit, or when it had its time.
async fn settled(server: &Server, limit: u64) -> u64 {
    let patience = Instant::now() + SETTLE;
    loop {
        let memory = server.memory();
        if memory <= limit || Instant::now() >= patience {
            return memory;
        }
        sleep(Duration::from_millis(250)).await;
    }
}
