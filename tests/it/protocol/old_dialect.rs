//! The older subprotocol, which is called `graphql-ws`: what clients of subscriptions-transport-ws say and expect.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    gateway::{Gateway, eventually},
    socket::{Socket, upgrade},
};

impl Gateway {
    async fn old_socket(&self) -> Socket {
        let mut request = upgrade(self.address, &[]);
        request.headers_mut().insert("sec-websocket-protocol", "graphql-ws".parse().unwrap());
        Socket::try_open(request).await.unwrap()
    }

    /// One that is acknowledged.
    async fn old_member(&self, token: &str) -> Socket {
        let mut socket = self.old_socket().await;
        socket.send(json!({ "type": "connection_init", "payload": { "Authorization": token } })).await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        assert_eq!(socket.next().await, json!({ "type": "ka" }));
        socket
    }
}

impl Socket {
    async fn start(&mut self, id: &str, query: &str) {
        let name = query.split_whitespace().nth(1).filter(|name| name.starts_with(char::is_uppercase));
        let payload = json!({ "query": query, "operationName": name });
        self.send(json!({ "type": "start", "id": id, "payload": payload })).await;
    }

    async fn expect_old_data(&mut self, id: &str, data: Value) {
        assert_eq!(self.next().await, json!({ "type": "data", "id": id, "payload": { "data": data } }));
    }
}

#[tokio::test]
async fn operations_start_before_the_acknowledgement_and_run_after_it() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.old_socket().await;
    socket.send(json!({ "type": "connection_init", "payload": { "Authorization": "Bearer good" } })).await;
    socket.start("1", "{ viewer }").await;
    socket.start("2", "subscription { count(to: 2) }").await;
    assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
    assert_eq!(socket.next().await, json!({ "type": "ka" }));
    let (mut messages, mut ends) = (Vec::new(), 0);
    while ends < 2 {
        let message = socket.next().await;
        ends += usize::from(message["type"] == "complete");
        messages.push(message);
    }
    let of = |id: &str| messages.iter().filter(|message| message["id"] == id).cloned().collect::<Vec<_>>();
    let data = |id: &str, data: Value| json!({ "type": "data", "id": id, "payload": { "data": data } });
    let complete = |id: &str| json!({ "type": "complete", "id": id });
    assert_eq!(of("1"), [data("1", json!({ "viewer": "good" })), complete("1")]);
    assert_eq!(of("2"), [data("2", json!({ "count": 1 })), data("2", json!({ "count": 2 })), complete("2")]);
}

#[tokio::test]
async fn a_start_without_an_init_is_refused() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.old_socket().await;
    socket.start("1", "{ hello }").await;
    socket.expect_close(4401).await;
    // Nor does this dialect know the words of the new one.
    let mut socket = gateway.old_member("good").await;
    socket.subscribe("1", "{ hello }").await;
    socket.expect_close(4400).await;
}

#[tokio::test]
async fn who_may_not_is_told_by_a_message_before_the_close() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.old_socket().await;
    socket.send(json!({ "type": "connection_init", "payload": { "authorization": "bad" } })).await;
    assert_eq!(socket.next().await, json!({ "type": "connection_error", "payload": { "message": "Forbidden" } }));
    socket.expect_close(4403).await;
}

#[tokio::test]
async fn subscriptions_are_stopped_replaced_and_terminated() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.old_member("first/a").await;
    socket.start("1", "subscription Level { ticks }").await;
    eventually("the first", || gateway.controls.alive() == 1).await;
    gateway.controls.ticks.send(1).unwrap();
    socket.expect_old_data("1", json!({ "ticks": 1 })).await;
    // A second one takes the place of the first.
    socket.start("1", "subscription Level { t: ticks }").await;
    eventually("the second", || gateway.controls.ticks.receiver_count() == 1).await;
    socket.start("marker", "{ hello }").await;
    socket.expect_old_data("marker", json!({ "hello": "world" })).await;
    assert_eq!(socket.next().await, json!({ "type": "complete", "id": "marker" }));
    eventually("only the second", || gateway.controls.alive() == 1).await;
    gateway.controls.ticks.send(2).unwrap();
    socket.expect_old_data("1", json!({ "t": 2 })).await;
    socket.send(json!({ "type": "stop", "id": "1" })).await;
    eventually("no more", || gateway.controls.alive() == 0).await;
    socket.send(json!({ "type": "connection_terminate" })).await;
    socket.expect_close(1000).await;
}

#[tokio::test]
async fn what_cannot_start_is_one_error() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.old_member("first/a").await;
    for (query, code) in [
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { closed }", "NOT_TODAY"),
        ("subscription Level { closed }", "NOT_TODAY"),
    ] {
        socket.start("1", query).await;
        let message = socket.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("1")), "{message}");
        assert_eq!(message["payload"]["extensions"]["code"], code, "{message}");
        assert!(message["payload"]["message"].is_string(), "{message}");
    }
}

#[tokio::test]
async fn both_dialects_share_one_execution() {
    let gateway = Gateway::start().await;
    let mut old = gateway.old_member("first/old").await;
    old.start("1", "subscription Level { ticks }").await;
    let mut new = gateway.socket().await;
    new.init(json!({ "authorization": "first/new" })).await;
    let payload = json!({ "query": "subscription Level { ticks }", "operationName": "Level" });
    new.send(json!({ "type": "subscribe", "id": "x", "payload": payload })).await;
    new.subscribe("2", "{ hello }").await;
    new.expect_data("2", json!({ "hello": "world" })).await;
    new.expect_complete("2").await;
    eventually("the execution", || gateway.controls.alive() == 1).await;
    gateway.controls.ticks.send(9).unwrap();
    new.expect_data("x", json!({ "ticks": 9 })).await;
    old.expect_old_data("1", json!({ "ticks": 9 })).await;
    assert_eq!(gateway.controls.alive(), 1);
}

#[tokio::test]
async fn it_is_kept_alive_and_noticed_when_it_is_gone() {
    let every = Duration::from_millis(100);
    let gateway = Gateway::with(|limits| limits.socket.ping_every = every).await;
    let mut socket = gateway.old_member("good").await;
    let begun = Instant::now();
    // Reading answers the transport's pings, which is sign of life enough.
    while begun.elapsed() < every * 6 {
        assert_eq!(socket.next().await, json!({ "type": "ka" }));
    }
    // One that is not read answers nothing.
    eventually("it is given up", || gateway.sockets.is_empty()).await;
    assert!(begun.elapsed() >= every * 8);
}
