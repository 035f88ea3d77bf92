//! Operations as server-sent events, one connection each.

use std::time::{Duration, Instant};

use reqwest::Response;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::gateway::{Gateway, PATIENCE, SHORT, eventually};

/// What comes of an operation: events as they are, comments left out.
struct Events {
    response: Response,
    rest: String,
}

#[derive(Debug, PartialEq)]
enum Event {
    Next(Value),
    Complete,
    /// The stream has ended.
    End,
}

impl Events {
    async fn open(gateway: &Gateway, token: &str, query: &str) -> Self {
        let response = ask(gateway, token, query).await;
        assert_eq!((response.status().as_u16(), kind(&response)), (200, "text/event-stream; charset=utf-8"));
        assert!(response.headers().get("content-encoding").is_none());
        Self { response, rest: String::new() }
    }

    async fn next(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.rest.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.rest = rest;
                match event.split_once('\n') {
                    None if event == ":" => continue,
                    Some(("event: complete", "data:")) => return Event::Complete,
                    Some(("event: next", data)) => {
                        let json = data.strip_prefix("data: ").unwrap();
                        return Event::Next(serde_json::from_str(json).unwrap());
                    }
                    _ => panic!("{event:?}"),
                }
            }
            match timeout(PATIENCE, self.response.chunk()).await.expect("something comes in time") {
                Ok(Some(chunk)) => self.rest += std::str::from_utf8(&chunk).unwrap(),
                _ => return Event::End,
            }
        }
    }

    async fn expect(&mut self, data: Value) {
        assert_eq!(self.next().await, Event::Next(json!({ "data": data })));
    }

    async fn expect_complete(&mut self) {
        assert_eq!((self.next().await, self.next().await), (Event::Complete, Event::End));
    }

    async fn expect_error(&mut self, code: &str) {
        let Event::Next(answer) = self.next().await else { panic!("an error was expected") };
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
        assert!(answer["errors"][0]["extensions"]["requestId"].is_string() && answer.get("data").is_none(), "{answer}");
    }
}

async fn ask(gateway: &Gateway, token: &str, query: &str) -> Response {
    let name = query.split_whitespace().nth(1).filter(|name| name.starts_with(char::is_uppercase));
    let body = json!({ "query": query, "operationName": name }).to_string();
    let request = gateway.post(body).header("accept", "text/event-stream").bearer_auth(token);
    request.timeout(PATIENCE).send().await.unwrap()
}

fn kind(response: &Response) -> &str {
    response.headers()["content-type"].to_str().unwrap()
}

#[tokio::test]
async fn a_subscription_is_a_stream_of_events() {
    let gateway = Gateway::start().await;
    let mut counts = Events::open(&gateway, "good", "subscription { count(to: 3) }").await;
    for count in 1..=3 {
        counts.expect(json!({ "count": count })).await;
    }
    counts.expect_complete().await;

    let mut ticks = Events::open(&gateway, "good", "subscription { ticks }").await;
    eventually("the subscription", || gateway.controls.alive() == 1).await;
    for tick in [7, 8] {
        gateway.controls.ticks.send(tick).unwrap();
        ticks.expect(json!({ "ticks": tick })).await;
    }
    drop(ticks);
    eventually("the subscription's end with its client", || gateway.controls.alive() == 0).await;
}

#[tokio::test]
async fn queries_and_mutations_answer_so_too_and_get_is_for_queries_and_subscriptions() {
    let gateway = Gateway::start().await;
    let mut hello = Events::open(&gateway, "good", "{ hello }").await;
    hello.expect(json!({ "hello": "world" })).await;
    hello.expect_complete().await;
    gateway.controls.allow_add.add_permits(1);
    let mut added = Events::open(&gateway, "good", "mutation { add }").await;
    added.expect(json!({ "add": 1 })).await;
    added.expect_complete().await;

    let get = async |query: &str| {
        let request = gateway.request("GET").query(&[("query", query)]);
        request.header("accept", "text/event-stream").send().await.unwrap()
    };
    let response = get("subscription { count(to: 1) }").await;
    let text = response.text().await.unwrap();
    assert_eq!(text, "event: next\ndata: {\"data\":{\"count\":1}}\n\nevent: complete\ndata:\n\n");
    assert_eq!(get("mutation { add }").await.status(), 405);
}

#[tokio::test]
async fn what_is_wrong_is_an_event_unless_the_request_itself_is() {
    let gateway = Gateway::start().await;
    for (query, code) in [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription Level { nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { closed }", "NOT_TODAY"),
        ("subscription Level { closed }", "NOT_TODAY"),
    ] {
        for token in ["good", "first/a"] {
            let mut events = Events::open(&gateway, token, query).await;
            events.expect_error(code).await;
            events.expect_complete().await;
        }
    }
    for (token, query, status) in [("bad", "subscription { ticks }", 401), ("good", "subscription { a b }", 200)] {
        assert_eq!(ask(&gateway, token, query).await.status(), status, "{query}");
    }
    let plain = gateway.query("subscription { ticks }").send().await.unwrap();
    assert_eq!((plain.status().as_u16(), kind(&plain)), (400, "application/json; charset=utf-8"));
    assert!(plain.text().await.unwrap().contains("SUBSCRIPTION_NEEDS_WEBSOCKET"));
    assert_eq!(gateway.controls.alive(), 0);
}

#[tokio::test]
async fn streams_of_events_and_sockets_share_one_execution() {
    let gateway = Gateway::start().await;
    let mut streams = Vec::new();
    for number in 0..20 {
        streams.push(Events::open(&gateway, &format!("first/{number}"), "subscription Level { ticks }").await);
    }
    let mut socket = gateway.socket().await;
    socket.init(json!({ "authorization": "first/socket" })).await;
    let payload = json!({ "query": "subscription Level { ticks }", "operationName": "Level" });
    socket.send(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
    socket.subscribe("2", "{ hello }").await;
    socket.expect_data("2", json!({ "hello": "world" })).await;
    socket.expect_complete("2").await;
    eventually("the execution", || gateway.controls.alive() == 1).await;
    gateway.controls.ticks.send(5).unwrap();
    socket.expect_data("1", json!({ "ticks": 5 })).await;
    for stream in &mut streams {
        stream.expect(json!({ "ticks": 5 })).await;
    }
    assert_eq!(gateway.controls.alive(), 1);
    drop((streams, socket));
    eventually("its end", || gateway.controls.alive() == 0).await;
}

#[tokio::test]
async fn a_stream_of_events_ends_with_what_it_stands_for() {
    let gateway = Gateway::start().await;
    for (token, told) in [("short", true), ("withdrawn", true), ("unknowable", false)] {
        let begun = Instant::now();
        let mut events = Events::open(&gateway, token, "subscription { ticks }").await;
        match told {
            true => {
                events.expect_error("UNAUTHENTICATED").await;
                events.expect_complete().await;
            }
            // Broken off: its client comes back.
            false => assert_eq!(events.next().await, Event::End),
        }
        assert!(begun.elapsed() >= SHORT, "{token}");
    }
    eventually("their end", || gateway.controls.alive() == 0).await;
}

#[tokio::test]
async fn a_stop_breaks_streams_of_events_off_and_waits_for_them() {
    let gateway = Gateway::start().await;
    let mut events = Events::open(&gateway, "good", "subscription { ticks }").await;
    eventually("the subscription", || gateway.controls.alive() == 1).await;
    gateway.shutdown.cancel();
    assert_eq!(events.next().await, Event::End);
    gateway.stop().await;
}

#[tokio::test]
async fn streams_of_events_are_kept_alive_and_take_the_places_of_sockets() {
    let gateway = Gateway::with(|limits| {
        limits.socket.ping_every = Duration::from_millis(50);
        limits.socket.sockets = 1;
        limits.concurrent_requests = 1;
    })
    .await;
    let mut first = ask(&gateway, "good", "subscription { ticks }").await;
    for _ in 0..4 {
        assert_eq!(first.chunk().await.unwrap().unwrap(), ":\n\n");
    }
    let second = ask(&gateway, "good", "subscription { ticks }").await;
    assert_eq!(second.status(), 503);
    // They are no requests at work.
    gateway.assert_alive().await;
    drop(first);
    eventually("the place is free", || gateway.controls.alive() == 0).await;
    Events::open(&gateway, "good", "subscription { count(to: 1) }").await.expect(json!({ "count": 1 })).await;
}
