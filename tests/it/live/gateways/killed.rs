//! The program that polls dies without a word, again and again: how long the watchers of another one see nothing.
//!
//! `HANDOVER_KILLS` makes it more often.

use std::time::{Duration, Instant};

use testing::{Database, on_sqlite};

use super::{
    fleet::{sequence, watch},
    told,
};
use crate::{
    process::Machine,
    support::{from_environment, redis::Redis, stream::Stream, tell, world::OWNER},
};

const KILLS: u64 = 3;
const LEASE: u64 = 2_000;
const INTERVAL: u64 = 300;
/// For the call itself, and for a machine that has much else to do.
const SLACK: Duration = Duration::from_millis(1_000);

#[tokio::test]
async fn who_polls_is_killed() {
    on_sqlite(killed).await;
}

async fn killed(database: Database) {
    let Some(redis) = Redis::start().await else { return };
    let mut machine = Machine::with(&database).await;
    redis.variables(LEASE, INTERVAL).into_iter().for_each(|(name, value)| machine.set(name, value));
    let connected = machine.connect("First Studio", OWNER, &machine.account().cookie).await;
    assert_eq!(connected.code, Some(0), "{connected:?}");
    let token = machine.succeed(&["token", "--email", OWNER]).await.trim().to_owned();
    let panel = machine.shopee.panel();
    let account = machine.account().user_id;
    let session_id = panel.on_air().iter().find(|session| session.user_id == account).unwrap().session_id;

    let mut holder = machine.serve().await;
    let mut of_holder = watch(&holder.url, &token, session_id, None).await;
    let mut seen = Seen { sequence: sequence(&of_holder.data().await), viewers: 0 };
    let mut gaps = Vec::new();
    for _ in 0..from_environment("HANDOVER_KILLS", KILLS) {
        // Only who watched first can have the lease: this one comes second.
        let heir = machine.serve().await;
        let mut of_heir = watch(&heir.url, &token, session_id, Some(seen.sequence)).await;
        for _ in 0..3 {
            seen.next(&mut of_heir, panel, session_id).await;
        }
        let last = Instant::now();
        holder.kill().await;
        seen.next(&mut of_heir, panel, session_id).await;
        // What was on its way already does not count.
        let first = last.elapsed();
        let second = Instant::now();
        seen.next(&mut of_heir, panel, session_id).await;
        gaps.push(first.max(second.elapsed()));
        (holder, of_holder) = (heir, of_heir);
    }
    drop(of_holder);
    holder.stop().await;
    gaps.sort();
    let (median, longest) = (gaps[gaps.len() / 2], gaps[gaps.len() - 1]);
    let bound = Duration::from_millis(LEASE + INTERVAL) + SLACK;
    tell(&format!(
        "{} kills of the lease holder: watchers saw nothing for p50 {median:?}, at most {longest:?}; stated are lease {LEASE} ms + interval {INTERVAL} ms + a call",
        gaps.len()
    ));
    assert!(longest <= bound, "{gaps:?}");
}

/// What watchers have seen so far.
struct Seen {
    sequence: i64,
    viewers: u64,
}

impl Seen {
    /// The next event stands later, and shows no earlier count: the count only rises.
    async fn next(&mut self, stream: &mut Stream, panel: &sandbox::Panel, session_id: i64) {
        panel.set_viewers(session_id, self.viewers + 1_000).unwrap();
        let event = stream.data().await;
        let viewers = told(&event)["viewers"].as_u64().unwrap();
        assert!(sequence(&event) > self.sequence, "{event} after {}", self.sequence);
        assert!(viewers >= self.viewers || self.viewers == 0, "{event} after {}", self.viewers);
        *self = Self { sequence: sequence(&event), viewers };
    }
}
