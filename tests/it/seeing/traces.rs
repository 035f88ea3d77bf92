//! Traces: one tree from a request down to statements and calls, and as many of them as are wanted.

use serde_json::json;
use testing::{Database, on_both};

use super::{
    collector::{Collector, Told},
    connected, on_air, overview, send,
};
use crate::{
    process::Machine,
    support::{
        eventually,
        stream::{Event, Stream},
    },
};

on_both!(
    a_request_is_a_tree_down_to_statements_and_calls,
    money_is_traced_to_the_call_that_moves_it,
    what_comes_over_websockets_is_traced_too,
    a_sync_is_traced_page_by_page,
    a_part_is_sent_where_a_part_is_wanted,
    a_collector_that_is_away_is_told_of_and_harms_nobody,
);

const CALLERS_TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLERS_SPAN: &str = "b7ad6b7169203331";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn one<'a>(spans: &'a [Told], name: &str) -> &'a Told {
    let found: Vec<&Told> = spans.iter().filter(|span| span.name() == name).collect();
    assert_eq!(found.len(), 1, "{name} in {:?}", spans.iter().map(Told::name).collect::<Vec<_>>());
    found[0]
}

/// A machine with an account connected whose traces go to a collector.
async fn traced(database: &Database, collector: &Collector) -> (Machine, String) {
    let (mut machine, token) = connected(Machine::with(database).await).await;
    machine.set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url);
    (machine, token)
}

async fn a_request_is_a_tree_down_to_statements_and_calls(database: Database) {
    let collector = Collector::start().await;
    let (mut machine, token) = traced(&database, &collector).await;
    machine.set("OTEL_EXPORTER_OTLP_HEADERS", "x-collector-key=let%20me%20in");
    let serving = machine.serve().await;
    let parent = format!("00-{CALLERS_TRACE}-{CALLERS_SPAN}-01");
    let headers = [("traceparent", parent.as_str()), ("tracestate", "vendor=canary-of-a-vendor")];
    let (status, answer) = send(&serving, &token, &overview(&on_air(&machine)), &headers).await;
    assert!(status.is_success() && answer.get("errors").is_none(), "{answer}");
    assert_eq!(serving.stop().await.code, Some(0));

    let spans = collector.spans();
    assert!(spans.iter().all(|span| span.service == "live-gateway"));
    let request = one(&spans, "POST /graphql");
    assert_eq!(hex(&request.span.trace_id), CALLERS_TRACE, "it goes on with its caller's trace");
    assert_eq!(hex(&request.span.parent_span_id), CALLERS_SPAN);
    assert_eq!(request.attribute("http.response.status_code").as_deref(), Some("200"));
    let operation = one(&spans, "query");
    assert!(operation.is_child_of(request), "{operation:?}");
    assert_eq!(operation.attribute("graphql.operation.name").as_deref(), Some("Overview"));
    assert!(
        spans.iter().any(|span| span.name() == "SELECT live_sessions" && span.is_child_of(operation)),
        "{spans:#?}"
    );
    let call = one(&spans, "shopee overview");
    assert!(call.is_child_of(operation), "{call:?}");
    assert_eq!(call.attribute("shopee.region").as_deref(), Some("ID"));
    let signs_in = |span: &&Told| span.name().starts_with("SELECT ") && span.is_child_of(request);
    assert!(spans.iter().any(|span| signs_in(&span)), "signing in is part of the request: {spans:#?}");
    for span in &spans {
        assert!(span.span.end_time_unix_nano >= span.span.start_time_unix_nano, "{span:?}");
        assert!(!span.is_root() && span.span.events.is_empty(), "nothing else is traced: {span:?}");
    }
    assert!(!collector.text().contains("canary-of-a-vendor"));
    assert!(collector.header("x-collector-key").iter().all(|key| key == "let me in"));
    assert!(!collector.header("x-collector-key").is_empty());
}

async fn money_is_traced_to_the_call_that_moves_it(database: Database) {
    let collector = Collector::start().await;
    let (machine, token) = traced(&database, &collector).await;
    let serving = machine.serve().await;
    let session = on_air(&machine);
    let start = "mutation Start($input: StartCoinsInput!) { startCoins(input: $input) { userErrors { code } } }";
    let find =
        json!({ "query": "query($id: ID!) { liveSession(sessionId: $id) { id } }", "variables": { "id": session } });
    let (_, found) = send(&serving, &token, &find, &[]).await;
    let id = &found["data"]["liveSession"]["id"];
    let input = json!({ "liveSessionId": id, "amount": 100, "idempotencyKey": "a-key-that-nobody-else-has" });
    let (_, answer) = send(&serving, &token, &json!({ "query": start, "variables": { "input": input } }), &[]).await;
    assert!(answer["data"]["startCoins"].is_object(), "{answer}");
    assert_eq!(serving.stop().await.code, Some(0));
    let spans = collector.spans();
    let mutation = one(&spans, "mutation");
    let calls = spans.iter().filter(|span| span.name().starts_with("shopee ") && span.is_child_of(mutation)).count();
    assert!(calls > 0, "what is carried out in a task of its own belongs to who asked for it: {spans:#?}");
    assert!(spans.iter().any(|span| span.name() == "INSERT intents" && span.is_child_of(mutation)), "{spans:#?}");
    assert!(!collector.text().contains("a-key-that-nobody-else-has"));
}

async fn what_comes_over_websockets_is_traced_too(database: Database) {
    let collector = Collector::start().await;
    let (machine, token) = traced(&database, &collector).await;
    let serving = machine.serve().await;
    let session = on_air(&machine);
    let watch = format!(r#"subscription {{ viewerCount(sessionId: "{session}") {{ viewers }} }}"#);
    let mut stream = Stream::open(&serving.url, Some(&token), &watch, json!({})).await;
    stream.data().await;
    drop(stream);
    let ask = overview(&session);
    let mut stream =
        Stream::open(&serving.url, Some(&token), ask["query"].as_str().unwrap(), ask["variables"].clone()).await;
    assert!(matches!(stream.event().await, Event::Next(_)));
    drop(stream);
    assert_eq!(serving.stop().await.code, Some(0));

    let spans = collector.spans();
    let request = one(&spans, "WEBSOCKET /graphql");
    assert!(request.is_root() && one(&spans, "query").is_child_of(request), "{spans:#?}");
    let event = spans.iter().find(|span| span.name() == "subscription event").expect("an event");
    assert!(event.is_root(), "a subscription lasts too long to be a trace: {event:?}");
    let polls: Vec<_> = spans.iter().filter(|span| span.name() == "poll account/session/metrics").collect();
    let asked = |poll: &&&Told| spans.iter().any(|span| span.name() == "shopee overview" && span.is_child_of(poll));
    assert!(polls.iter().any(|poll| poll.is_root() && asked(&poll)), "{spans:#?}");
}

async fn a_sync_is_traced_page_by_page(database: Database) {
    let collector = Collector::start().await;
    let (machine, token) = traced(&database, &collector).await;
    let serving = machine.serve().await;
    let find = json!({ "query": "{ liveSessions(first: 1) { nodes { shopeeAccount { id } } } }" });
    let (_, found) = send(&serving, &token, &find, &[]).await;
    let id = &found["data"]["liveSessions"]["nodes"][0]["shopeeAccount"]["id"];
    let sync = "mutation Sync($input: SyncShopeeAccountInput!) { syncShopeeAccount(input: $input) { job { id } } }";
    let input = json!({ "query": sync, "variables": { "input": { "shopeeAccountId": id } } });
    let (_, answer) = send(&serving, &token, &input, &[]).await;
    assert!(answer["data"]["syncShopeeAccount"]["job"].is_object(), "{answer}");
    let page = |spans: &[Told]| spans.iter().find(|span| span.name() == "page of SYNC_ALL").cloned();
    eventually("a page", async || page(&collector.spans()).is_some()).await;
    assert_eq!(serving.stop().await.code, Some(0));

    let spans = collector.spans();
    let page = page(&spans).unwrap();
    assert_eq!((page.is_root(), page.attribute("page").as_deref()), (true, Some("1")));
    for part in ["shopee session_list", "shopee overview", "INSERT live_sessions"] {
        assert!(spans.iter().any(|span| span.name() == part && span.is_child_of(&page)), "{part}: {spans:#?}");
    }
}

async fn a_part_is_sent_where_a_part_is_wanted(database: Database) {
    let collector = Collector::start().await;
    let (mut machine, token) = traced(&database, &collector).await;
    machine.set("OTEL_TRACES_SAMPLER_ARG", "0");
    let serving = machine.serve().await;
    let parent = format!("00-{CALLERS_TRACE}-{CALLERS_SPAN}-01");
    let body = overview(&on_air(&machine));
    for headers in [vec![], vec![("traceparent", parent.as_str())]] {
        assert!(send(&serving, &token, &body, &headers).await.0.is_success());
    }
    assert_eq!(serving.stop().await.code, Some(0));
    assert_eq!(collector.spans().len(), 0, "callers do not choose how much we send");
}

async fn a_collector_that_is_away_is_told_of_and_harms_nobody(database: Database) {
    let (mut machine, token) = connected(Machine::with(&database).await).await;
    machine.set("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    let serving = machine.serve().await;
    assert!(send(&serving, &token, &overview(&on_air(&machine)), &[]).await.0.is_success());
    let ended = serving.stop().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told = ["the collector does not take traces", "the last traces could not be sent"];
    assert!(told.iter().any(|words| ended.logged.contains(words)), "{ended:?}");
}
