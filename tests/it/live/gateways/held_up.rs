//! A poll that outlasts its turn.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{Stream, StreamExt as _};
use live_gateway::{
    clock::Clock,
    engine::{
        bus::Bus,
        watch::{Level, Polled, Pollers, Topic},
    },
};
use tokio::{sync::Notify, time::timeout};

use crate::support::{PATIENCE, eventually, redis::Redis};

const LEASE: Duration = Duration::from_millis(300);
const OFTEN: Duration = Duration::from_millis(20);
/// What the poll finds that is held up, and where the values begin that come after it.
const OLD: u64 = 2;
const NEWER: u64 = 100;

#[tokio::test]
async fn what_a_lost_turn_finds_is_not_told_after_what_others_found() {
    let Some(mut redis) = Redis::start().await else { return };
    let pollers =
        || Pollers::with_bus(PATIENCE, Clock, Bus::new(::redis::Client::open(redis.url()).unwrap(), "test", LEASE));
    let (late, quick) = (pollers(), pollers());
    eventually("both are connected", async || late.share() && quick.share()).await;

    let (polls, release) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
    let mut here = {
        let (polls, release) = (polls.clone(), release.clone());
        watch(&late, move || {
            let (number, release) = (polls.fetch_add(1, Ordering::SeqCst) + 1, release.clone());
            async move {
                if number == OLD {
                    release.notified().await;
                }
                Polled::Value(number)
            }
        })
    };
    assert_eq!(value(&mut here).await, 1);
    eventually("the poll that is held up has begun", async || polls.load(Ordering::SeqCst) == OLD).await;

    redis.kill().await;
    eventually("Redis is away", async || !late.share() && !quick.share()).await;
    // By then it has tried to renew its lease.
    tokio::time::sleep(LEASE).await;
    redis.start_again().await.unwrap();
    eventually("Redis is back", async || late.share() && quick.share()).await;

    let newer = AtomicU64::new(NEWER);
    let mut there = watch(&quick, move || std::future::ready(Polled::Value(newer.fetch_add(1, Ordering::SeqCst))));
    value(&mut there).await;
    assert!(value(&mut here).await >= NEWER, "what the other found");
    release.notify_one();
    for _ in 0..10 {
        let heard = value(&mut here).await;
        assert!(heard >= NEWER, "{heard} is older than what was told before it");
    }
    drop((here, there));
    late.stop().await;
    quick.stop().await;
}

fn watch<F, P>(pollers: &Pollers, poll: P) -> impl Stream<Item = Level<u64>> + Unpin + use<F, P>
where
    F: Future<Output = Polled<u64>> + Send + 'static,
    P: Fn() -> F + Send + Sync + 'static,
{
    let topic = Topic { name: "held up".to_owned(), kept: 4, every: || OFTEN };
    Box::pin(pollers.follow(topic, poll).stream(None))
}

async fn value(watcher: &mut (impl Stream<Item = Level<u64>> + Unpin)) -> u64 {
    let level = timeout(PATIENCE, watcher.next()).await.expect("a level comes in time").unwrap();
    *level.value.unwrap()
}
