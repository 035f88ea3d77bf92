//! Requests that are too large, too slow, broken or malicious: each gets a clear answer, and nothing else suffers.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::gateway::{Gateway, PATIENCE, eventually};

const HEAD: &str = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n";

async fn code_of(answer: reqwest::Response) -> String {
    let answer: Value = answer.json().await.unwrap();
    answer["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn only_plain_json_in_utf8_is_read() {
    let gateway = Gateway::start().await;
    let body = r#"{"query":"{hello}"}"#;
    for (content_type, status) in [
        (Some("application/json"), 200),
        (Some("application/json; charset=utf-8"), 200),
        (Some("application/json; charset=utf-16"), 415),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("multipart/form-data; boundary=a"), 415),
        (Some("application/graphql"), 415),
        (None, 415),
    ] {
        let mut request = gateway.request("POST").body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        assert_eq!(request.send().await.unwrap().status(), status, "{content_type:?}");
    }
    let compressed = gateway.post(body).header("content-encoding", "gzip").send().await.unwrap();
    assert_eq!(compressed.status(), 415);
    for broken in [&b"{\"query\":\"{hello}\xff\"}"[..], b"{\"query\":", b"", b"\x00", b"nonsense"] {
        assert_eq!(gateway.post(broken).send().await.unwrap().status(), 400, "{broken:?}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_without_being_read() {
    let gateway = Gateway::start().await;
    // Announced, and never sent.
    let begun = Instant::now();
    let answer = gateway.raw(format!("{HEAD}content-length: 1000001\r\n\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("PAYLOAD_TOO_LARGE"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(1));
    // In chunks without an announced length, and without an end.
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    let endless = format!("{HEAD}transfer-encoding: chunked\r\n\r\n{}", chunk.repeat(31));
    let answer = gateway.raw(endless.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Just within the limit.
    let mut body = r#"{"query":"{hello}"}"#.to_owned();
    body.push_str(&" ".repeat(1_000_000 - body.len()));
    assert_eq!(gateway.post(body.clone()).send().await.unwrap().status(), 200);
    body.push(' ');
    assert_eq!(gateway.post(body).send().await.unwrap().status(), 413);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let gateway = Gateway::with(|limits| limits.body_within = Duration::from_millis(100)).await;
    let answer = gateway.raw(format!("{HEAD}content-length: 10\r\n\r\n{{").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
}

/// A request of which the body has begun.
async fn begun(gateway: &Gateway, length: usize, beginning: &str) -> TcpStream {
    let mut client = TcpStream::connect(gateway.address).await.unwrap();
    client.write_all(format!("{HEAD}content-length: {length}\r\n\r\n{beginning}").as_bytes()).await.unwrap();
    client
}

#[tokio::test]
async fn bodies_that_do_not_come_take_no_place() {
    let gateway = Gateway::with(|limits| {
        limits.concurrent_requests = 2;
        limits.body_within = Duration::from_millis(500);
    })
    .await;
    let mut slow = Vec::new();
    for _ in 0..10 {
        slow.push(begun(&gateway, 100, "{").await);
    }
    while !slow.is_empty() {
        gateway.assert_alive().await;
        // Those that were given up meanwhile have been there all the time before.
        slow.retain(|client| client.try_read(&mut [0; 16]).is_err());
    }
}

#[tokio::test]
async fn large_bodies_that_do_not_come_leave_usual_ones_alone() {
    let gateway = Gateway::with(|limits| limits.arriving_bytes = 100_000).await;
    let slow = begun(&gateway, 200_000, &" ".repeat(110_000)).await;
    let large = || format!("{{\"query\":\"{{hello}}\"}}{}", " ".repeat(110_000));
    let refused = async || gateway.post(large()).send().await.unwrap().status() == 503;
    let patience = Instant::now() + PATIENCE;
    while !refused().await {
        assert!(Instant::now() < patience, "what arrives is counted");
    }
    let answer = gateway.post(large()).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert_eq!(code_of(answer).await, "OVERLOADED");
    gateway.assert_alive().await;
    drop(slow);
    while refused().await {
        assert!(Instant::now() < patience, "there is room again");
    }
}

#[tokio::test]
async fn bombs_are_refused_and_the_process_lives() {
    let gateway = Gateway::start().await;
    let levels: String = (0..20).map(|n| format!("fragment F{n} on Query{{...F{m} ...F{m}}}", m = n + 1)).collect();
    let aliases: String = (0..31).map(|n| format!("a{n}:hello ")).collect();
    for (query, code) in [
        (format!("{{echo(value:{}1{})}}", "[".repeat(3000), "]".repeat(3000)), "QUERY_TOO_DEEP"),
        (format!("{{...F0}}{levels}fragment F20 on Query{{hello}}"), "QUERY_TOO_LARGE"),
        (format!("{{{}}}", "a:hello ".repeat(5000)), "QUERY_TOO_LARGE"),
        (format!("{{hello {}}}", "@a".repeat(51)), "TOO_MANY_DIRECTIVES"),
        (format!("{{a{{{aliases}}}}}"), "TOO_MANY_ALIASES"),
        (format!("{{{}}}", "hello ".repeat(21)), "TOO_MANY_ROOT_FIELDS"),
    ] {
        let answer = gateway.query(&query).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        assert_eq!(code_of(answer).await, code);
    }
    for (levels, status) in [(9_000, 400), (11_000, 413)] {
        let nested = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let deep = format!(r#"{{"query":"{{hello}}","variables":{{"v":{nested}}}}}"#);
        assert_eq!(gateway.post(deep).send().await.unwrap().status(), status);
    }
    gateway.assert_alive().await;
}

#[tokio::test]
async fn a_long_value_in_many_places_is_refused_before_it_is_looked_at() {
    let gateway = Gateway::start().await;
    let query = format!("query($v:Int!){{a{{{}}}}}", "echo(value:$v)".repeat(400));
    for (length, code) in [(1_000, "GRAPHQL_VALIDATION_FAILED"), (300_000, "QUERY_TOO_LARGE")] {
        let body = json!({"query": query, "variables": {"v": "x".repeat(length)}});
        assert_eq!(code_of(gateway.post(body.to_string()).send().await.unwrap()).await, code);
    }
}

#[tokio::test]
async fn of_what_is_wrong_little_is_quoted() {
    let gateway = Gateway::start().await;
    let long = "é".repeat(200_000);
    for (body, code) in [
        (json!({"query": format!("{{echo(value:\"{long}\") ]")}), "GRAPHQL_PARSE_FAILED"),
        (json!({"query": "query A{hello} query B{hello}", "operationName": long}), "OPERATION_RESOLUTION_FAILURE"),
        (json!({"query": "{hello}", "variables": long}), "BAD_REQUEST"),
        (json!({"query": format!("query($v:[Int!]=\"{long}\"){{hello}}")}), "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let answer = gateway.post(body.to_string()).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], code);
        assert!(answer.to_string().len() < 2_000, "{code}: {}", answer.to_string().len());
    }
    let answer: Value =
        gateway.query(&format!("{{echo(value:\"{long}\") ]")).send().await.unwrap().json().await.unwrap();
    let error = &answer["errors"][0];
    assert!(error["message"].as_str().is_some_and(|message| message.starts_with("expected ")), "{error}");
    assert_eq!(error["locations"][0], json!({"line": 1, "column": 200_017}));
}

#[tokio::test]
async fn an_operation_that_takes_too_long_is_given_up() {
    let gateway = Gateway::with(|limits| limits.deadline = Duration::from_millis(100)).await;
    let answer = gateway.query("{slow}").send().await.unwrap();
    assert_eq!(answer.status(), 504);
    assert_eq!(code_of(answer).await, "DEADLINE_EXCEEDED");
    assert_eq!(gateway.controls.alive(), 0, "nothing works for it any more");
    let answer = gateway.query("{viewer}").bearer_auth("hang").send().await.unwrap();
    assert_eq!(answer.status(), 503);
}

#[tokio::test]
async fn more_requests_than_there_are_places_for_are_told_to_come_again() {
    let gateway = Gateway::with(|limits| limits.concurrent_requests = 2).await;
    let waiting = [0, 1].map(|_| tokio::spawn(gateway.query("{slow}").send()));
    eventually("both requests being at work", || gateway.controls.alive() == 2).await;
    let answer = gateway.query("{hello}").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert_eq!(code_of(answer).await, "OVERLOADED");
    // A client that leaves leaves its place.
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    eventually("both requests being gone", || gateway.controls.alive() == 0).await;
    gateway.assert_alive().await;
}

#[tokio::test]
async fn a_mutation_ends_what_it_began_though_its_client_has_left() {
    let gateway = Gateway::start().await;
    let body = r#"{"query":"mutation{add}"}"#;
    let mut client = TcpStream::connect(gateway.address).await.unwrap();
    client.write_all(format!("{HEAD}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
    eventually("the mutation being at work", || gateway.controls.alive() == 1).await;
    client.shutdown().await.unwrap();
    // The server has let the request go once it closes the connection too.
    let read = timeout(PATIENCE, client.read(&mut [0])).await.expect("the server closes the connection");
    assert_eq!(read.unwrap(), 0);
    gateway.controls.allow_add.add_permits(1);
    eventually("the mutation ending", || gateway.controls.added.load(Ordering::SeqCst) == 1).await;
}
