//! What happens is counted, and nothing else is.

use sandbox::{Fault, FaultKind};
use serde_json::json;
use testing::{Database, on_both};

use super::scrape::Scrape;
use crate::support::{
    eventually,
    world::{Start, World},
};

on_both!(
    operations_are_counted_by_what_became_of_them,
    subscriptions_are_counted_from_start_to_end,
    what_is_behind_them_is_counted,
    a_database_that_is_away_does_not_take_the_metrics_with_it,
);

const OVERVIEW: &str = "query($id: ID!) { liveSession(sessionId: $id) { overview { currentViewers } } }";

/// A world with its metrics, on a port of their own.
async fn measured(database: &Database) -> World {
    let variables = vec![("METRICS_ADDR", "127.0.0.1:0".to_owned())];
    World::start_with(database, Start { accounts: 1, variables }).await
}

async fn scrape(world: &World) -> Scrape {
    Scrape::of(&world.gateway.metrics_url().unwrap()).await
}

async fn operations_are_counted_by_what_became_of_them(database: Database) {
    let world = measured(&database).await;
    let id = json!({ "id": world.on_air().session_id.to_string() });
    world.data(OVERVIEW, id.clone()).await;
    world.data(OVERVIEW, id.clone()).await;
    world.ask("{ viewer {", json!({})).await;
    world.ask("{ nobodyKnowsThisField }", json!({})).await;
    world.ask_as(Some("canary"), "{ __typename }", json!({})).await;
    world.shopee().inject(Fault::new(FaultKind::ServerError(500)).on("session_info"));
    let answer = world.ask("query($id: ID!) { liveSession(sessionId: $id) { sessionName info { title } } }", id).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "SHOPEE_UNREACHABLE", "{answer}");
    world.ask("mutation { signOut { userErrors { code } } }", json!({})).await;

    let seen = scrape(&world).await;
    let ran = |kind, outcome| seen.sum("live_gateway_operations_total", &[("operation", kind), ("outcome", outcome)]);
    assert_eq!((ran("query", "well"), ran("mutation", "well")), (2.0, 1.0), "{}", seen.text);
    assert_eq!((ran("query", "in_part"), ran("query", "refused")), (1.0, 1.0), "{}", seen.text);
    assert_eq!(ran("unknown", "refused"), 2.0, "{}", seen.text);
    let errors = |code| seen.sum("live_gateway_errors_total", &[("code", code)]);
    assert_eq!((errors("GRAPHQL_PARSE_FAILED"), errors("GRAPHQL_VALIDATION_FAILED")), (1.0, 1.0), "{}", seen.text);
    assert_eq!((errors("SHOPEE_UNREACHABLE"), errors("INTERNAL")), (1.0, 0.0), "{}", seen.text);
    assert_eq!(seen.sum("live_gateway_operation_duration_seconds_count", &[("operation", "query")]), 4.0);
    assert_eq!(seen.sum("live_gateway_operations_in_flight", &[]), 0.0);
    world.stop().await;
}

async fn subscriptions_are_counted_from_start_to_end(database: Database) {
    let world = measured(&database).await;
    let query = format!(r#"subscription {{ viewerCount(sessionId: "{}") {{ viewers }} }}"#, world.on_air().session_id);
    let mut streams = [world.subscribe(&query).await, world.subscribe(&query).await];
    for stream in &mut streams {
        stream.data().await;
    }
    let seen = scrape(&world).await;
    let now = |name| seen.sum(name, &[]);
    assert_eq!((now("live_gateway_subscriptions"), now("live_gateway_shared_executions")), (2.0, 1.0), "{}", seen.text);
    assert_eq!(seen.sum("live_gateway_connections", &[("transport", "websocket")]), 2.0);
    assert!(now("live_gateway_events_total") >= 2.0 && now("live_gateway_pollers") == 1.0, "{}", seen.text);
    assert_eq!(now("live_gateway_event_delivery_seconds_count"), now("live_gateway_events_total"));
    let polled = [("topic", "account/session/metrics"), ("outcome", "value")];
    assert!(seen.sum("live_gateway_polls_total", &polled) >= 1.0, "{}", seen.text);

    drop(streams);
    eventually("nobody is told anything any more", async || {
        let seen = scrape(&world).await;
        let left = seen.sum("live_gateway_subscriptions_ended_total", &[("reason", "left")]) == 2.0;
        let gone = ["live_gateway_subscriptions", "live_gateway_shared_executions", "live_gateway_connections"];
        left && gone.into_iter().all(|name| seen.sum(name, &[]) == 0.0)
    })
    .await;
    let seen = scrape(&world).await;
    assert_eq!(seen.sum("live_gateway_subscriptions_started_total", &[]), 2.0);
    assert_eq!(seen.sum("live_gateway_sockets_closed_total", &[]), 2.0, "{}", seen.text);
    world.stop().await;
}

async fn what_is_behind_them_is_counted(database: Database) {
    let world = measured(&database).await;
    let id = json!({ "id": world.on_air().session_id.to_string() });
    let before = scrape(&world).await;
    world.data(OVERVIEW, id.clone()).await;
    world.data(OVERVIEW, id.clone()).await;
    let seen = scrape(&world).await;
    let more = |name, labels: &[_]| seen.sum(name, labels) - before.sum(name, labels);
    let called = [("call", "overview"), ("region", "ID"), ("outcome", "OK")];
    assert_eq!(more("live_gateway_shopee_calls_total", &called), 1.0, "{}", seen.text);
    assert_eq!(more("live_gateway_shopee_call_duration_seconds_count", &[("call", "overview")]), 1.0);
    assert_eq!(more("live_gateway_shopee_answers_total", &[("source", "shopee")]), 1.0);
    assert_eq!(more("live_gateway_shopee_answers_total", &[("source", "cache")]), 1.0);
    assert!(more("live_gateway_database_statements_total", &[("verb", "SELECT"), ("outcome", "ok")]) >= 2.0);
    // What connecting the account did.
    assert!(seen.sum("live_gateway_database_statements_total", &[("verb", "INSERT")]) > 0.0, "in transactions too");
    assert!(seen.sum("live_gateway_database_begin_duration_seconds_count", &[]) > 0.0);
    assert_eq!(seen.sum("live_gateway_jobs_ended_total", &[("kind", "SYNC_ALL"), ("outcome", "well")]), 1.0);
    assert_eq!(seen.sum("live_gateway_database_up", &[]), 1.0);
    assert!(seen.sum("live_gateway_database_connections", &[]) >= 1.0, "{}", seen.text);
    // SQLite writes through one connection.
    let writers = if database.url.starts_with("sqlite:") { 1.0 } else { 0.0 };
    assert_eq!(seen.sum("live_gateway_database_connections_limit", &[("pool", "write")]), writers);
    assert_eq!((seen.sum("live_gateway_polls_shared", &[]), seen.sum("live_gateway_build_info", &[])), (1.0, 1.0));
    let started = seen.sum("process_start_time_seconds", &[]);
    assert!((1.7e9..2.5e9).contains(&started), "{started}");
    let on_the_public_port = crate::support::client().get(format!("{}/metrics", world.gateway.url())).send().await;
    assert_eq!(on_the_public_port.unwrap().status(), 404);
    world.stop().await;
}

async fn a_database_that_is_away_does_not_take_the_metrics_with_it(database: Database) {
    let world = measured(&database).await;
    assert_eq!(scrape(&world).await.sum("live_gateway_database_up", &[]), 1.0);
    world.gateway.app.database.clone().close().await;
    let seen = scrape(&world).await;
    assert_eq!(seen.sum("live_gateway_database_up", &[]), 0.0, "{}", seen.text);
    world.stop().await;
}

#[tokio::test]
async fn nobody_has_metrics_who_did_not_ask_for_them() {
    testing::on_sqlite(async |database: Database| {
        let world = World::start(&database).await;
        assert_eq!(world.gateway.metrics_url(), None);
        world.stop().await;
    })
    .await;
}
