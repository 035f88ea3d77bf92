//! What a watcher sees.

use rust_decimal::Decimal;
use serde_json::json;
use testing::{Database, on_both};

use super::{ONCE, live_metrics, polls, told, viewer_count};
use crate::support::world::{Start, World};

on_both!(
    a_joiner_gets_the_latest_at_once,
    all_numbers_are_those_of_shopee,
    the_count_follows_the_session,
    every_event_is_newer_than_the_one_before,
    both_ids_of_a_session_watch_the_same,
    the_session_comes_with_the_count,
);

/// A world in which a poller asks once.
async fn asked_once(database: &Database) -> World {
    World::start_with(database, Start { accounts: 1, variables: vec![(ONCE.0, ONCE.1.to_owned())] }).await
}

async fn a_joiner_gets_the_latest_at_once(database: Database) {
    let world = asked_once(&database).await;
    let session = world.on_air();
    let mut first = world.subscribe(&viewer_count(session.session_id)).await;
    let seen = first.data().await;
    assert_eq!(told(&seen)["viewers"], session.viewers);
    assert_eq!(told(&seen)["isOnAir"], true);

    let mut joiner = world.subscribe(&viewer_count(session.session_id)).await;
    assert_eq!(joiner.data().await, seen);
    let mut other = world.subscribe(&live_metrics(session.session_id)).await;
    assert_eq!(told(&other.data().await)["observedAt"], told(&seen)["observedAt"]);
    assert_eq!(polls(&world, session.session_id), 1);
    drop((first, joiner, other));
    world.stop().await;
}

async fn all_numbers_are_those_of_shopee(database: Database) {
    let world = asked_once(&database).await;
    let session = world.on_air();
    let mut stream = world.subscribe(&live_metrics(session.session_id)).await;
    let mut event = stream.data().await["liveMetrics"].take();
    let observed = event.as_object_mut().unwrap().remove("observedAt").unwrap();
    assert!(observed.is_string(), "{observed}");
    let expected = json!({
        "viewers": session.viewers,
        "peakViewers": session.peak_viewers,
        "totalViewers": session.total_viewers,
        "likes": session.likes,
        "comments": session.comments,
        "orders": session.orders,
        "revenue": { "amount": Decimal::new(session.sales, 5).normalize().to_string(), "currencyCode": "IDR" },
        "isOnAir": true,
        "staleSince": null,
    });
    assert_eq!(event, expected);
    drop(stream);
    world.stop().await;
}

async fn the_count_follows_the_session(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    let mut counts = world.subscribe(&viewer_count(session_id)).await;
    let mut metrics = world.subscribe(&live_metrics(session_id)).await;
    for viewers in [54_321, 7, 0, 1_000_000] {
        world.shopee().set_viewers(session_id, viewers).unwrap();
        for stream in [&mut counts, &mut metrics] {
            let event = stream.until("the new count", |data| told(data)["viewers"] == viewers).await;
            assert_eq!(told(&event)["peakViewers"], viewers.max(54_321), "a peak never falls");
        }
    }
    drop((counts, metrics));
    world.stop().await;
}

async fn every_event_is_newer_than_the_one_before(database: Database) {
    let world = World::start(&database).await;
    let mut stream = world.subscribe(&viewer_count(world.on_air().session_id)).await;
    let mut last = String::new();
    for _ in 0..5 {
        let event = stream.data().await;
        let observed = told(&event)["observedAt"].as_str().unwrap().to_owned();
        assert!(observed > last, "{observed} after {last}");
        assert!(told(&event)["staleSince"].is_null());
        last = observed;
    }
    drop(stream);
    world.stop().await;
}

async fn both_ids_of_a_session_watch_the_same(database: Database) {
    let world = asked_once(&database).await;
    let session_id = world.on_air().session_id;
    let query = "query($id: ID!) { liveSession(sessionId: $id) { id } }";
    let data = world.data(query, json!({ "id": session_id.to_string() })).await;
    let (global, shopee) = (data["liveSession"]["id"].as_str().unwrap(), session_id.to_string());
    for watch in [viewer_count::<&str>, live_metrics] {
        let (mut one, mut other) = (world.subscribe(&watch(global)).await, world.subscribe(&watch(&shopee)).await);
        assert_eq!(one.data().await, other.data().await);
    }
    assert_eq!(polls(&world, session_id), 1);
    world.stop().await;
}

async fn the_session_comes_with_the_count(database: Database) {
    let world = asked_once(&database).await;
    let session = world.on_air();
    let query = format!(
        r#"subscription {{ viewerCount(sessionId: "{}") {{
            viewers session {{ sessionName studio {{ name }} shopeeAccount {{ username }} items(first: 1) {{ totalCount }} }}
        }} }}"#,
        session.session_id
    );
    let event = world.subscribe(&query).await.data().await;
    assert_eq!(told(&event)["viewers"], session.viewers);
    let told = &told(&event)["session"];
    assert_eq!(told["sessionName"], session.title);
    assert_eq!(told["studio"]["name"], "First Studio");
    assert_eq!(told["shopeeAccount"]["username"], world.first_account().username);
    assert!(told["items"]["totalCount"].as_u64().unwrap() > 0, "{told}");
    world.stop().await;
}
