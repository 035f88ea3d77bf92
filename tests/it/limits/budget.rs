//! What each viewer may spend: taken before work, given back as far as it was not used, and there again after a while.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testing::{Database, on_both, on_postgres};
use tokio::time::sleep;

use super::{Points, body, overview, post};
use crate::support::{
    PATIENCE,
    answer::{code, shopee_calls, statements},
    stream::{Event, Stream},
    wire::Wire,
    world::{Start, World},
};

on_both!(
    an_answer_says_what_it_took,
    whoever_has_spent_it_all_waits_and_nobody_else,
    what_is_spent_comes_back,
    what_no_operation_may_cost_is_refused_for_good,
    sockets_and_streams_pay_from_the_same_bucket,
    who_joins_a_shared_stream_pays_nothing,
    what_is_not_valid_costs_nothing,
);

const GRAPHQL: &str = "application/graphql-response+json";
const EMAIL: &str = "{ viewer { email } }";

/// A world in which an overview of a session takes most of what there is.
async fn frugal(database: &Database, capacity: u64, per_second: u64) -> World {
    let variables = vec![
        ("COST_LIMIT", capacity.to_string()),
        ("COST_BUCKET", capacity.to_string()),
        ("COST_REFILL_PER_SECOND", per_second.to_string()),
    ];
    World::start_with(database, Start { accounts: 1, variables }).await
}

async fn an_answer_says_what_it_took(database: Database) {
    let world = World::start_with(&database, Start { accounts: 1, ..Start::default() }).await;
    for query in [
        EMAIL.to_owned(),
        overview(&world),
        "{ liveSessions(first: 50) { totalCount nodes { sessionName studio { name } items { nodes { productName } } } } }"
            .to_owned(),
    ] {
        let answer = world.ask(&query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        let points = Points::of(&answer);
        assert!(points.requested >= points.actual && points.actual > 0, "{query}: {points:?}");
        assert_eq!(points.refunded, points.requested - points.actual, "{query}");
        let cost = &answer["extensions"]["cost"];
        assert_eq!((&cost["capacity"], &cost["restoreRate"]), (&json!(100_000_000), &json!(1_000_000)));
        // The sign-in's statement is nobody's.
        let counted = 5 * (statements(&answer) - 1) + 20 * shopee_calls(&answer);
        assert!((counted..counted + 60).contains(&points.actual), "{query}: {points:?} for {counted}");
    }
    world.stop().await;
}

async fn whoever_has_spent_it_all_waits_and_nobody_else(database: Database) {
    let world = frugal(&database, 40, 1).await;
    let query = overview(&world);
    let paid = Points::of(&world.ask(&query, json!({})).await);
    assert!(paid.actual > 25 && paid.available < 15, "{paid:?}");
    world.shopee().reset_calls();
    for (accept, status) in [(GRAPHQL, 429), ("application/json", 200), ("text/event-stream", 429)] {
        let (found, answer, after) = post(&world, accept, body(&query)).await;
        assert_eq!((found, code(&answer)), (status, "THROTTLED"), "{answer}");
        let told = answer["errors"][0]["extensions"]["retryAfter"].as_u64().unwrap();
        assert!(after == Some(told) && (5..=40).contains(&told), "{after:?}: {answer}");
        assert!(answer.get("data").is_none() && answer.get("extensions").is_none(), "{answer}");
    }
    assert!(world.shopee().calls_by_name().is_empty(), "{:?}", world.shopee().calls_by_name());
    // What costs less than there is goes through, and whoever else asks has a bucket of their own.
    assert!(world.ask(EMAIL, json!({})).await.get("errors").is_none());
    for other in [Some(world.stranger_token.clone()), None] {
        let answer = world.ask_as(other.as_deref(), EMAIL, json!({})).await;
        assert!(Points::of(&answer).available >= 38, "{answer}");
    }
    world.stop().await;
}

async fn what_is_spent_comes_back(database: Database) {
    let world = frugal(&database, 40, 5).await;
    let query = overview(&world);
    let asked = async || world.ask(&query, json!({})).await;
    assert!(asked().await.get("errors").is_none());
    let (mut refused, begun) = (0, Instant::now());
    let answer = loop {
        let answer = asked().await;
        match answer.get("errors") {
            None => break answer,
            Some(_) => assert_eq!(code(&answer), "THROTTLED"),
        }
        refused += 1;
        assert!(begun.elapsed() < PATIENCE, "it never comes back: {answer}");
        sleep(Duration::from_millis(50)).await;
    };
    // Some twenty points are missing, of which five come back every second.
    assert!(refused > 0 && begun.elapsed() > Duration::from_secs(1), "{refused} in {:?}", begun.elapsed());
    assert!(Points::of(&answer).requested <= 40);
    world.stop().await;
}

async fn what_no_operation_may_cost_is_refused_for_good(database: Database) {
    let world = frugal(&database, 100, 100).await;
    let many = |first: &str| {
        format!("query($n: Int) {{ liveSessions(first: {first}) {{ nodes {{ overview {{ viewers }} }} }} }}")
    };
    let asked = async |query: String, variables: Value| {
        let answer = world.post(Some(&world.token), &query, variables).await;
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    for (query, variables) in [(many("50"), json!({})), (many("$n"), json!({ "n": 50 })), (many("$n"), json!({}))] {
        let (status, answer) = asked(query, variables).await;
        assert_eq!((status, code(&answer)), (400, "QUERY_TOO_COMPLEX"), "{answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().ends_with("more than the limit of 100."), "{answer}");
    }
    assert!(world.shopee().calls_by_name().is_empty());
    let (status, answer) = asked(many("$n"), json!({ "n": 2 })).await;
    assert_eq!((status, shopee_calls(&answer)), (200, 2), "{answer}");
    world.stop().await;
}

async fn sockets_and_streams_pay_from_the_same_bucket(database: Database) {
    let world = frugal(&database, 90, 1).await;
    let (studio, id) = (world.studio_id().await, world.on_air().session_id);
    // One that can be paid for tells with its first event what it took.
    let status = format!("subscription {{ shopeeAccountStatus(studioId: \"{studio}\") {{ id }} }}");
    let mut stream = world.subscribe(&status).await;
    let Event::Next(event) = stream.event().await else { panic!("no event") };
    let points = Points::of(&event);
    assert!(points.requested >= points.actual && points.available > 80, "{points:?}");
    drop(stream);

    let query = format!(
        "{{ liveSession(sessionId: \"{id}\") {{ overview {{ viewers }} info {{ title }} coins {{ state }} }} }}"
    );
    let mut stream = Stream::open(&world.gateway.url(), Some(&world.token), &query, json!({})).await;
    let Event::Next(answer) = stream.event().await else { panic!("no answer") };
    assert!(Points::of(&answer).available < 20, "{answer}");
    assert_eq!(stream.event().await, Event::Complete);
    world.shopee().reset_calls();
    let count = format!("subscription {{ viewerCount(sessionId: \"{id}\") {{ viewers }} }}");
    for refused in [&query, &count] {
        stream.start("refused", refused, json!({})).await;
        let Event::Error(errors) = stream.event().await else { panic!("it is not refused: {refused}") };
        assert_eq!(errors[0]["extensions"]["code"], "THROTTLED", "{errors}");
        assert!(errors[0]["extensions"]["retryAfter"].as_u64().is_some(), "{errors}");
    }
    for accept in [GRAPHQL, "text/event-stream"] {
        let (status, answer, _) = post(&world, accept, body(&query)).await;
        assert_eq!((status, code(&answer)), (429, "THROTTLED"), "{answer}");
    }
    let (status, answer, _) = post(&world, "text/event-stream", body(&count)).await;
    assert_eq!((status, code(&answer)), (429, "THROTTLED"), "{answer}");
    assert!(world.shopee().calls_by_name().is_empty(), "{:?}", world.shopee().calls_by_name());
    world.stop().await;
}

async fn who_joins_a_shared_stream_pays_nothing(database: Database) {
    let world = frugal(&database, 60, 1).await;
    let available = async || Points::of(&world.ask("{ __typename }", json!({})).await).available;
    let watch = format!("subscription {{ viewerCount(sessionId: \"{}\") {{ viewers }} }}", world.on_air().session_id);
    let mut first = world.subscribe(&watch).await;
    let Event::Next(event) = first.event().await else { panic!("no event") };
    // What many are told says nothing of one of them.
    assert!(event["extensions"]["cost"].get("available").is_none(), "{event}");
    let before = available().await;
    let mut others = Vec::new();
    for _ in 0..5 {
        let mut other = world.subscribe(&watch).await;
        other.data().await;
        others.push(other);
    }
    assert!(available().await + 6 >= before, "{before} before");
    world.stop().await;
}

async fn what_is_not_valid_costs_nothing(database: Database) {
    let world = frugal(&database, 60, 1).await;
    for _ in 0..20 {
        let unknown = overview(&world).replace("viewers", "unknown");
        assert_eq!(code(&world.ask(&unknown, json!({})).await), "GRAPHQL_VALIDATION_FAILED");
    }
    let answer = world.ask(EMAIL, json!({})).await;
    assert!(Points::of(&answer).available >= 58, "{answer}");
    world.stop().await;
}

#[tokio::test]
async fn what_is_throttled_does_not_reach_the_database() {
    on_postgres(what_is_throttled_does_not_reach_the_database_of).await;
}

async fn what_is_throttled_does_not_reach_the_database_of(database: Database) {
    let wire = Wire::before(&database.url).await;
    let mut variables = vec![("DATABASE_URL", wire.url.clone())];
    variables.extend(
        [("COST_LIMIT", "100"), ("COST_BUCKET", "100"), ("COST_REFILL_PER_SECOND", "1")]
            .map(|(name, value)| (name, value.to_owned())),
    );
    let world = World::start_with(&database, Start { accounts: 1, variables }).await;
    let query = "{ liveSessions(first: 100) { nodes { sessionName studio { name } shopeeAccount { username } items(first: 50) { nodes { id } } } } }";
    let mut told = Vec::new();
    for _ in 0..8 {
        let before = wire.executed();
        let answer = world.ask(query, json!({})).await;
        if answer.get("errors").is_some() {
            assert_eq!(code(&answer), "THROTTLED", "{answer}");
            told.push(wire.executed() - before);
        }
    }
    // Signing in is one; the gateway's jobs look at the database, too, and may come in between.
    assert!(told.contains(&1) && !told.contains(&0), "{told:?}");
    world.stop().await;
}
