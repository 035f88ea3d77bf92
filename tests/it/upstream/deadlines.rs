//! An operation ends in time, with what there is by then.

use std::time::{Duration, Instant};

use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both, on_sqlite};

use super::extensions;
use crate::support::{
    answer::code,
    world::{Start, World},
};

on_both!(what_waits_for_shopee_gives_up_and_the_rest_is_answered);

const LONGEST: Duration = Duration::from_secs(2);

/// A world whose operations end long before calls to Shopee do.
async fn hurried(database: &Database) -> World {
    let variables =
        vec![("OPERATION_TIMEOUT_MS", LONGEST.as_millis().to_string()), ("SHOPEE_TIMEOUT_MS", "20000".to_owned())];
    World::start_with(database, Start { accounts: 1, variables }).await
}

/// The answer to a query about the session on air, which has to come in time.
async fn in_time(world: &World, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ liveSession(sessionId: $id) {{ {selection} }} }}");
    let begun = Instant::now();
    let answer = world.ask(&query, json!({ "id": world.on_air().session_id.to_string() })).await;
    assert!(begun.elapsed() < LONGEST + Duration::from_millis(500), "{:?}", begun.elapsed());
    answer
}

async fn what_waits_for_shopee_gives_up_and_the_rest_is_answered(database: Database) {
    let world = hurried(&database).await;
    world.shopee().inject(Fault::new(FaultKind::Hang).on("overview"));
    let answer = in_time(&world, "sessionName overview { likes } info { title stale }").await;
    let session = &answer["data"]["liveSession"];
    assert_eq!(session["overview"], Value::Null);
    assert!(session["sessionName"].is_string() && session["info"]["title"].is_string(), "{answer}");
    assert_eq!(session["info"]["stale"], false);
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    assert_eq!(code(&answer), "DEADLINE_EXCEEDED");
    assert_eq!(answer["errors"][0]["path"], json!(["liveSession", "overview"]));
    assert_eq!(extensions(&answer)["retryable"], true);
    world.shopee().clear_faults();
    assert!(in_time(&world, "overview { likes }").await.get("errors").is_none());
    world.stop().await;
}

#[tokio::test]
async fn a_whole_page_ends_in_time() {
    on_sqlite(async |database: Database| {
        let world = hurried(&database).await;
        world.shopee().inject(Fault::new(FaultKind::Hang));
        let begun = Instant::now();
        let query =
            "{ liveSessions(first: 20) { nodes { sessionName overview { likes } info { title } coins { claimed } } } }";
        let answer = world.ask(query, json!({})).await;
        assert!(begun.elapsed() < LONGEST + Duration::from_secs(1), "{:?}", begun.elapsed());
        let nodes = answer["data"]["liveSessions"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
        assert!(nodes.len() > 5);
        for node in nodes {
            assert!(node["sessionName"].is_string());
            assert_eq!([&node["overview"], &node["info"], &node["coins"]], [&Value::Null; 3]);
        }
        let codes =
            answer["errors"].as_array().unwrap().iter().map(|error| error["extensions"]["code"].as_str().unwrap());
        codes.for_each(|code| assert_eq!(code, "DEADLINE_EXCEEDED"));
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_has_more_time_is_not_given_up_with_who_has_less() {
    on_sqlite(async |database: Database| {
        let world = hurried(&database).await;
        let session_id = world.on_air().session_id;
        let mut stream = world
            .subscribe(&format!("subscription {{ liveMetrics(sessionId: \"{session_id}\") {{ viewers }} }}"))
            .await;
        stream.data().await;
        world.shopee().inject(Fault::new(FaultKind::Delay(LONGEST.as_millis() as u64 * 2)).on("overview"));
        tokio::time::timeout(LONGEST * 10, async {
            // Each poll takes longer than an operation may.
            for viewers in [4_001, 4_002] {
                world.shopee().set_viewers(session_id, viewers).unwrap();
                stream.until("the new count", |event| event["liveMetrics"]["viewers"] == viewers).await;
            }
        })
        .await
        .unwrap();
        drop(stream);
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_last_answer_comes_in_time_too() {
    on_sqlite(async |database: Database| {
        let world = hurried(&database).await;
        let first = in_time(&world, "overview { likes observedAt }").await["data"]["liveSession"]["overview"].take();
        world.shopee().inject(Fault::new(FaultKind::Hang).on("overview"));
        loop {
            let answer = in_time(&world, "overview { likes observedAt stale }").await;
            assert!(answer.get("errors").is_none(), "{answer}");
            let overview = &answer["data"]["liveSession"]["overview"];
            assert_eq!((&overview["likes"], &overview["observedAt"]), (&first["likes"], &first["observedAt"]));
            if overview["stale"] == true {
                break;
            }
        }
        world.stop().await;
    })
    .await;
}
