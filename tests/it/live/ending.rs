//! A session ends: the watchers are told once, their streams complete, and the last numbers are the ones that stay.

use rust_decimal::Decimal;
use sandbox::SessionView;
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{live_metrics, nothing_is_polled, polls, told, viewer_count};
use crate::support::{
    stream::{Event, Stream},
    world::World,
};

on_both!(
    the_end_is_told_once_and_stored,
    whoever_watches_an_ended_session_is_told_so,
    an_end_that_nobody_watched_is_seen_by_the_next_who_does,
);

/// Reads to the end of the stream and returns the last event, which alone says that the session is off air.
async fn last_event(stream: &mut Stream) -> Value {
    let last = stream.until("the session is off air", |data| told(data)["isOnAir"] != true).await;
    assert_eq!(told(&last)["isOnAir"], false);
    assert_eq!(told(&last)["staleSince"], Value::Null);
    assert_eq!(stream.event().await, Event::Complete);
    last
}

/// Orders, viewers and the rest as stored, once the session is.
async fn stored(world: &World, session_id: i64) -> Value {
    let query = "query($id: ID!) { liveSession(sessionId: $id) {
        status endedAt totalViewers peakViewers totalOrders totalComments totalLikes totalRevenue { amount }
    } }";
    world.data(query, json!({ "id": session_id.to_string() })).await["liveSession"].take()
}

fn assert_final(row: &Value, session: &SessionView) {
    let expected = json!({
        "status": "ENDED",
        "endedAt": row["endedAt"],
        "totalViewers": session.total_viewers,
        "peakViewers": session.peak_viewers,
        "totalOrders": session.orders,
        "totalComments": session.comments,
        "totalLikes": session.likes,
        "totalRevenue": { "amount": Decimal::new(session.sales, 5).normalize().to_string() },
    });
    assert_eq!(row, &expected);
    assert!(row["endedAt"].is_string(), "{row}");
}

async fn the_end_is_told_once_and_stored(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    let mut counts = world.subscribe(&viewer_count(session_id)).await;
    let mut metrics = world.subscribe(&live_metrics(session_id)).await;
    counts.data().await;
    metrics.data().await;
    assert_eq!(stored(&world, session_id).await["status"], "ON_AIR");

    world.shopee().set_viewers(session_id, 98_765).unwrap();
    world.shopee().step(std::time::Duration::from_secs(600));
    world.shopee().end_session(session_id).unwrap();
    let session = world.shopee().session(session_id).unwrap();
    let last = last_event(&mut metrics).await;
    assert_eq!(told(&last)["orders"], session.orders);
    assert_eq!(told(&last)["viewers"], 0);
    assert_eq!(told(&last_event(&mut counts).await)["peakViewers"], session.peak_viewers);
    assert_final(&stored(&world, session_id).await, &session);
    nothing_is_polled(&world).await;
    world.stop().await;
}

async fn whoever_watches_an_ended_session_is_told_so(database: Database) {
    let world = World::start(&database).await;
    let account = world.first_account().user_id;
    let mut sessions = world.shopee().sessions().into_iter();
    let session = sessions.find(|session| session.user_id == account && !session.on_air).unwrap();
    let before = stored(&world, session.session_id).await;
    for (watch, times) in [(viewer_count(session.session_id), 1), (live_metrics(session.session_id), 2)] {
        last_event(&mut world.subscribe(&watch).await).await;
        nothing_is_polled(&world).await;
        assert_eq!(polls(&world, session.session_id), times);
    }
    assert_eq!(stored(&world, session.session_id).await, before, "what has ended stays as it was stored");
    world.stop().await;
}

async fn an_end_that_nobody_watched_is_seen_by_the_next_who_does(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    world.subscribe(&viewer_count(session_id)).await.data().await;
    world.shopee().end_session(session_id).unwrap();
    last_event(&mut world.subscribe(&viewer_count(session_id)).await).await;
    assert_final(&stored(&world, session_id).await, &world.shopee().session(session_id).unwrap());
    world.stop().await;
}
