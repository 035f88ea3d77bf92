//! All sessions of a studio on one stream.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::nothing_is_polled;
use crate::support::{
    stream::Stream,
    world::{Start, World},
};

on_both!(
    a_studio_is_followed_from_session_to_session,
    it_costs_one_call_for_each_session_and_interval,
    who_comes_back_is_told_what_has_changed,
);

async fn follow(world: &World, after: Option<i64>) -> Stream {
    let query = "subscription($id: ID!, $after: Long) { studioLive(studioId: $id, after: $after) {
        sequence gap isSnapshot staleSince
        changes { kind sessionId viewers isOnAir session { sessionId sessionName } }
    } }";
    let variables = json!({ "id": world.studio_id().await, "after": after });
    Stream::open(&world.gateway.url(), Some(&world.token), query, variables).await
}

fn event(data: &Value) -> &Value {
    &data["studioLive"]
}

/// The change of this kind in a session of Shopee's id.
fn change<'a>(data: &'a Value, kind: &str, session_id: i64) -> Option<&'a Value> {
    let session_id = json!(session_id.to_string());
    let changes = event(data)["changes"].as_array().unwrap();
    changes.iter().find(|change| change["kind"] == kind && change["session"]["sessionId"] == session_id)
}

fn ids(data: &Value) -> BTreeSet<i64> {
    let changes = event(data)["changes"].as_array().unwrap().iter();
    changes.map(|change| change["session"]["sessionId"].as_str().unwrap().parse().unwrap()).collect()
}

/// What is on air at the studio's only account.
fn on_air(world: &World) -> BTreeSet<i64> {
    let account = world.first_account().user_id;
    let sessions = world.shopee().on_air().into_iter().filter(|session| session.user_id == account);
    sessions.map(|session| session.session_id).collect()
}

async fn a_studio_is_followed_from_session_to_session(database: Database) {
    let world = World::start(&database).await;
    let mut stream = follow(&world, None).await;
    let first = stream.data().await;
    assert_eq!((&event(&first)["isSnapshot"], &event(&first)["gap"]), (&json!(true), &json!(false)), "{first}");
    assert_eq!(ids(&first), on_air(&world));
    for session_id in on_air(&world) {
        let present = change(&first, "PRESENT", session_id).unwrap();
        assert_eq!(present["viewers"], world.shopee().session(session_id).unwrap().viewers, "{present}");
        assert_eq!(present["isOnAir"], true);
    }

    let watched = *on_air(&world).first().unwrap();
    world.shopee().set_viewers(watched, 4_242).unwrap();
    let shows = |data: &Value| change(data, "UPDATED", watched).is_some_and(|change| change["viewers"] == 4_242);
    let updated = stream.until("the new count", shows).await;
    assert_eq!(event(&updated)["isSnapshot"], false, "{updated}");

    let begun = world.shopee().start_session(world.first_account().user_id, "A late one").unwrap();
    let started = stream.until("it begins", |data| change(data, "STARTED", begun).is_some()).await;
    assert_eq!(change(&started, "STARTED", begun).unwrap()["session"]["sessionName"], "A late one");

    world.shopee().end_session(begun).unwrap();
    let ended = stream.until("it is over", |data| change(data, "ENDED", begun).is_some()).await;
    assert_eq!(change(&ended, "ENDED", begun).unwrap()["isOnAir"], false);
    for _ in 0..5 {
        assert!(!ids(&stream.data().await).contains(&begun), "it is told once");
    }
    drop(stream);
    nothing_is_polled(&world).await;
    world.stop().await;
}

async fn it_costs_one_call_for_each_session_and_interval(database: Database) {
    let variables = vec![("POLL_INTERVAL_MS", "300".to_owned())];
    let world = World::start_with(&database, Start { accounts: 1, variables }).await;
    let (mut one, mut other) = (follow(&world, None).await, follow(&world, None).await);
    let sessions = ids(&one.data().await);
    other.data().await;
    let id = sessions.first().unwrap();
    let mut beside = world.subscribe(&super::viewer_count(id)).await;
    beside.data().await;
    world.shopee().reset_calls();
    for _ in 0..10 {
        beside.data().await;
    }
    let asked = super::polls(&world, *id);
    assert!((8..=12).contains(&asked), "{asked} calls for ten counts");
    drop((one, other, beside));
    world.stop().await;
}

async fn who_comes_back_is_told_what_has_changed(database: Database) {
    let world = World::start(&database).await;
    let mut stays = follow(&world, None).await;
    let mut last = stays.data().await;
    for _ in 0..3 {
        last = stays.data().await;
    }
    let (after, watched) = (event(&last)["sequence"].as_i64().unwrap(), *on_air(&world).first().unwrap());
    world.shopee().end_session(watched).unwrap();
    stays.until("it is over", |data| change(data, "ENDED", watched).is_some()).await;

    let mut back = follow(&world, Some(after)).await;
    let mut ends = 0;
    for _ in 0..8 {
        let data = back.data().await;
        assert_eq!((&event(&data)["isSnapshot"], &event(&data)["gap"]), (&json!(false), &json!(false)), "{data}");
        assert!(event(&data)["sequence"].as_i64().unwrap() > after);
        ends += usize::from(change(&data, "ENDED", watched).is_some());
    }
    assert_eq!(ends, 1, "its end is told, and told once");

    let data = follow(&world, Some(1)).await.data().await;
    assert_eq!((&event(&data)["isSnapshot"], &event(&data)["gap"]), (&json!(true), &json!(true)), "{data}");
    assert_eq!(ids(&data), on_air(&world));
    drop((stays, back));
    world.stop().await;
}
