//! What may leave the process, and where to: everything that must not is put in everywhere it can be, then looked for in every line of the
//! log, every span and every metric.

use sandbox::{Fault, FaultKind};
use serde_json::json;
use testing::{Database, on_both};

use super::{collector::Collector, connected, on_air, overview, scrape::Scrape, send};
use crate::{
    faults::WORDS_OF_OTHERS,
    process::{Machine, Serving},
    support::stream::{Event, Stream},
};

on_both!(nothing_secret_is_seen_anywhere);

/// What a client may send, wherever it can send anything.
const CANARY: &str = "canary-0b5e55ed-that-nobody-may-see";

/// How Shopee can fail, with words of its own in most.
const FAILURES: [FaultKind; 8] = [
    FaultKind::ServerError(500),
    FaultKind::RateLimited { retry_after: Some(1) },
    FaultKind::Html,
    FaultKind::WrongTypes,
    FaultKind::CutBody,
    FaultKind::RiskControl { status: 403 },
    FaultKind::Forbidden,
    FaultKind::Refused { code: 1234 },
];

async fn nothing_secret_is_seen_anywhere(database: Database) {
    let collector = Collector::start().await;
    let (mut machine, token) = connected(Machine::with(&database).await).await;
    machine.set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url);
    machine.set("OTEL_EXPORTER_OTLP_HEADERS", format!("x-collector-key={CANARY}"));
    machine.set("METRICS_ADDR", "127.0.0.1:0");
    let mut serving = machine.serve().await;
    let address = serving.running.logs(r#""message":"metrics","address":""#).await;
    let metrics = format!("http://{}/metrics", address.split('"').next().unwrap());
    whatever_clients_send(&serving, &token).await;
    whatever_shopee_answers(&machine, &serving, &token).await;
    let metrics = Scrape::of(&metrics).await;
    let ended = serving.stop().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");

    let traces = collector.text();
    assert!(
        traces.contains("shopee session_info") && ended.logged.contains("shopee call"),
        "there is something to see"
    );
    assert!(metrics.sum("live_gateway_shopee_calls_total", &[("call", "session_info")]) >= FAILURES.len() as f64);
    let address = machine.shopee.address().to_string();
    let ours = ended.logged.lines().filter(|line| line.contains("\"live_gateway::") || line.contains("\"shopee::"));
    for (place, text) in [("log", ours.collect::<String>()), ("traces", traces), ("metrics", metrics.text)] {
        secrets(&machine, &token).iter().for_each(|secret| {
            assert!(!text.contains(secret), "{place}: {secret}");
        });
        // `SELECT` alone says which kind of statement it was.
        let statements = ["SELECT \"", "INSERT INTO", "WHERE", "$1", "/graphql?", "/supply/", "/api/"];
        let others = WORDS_OF_OTHERS.iter().copied().filter(|word| !["SELECT", "INSERT"].contains(word));
        for told in
            others.chain(statements).chain([address.as_str(), env!("CARGO_MANIFEST_DIR"), "sqlite://", "postgres://"])
        {
            assert!(!text.contains(told), "{place}: {told} in {}", around(&text, told));
        }
    }
    // What libraries say in lines of their own has no secret either.
    secrets(&machine, &token).iter().for_each(|secret| assert!(!ended.logged.contains(secret), "{secret}"));
}

fn around<'a>(text: &'a str, told: &str) -> &'a str {
    text.lines().find(|line| line.contains(told)).map_or("", |line| &line[..line.floor_char_boundary(2000)])
}

/// Secrets of the machine and of its client.
fn secrets(machine: &Machine, token: &str) -> Vec<String> {
    let cookies = machine.account().cookie;
    let values = cookies.split("; ").filter_map(|pair| pair.split_once('=')).map(|(_, value)| value.to_owned());
    let settings = ["TOKEN_SECRET", "CREDENTIAL_KEY"].map(|name| machine.variables[name].clone());
    let others = [CANARY.to_owned(), token.to_owned()].into_iter().chain(settings);
    values.filter(|value| value.len() > 12).chain(others).collect()
}

async fn whatever_clients_send(serving: &Serving, token: &str) {
    let with_canary = format!(
        r#"query Named {{ # {CANARY}
        liveSession(sessionId: "{CANARY}") {{ id }} node(id: "{CANARY}") {{ id }} }}"#
    );
    let bodies = [
        json!({ "query": with_canary }),
        json!({ "query": "query($id: ID!) { node(id: $id) { id } }", "variables": { "id": CANARY } }),
        json!({ "query": format!("{{ \"{CANARY}\" ") }),
        json!({ "query": "{ __typename }", "operationName": CANARY }),
        json!({ "query": format!("{{ {} }}", CANARY.replace('-', "_")) }),
        json!({ "query": "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }",
            "variables": { "input": { "email": format!("{CANARY}@studio.example"), "password": CANARY } } }),
    ];
    for body in &bodies {
        let headers = [("x-request-id", "fine"), ("user-agent", CANARY), ("cookie", CANARY), ("tracestate", CANARY)];
        send(serving, token, body, &headers).await;
        send(serving, CANARY, body, &[("x-request-id", &format!("{CANARY}/"))]).await;
    }
    let client = crate::support::client();
    client.get(format!("{}/graphql?query={CANARY}", serving.url)).send().await.unwrap();
    client.get(format!("{}/{CANARY}", serving.url)).send().await.unwrap();
    let query = bodies[1]["query"].as_str().unwrap();
    let mut stream = Stream::open(&serving.url, Some(token), query, json!({ "id": CANARY })).await;
    assert!(matches!(stream.event().await, Event::Next(_)));
    assert_eq!(stream.event().await, Event::Complete);
    let watch = "subscription($id: ID!) { viewerCount(sessionId: $id) { viewers } }";
    stream.start(CANARY, watch, json!({ "id": CANARY })).await;
    assert!(matches!(stream.event().await, Event::Error(_) | Event::Next(_)));
}

async fn whatever_shopee_answers(machine: &Machine, serving: &Serving, token: &str) {
    let session = on_air(machine);
    send(serving, token, &overview(&session), &[]).await;
    let query = "query Info($id: ID!) { liveSession(sessionId: $id) { info { title } } }";
    for kind in FAILURES {
        machine.shopee.panel().inject(Fault::new(kind).on("session_info"));
        let (_, answer) = send(serving, token, &json!({ "query": query, "variables": { "id": session } }), &[]).await;
        assert!(answer["errors"].is_array(), "{answer}");
        machine.shopee.panel().clear_faults();
    }
}
