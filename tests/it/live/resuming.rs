//! A connection that broke goes on where it was, or is told that it cannot.

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::told;
use crate::support::{
    stream::{Event, Stream},
    world::World,
};

on_both!(
    who_comes_back_is_told_what_came_since_and_nothing_twice,
    who_was_away_too_long_gets_the_latest_and_is_told_so,
    a_place_that_no_event_can_have_is_refused,
    a_gateway_that_was_restarted_says_that_it_remembers_nothing,
);

const FIELDS: [&str; 2] = ["viewerCount", "liveMetrics"];

/// Watches a session from after a place on.
async fn resume(world: &World, field: &str, session_id: i64, after: Option<i64>) -> Stream {
    let after = after.map(|after| format!(", after: {after}")).unwrap_or_default();
    let query = format!(
        r#"subscription {{ {field}(sessionId: "{session_id}"{after}) {{
            sequence previousSequence gap viewers observedAt staleSince
        }} }}"#
    );
    world.subscribe(&query).await
}

fn sequence(event: &Value) -> i64 {
    told(event)["sequence"].as_i64().unwrap()
}

/// Reads so many events, each of which has to follow the one before; the place of the last.
async fn follow(stream: &mut Stream, mut last: i64, events: usize) -> i64 {
    for _ in 0..events {
        let event = stream.data().await;
        assert_eq!((&told(&event)["gap"], &told(&event)["previousSequence"]), (&json!(false), &json!(last)), "{event}");
        assert!(sequence(&event) > last, "{event} after {last}");
        last = sequence(&event);
    }
    last
}

async fn who_comes_back_is_told_what_came_since_and_nothing_twice(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    for field in FIELDS {
        let mut stays = resume(&world, field, session_id, None).await;
        let first = sequence(&stays.data().await);
        for away in [0, 1, 5] {
            let mut leaves = resume(&world, field, session_id, Some(first)).await;
            let last = follow(&mut leaves, first, 3).await;
            drop(leaves);
            let meanwhile = stays.until("the others go on", |event| sequence(event) >= last).await;
            let newest = follow(&mut stays, sequence(&meanwhile), away).await;
            let mut back = resume(&world, field, session_id, Some(last)).await;
            let mut told = last;
            while told <= newest {
                told = follow(&mut back, told, 1).await;
            }
        }
    }
    world.stop().await;
}

async fn who_was_away_too_long_gets_the_latest_and_is_told_so(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    for field in FIELDS {
        let mut stays = resume(&world, field, session_id, None).await;
        let first = stays.data().await;
        assert_eq!(told(&first)["gap"], false, "{first}");
        let mut back = resume(&world, field, session_id, Some(1)).await;
        let event = back.data().await;
        assert_eq!(told(&event)["gap"], true, "{event}");
        assert!(sequence(&event) >= sequence(&first), "{event}");
        follow(&mut back, sequence(&event), 2).await;
    }
    world.stop().await;
}

async fn a_place_that_no_event_can_have_is_refused(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    let next_year = 1_000 * (chrono::Duration::days(365).num_seconds() + 1_900_000_000);
    for (field, after) in FIELDS.into_iter().flat_map(|field| [(field, -1), (field, next_year), (field, i64::MAX)]) {
        let Event::Error(errors) = resume(&world, field, session_id, Some(after)).await.event().await else {
            panic!("there is nothing after {after}")
        };
        assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT", "{errors}");
    }
    assert_eq!(world.gateway.app.pollers.running(), 0);
    world.stop().await;
}

async fn a_gateway_that_was_restarted_says_that_it_remembers_nothing(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    let last = sequence(&resume(&world, "viewerCount", session_id, None).await.data().await);
    let world = world.restarted(&database, |_| {}).await;
    let mut back = resume(&world, "viewerCount", session_id, Some(last)).await;
    let event = back.data().await;
    assert_eq!(told(&event)["gap"], true, "{event}");
    assert!(sequence(&event) > last, "{event}");
    follow(&mut back, sequence(&event), 2).await;
    world.stop().await;
}
