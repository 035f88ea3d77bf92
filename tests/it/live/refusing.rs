//! Sessions that cannot be watched.

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{live_metrics, viewer_count};
use crate::support::{
    stream::{Event, Stream},
    world::World,
};

on_both!(what_is_no_session_is_refused_with_a_code, a_foreign_session_answers_like_one_that_is_not_there);

/// The one error with which a subscription was refused, without the id of the request.
async fn refusal(stream: &mut Stream) -> Value {
    let mut error = match stream.event().await {
        Event::Error(mut errors) => errors[0].take(),
        Event::Next(mut payload) => {
            assert_eq!(payload["data"], Value::Null, "{payload}");
            assert_eq!(stream.event().await, Event::Complete);
            payload["errors"][0].take()
        }
        Event::Complete => panic!("completed without a word"),
    };
    let id = error["extensions"].as_object_mut().unwrap().remove("requestId");
    assert!(id.is_some_and(|id| id.is_string()), "{error}");
    error
}

async fn what_is_no_session_is_refused_with_a_code(database: Database) {
    let world = World::start(&database).await;
    let query = "query($id: ID!) { liveSession(sessionId: $id) { studio { id } shopeeAccount { id } } }";
    let known = world.data(query, json!({ "id": world.on_air().session_id.to_string() })).await["liveSession"].take();
    let text = |kind: &str| known[kind]["id"].as_str().unwrap().to_owned();
    let cases = [
        ("1".to_owned(), "NOT_FOUND"),
        ("-1".to_owned(), "NOT_FOUND"),
        (i64::MAX.to_string(), "NOT_FOUND"),
        ("9223372036854775808".to_owned(), "BAD_USER_INPUT"),
        (String::new(), "BAD_USER_INPUT"),
        ("nonsense".to_owned(), "BAD_USER_INPUT"),
        ("1; DROP TABLE live_sessions".to_owned(), "BAD_USER_INPUT"),
        ("💕".repeat(500), "BAD_USER_INPUT"),
        (text("studio"), "BAD_USER_INPUT"),
        (text("shopeeAccount"), "BAD_USER_INPUT"),
    ];
    for (id, code) in cases {
        for (field, watch) in [("viewerCount", viewer_count(&id)), ("liveMetrics", live_metrics(&id))] {
            let error = refusal(&mut world.subscribe(&watch).await).await;
            assert_eq!(error["extensions"]["code"], code, "{id}: {error}");
            assert_eq!(error["path"], json!([field]), "{error}");
        }
    }
    assert_eq!(world.gateway.app.pollers.running(), 0);
    assert_eq!(world.shopee().calls("overview"), 0);
    world.stop().await;
}

async fn a_foreign_session_answers_like_one_that_is_not_there(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    for watch in [viewer_count::<i64>, live_metrics] {
        let mut absent = world.subscribe_as(&world.stranger_token, &watch(1)).await;
        let mut foreign = world.subscribe_as(&world.stranger_token, &watch(session_id)).await;
        let (absent, foreign) = (refusal(&mut absent).await, refusal(&mut foreign).await);
        assert_eq!(absent, foreign);
        assert_eq!(foreign["extensions"]["code"], "NOT_FOUND");
    }
    assert_eq!(world.shopee().calls("overview"), 0);
    world.stop().await;
}
