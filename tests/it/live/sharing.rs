//! One poller however many watch, and none when nobody does.

use std::collections::BTreeSet;

use testing::{Database, on_both};

use super::{ONCE, live_metrics, nothing_is_polled, polls, told, viewer_count};
use crate::support::{
    stream::Stream,
    world::{Start, World},
};

on_both!(
    a_hundred_watchers_cost_what_one_costs,
    nobody_left_means_nothing_asked,
    who_returns_in_time_finds_the_poller_running,
    who_returns_too_late_starts_another,
);

const TICKS: usize = 10;

async fn every(database: &Database, milliseconds: &str) -> World {
    let variables = vec![("POLL_INTERVAL_MS", milliseconds.to_owned())];
    World::start_with(database, Start { accounts: 1, variables }).await
}

/// How often Shopee is asked while a watcher sees so many new values.
async fn calls_during(ticks: usize, world: &World, stream: &mut Stream) -> usize {
    let mut seen = BTreeSet::from([told(&stream.data().await)["observedAt"].to_string()]);
    world.shopee().reset_calls();
    while seen.len() <= ticks {
        seen.insert(told(&stream.data().await)["observedAt"].to_string());
    }
    world.shopee().calls("overview") as usize
}

/// Slow enough that a loaded machine delivers each value to everybody before the next one comes.
#[expect(clippy::print_stdout, reason = "the figures are for whoever asks for them with --nocapture")]
async fn a_hundred_watchers_cost_what_one_costs(database: Database) {
    let world = every(&database, "300").await;
    let session_id = world.on_air().session_id;
    let mut one = world.subscribe(&viewer_count(session_id)).await;
    let for_one = calls_during(TICKS, &world, &mut one).await;

    let mut others = Vec::new();
    for number in 1..99 {
        let watch = if number % 2 == 0 { viewer_count(session_id) } else { live_metrics(session_id) };
        let mut other = world.subscribe(&watch).await;
        other.data().await;
        others.push(other);
    }
    // Whoever came last has nothing waiting to be read.
    let mut last = world.subscribe(&viewer_count(session_id)).await;
    let for_hundred = calls_during(TICKS, &world, &mut last).await;
    println!("Shopee calls while the count came {TICKS} times: {for_one} for 1 watcher, {for_hundred} for 100");
    assert!((TICKS - 2..=TICKS + 2).contains(&for_one), "{for_one}");
    assert!((TICKS - 2..=TICKS + 2).contains(&for_hundred), "{for_hundred}");

    world.shopee().set_viewers(session_id, 4_242).unwrap();
    for other in &mut others {
        other.until("everybody sees it", |data| told(data)["viewers"] == 4_242).await;
    }
    assert_eq!(world.gateway.app.pollers.running(), 1);
    drop((one, others, last));
    world.stop().await;
}

async fn nobody_left_means_nothing_asked(database: Database) {
    let world = World::start(&database).await;
    let account = world.first_account().user_id;
    let mut on_air = world.shopee().on_air().into_iter().filter(|session| session.user_id == account);
    let (left, watched) = (on_air.next().unwrap().session_id, on_air.next().unwrap().session_id);
    for watch in [viewer_count(left), live_metrics(left)] {
        world.subscribe(&watch).await.data().await;
    }
    nothing_is_polled(&world).await;

    let asked = polls(&world, left);
    assert!(asked > 0);
    let mut stream = world.subscribe(&viewer_count(watched)).await;
    assert!(calls_during(TICKS, &world, &mut stream).await >= TICKS);
    assert_eq!(polls(&world, left), 0, "since the calls were counted anew");
    assert_eq!(world.gateway.app.pollers.running(), 1);
    drop(stream);
    world.stop().await;
}

async fn who_returns_in_time_finds_the_poller_running(database: Database) {
    let world = every(&database, ONCE.1).await;
    let watch = viewer_count(world.on_air().session_id);
    let before = world.subscribe(&watch).await.data().await;
    let after = world.subscribe(&watch).await.data().await;
    assert_eq!(after, before);
    assert_eq!(world.shopee().calls("overview"), 1);
    world.stop().await;
}

async fn who_returns_too_late_starts_another(database: Database) {
    let world = every(&database, ONCE.1).await;
    let watch = viewer_count(world.on_air().session_id);
    let before = world.subscribe(&watch).await.data().await;
    nothing_is_polled(&world).await;
    let after = world.subscribe(&watch).await.data().await;
    assert_ne!(told(&after)["observedAt"], told(&before)["observedAt"]);
    assert_eq!(world.shopee().calls("overview"), 2);
    world.stop().await;
}
