//! Operations over a websocket: what is sent for each, and when it ends.

use std::time::Duration;

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::{
    gateway::{Gateway, eventually},
    socket::{Socket, upgrade},
};

#[tokio::test]
async fn a_subscription_runs_until_the_client_completes_it() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    socket.subscribe("1", "subscription{ticks}").await;
    eventually("the subscription", || gateway.controls.alive() == 1).await;
    for tick in 1..=3 {
        gateway.controls.ticks.send(tick).unwrap();
        socket.expect_data("1", json!({"ticks": tick})).await;
    }
    socket.complete("1").await;
    eventually("the end of the stream", || gateway.controls.alive() == 0).await;
    // Nothing more is heard of it: no event, no echo of `complete`. The id is free again.
    socket.subscribe("1", "{hello}").await;
    socket.expect_data("1", json!({"hello": "world"})).await;
    socket.expect_complete("1").await;
}

#[tokio::test]
async fn a_subscription_that_ends_is_completed_and_frees_its_id() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    for _ in 0..100 {
        socket.subscribe("1", "subscription{count(to:2)}").await;
        socket.expect_data("1", json!({"count": 1})).await;
        socket.expect_data("1", json!({"count": 2})).await;
        socket.expect_complete("1").await;
    }
}

#[tokio::test]
async fn queries_and_mutations_are_answered_once() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    gateway.controls.allow_add.add_permits(1);
    for (query, data) in [("query{echo(value:7)}", json!({"echo": 7})), ("mutation{add}", json!({"add": 1}))] {
        socket.subscribe("1", query).await;
        socket.expect_data("1", data).await;
        socket.expect_complete("1").await;
    }
    let payload = json!({"query": "query A($v:Int!){echo(value:$v)} query B{hello}", "operationName": "A", "variables": {"v": 3}});
    socket.send(json!({"type": "subscribe", "id": "2", "payload": payload})).await;
    socket.expect_data("2", json!({"echo": 3})).await;
    socket.expect_complete("2").await;
}

#[tokio::test]
async fn what_cannot_start_is_an_error_and_no_more() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{unknown}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{unknown}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{a:count(to:1) b:count(to:1)}", "GRAPHQL_VALIDATION_FAILED"),
        ("query($v:Int!){echo(value:$v)}", "BAD_USER_INPUT"),
        ("subscription($v:Int!){count(to:$v)}", "BAD_USER_INPUT"),
        ("subscription{count(to:\"a\")}", "BAD_USER_INPUT"),
        ("query A{hello} query B{hello}", "OPERATION_RESOLUTION_FAILURE"),
        (
            "{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{...{hello}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
            "QUERY_TOO_DEEP",
        ),
        ("subscription{closed}", "NOT_TODAY"),
        ("{panic}", "INTERNAL"),
    ] {
        socket.subscribe("1", query).await;
        assert_eq!(socket.expect_error("1").await, code, "{query}");
    }
    // No `complete` came with any of them, and the id was free each time.
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn errors_of_execution_are_part_of_the_result() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    socket.subscribe("1", "{refused}").await;
    let message = socket.next().await;
    assert_eq!((&message["type"], &message["payload"]["data"]), (&json!("next"), &json!(null)), "{message}");
    assert_eq!(message["payload"]["errors"][0]["extensions"]["code"], "NOT_TODAY");
    socket.expect_complete("1").await;
    // An event that fails does not end its subscription, not even the first.
    socket.subscribe("2", "subscription{stumbling{value}}").await;
    let message = socket.next().await;
    assert_eq!(
        (&message["type"], &message["payload"]["errors"][0]["path"]),
        (&json!("next"), &json!(["stumbling", "value"])),
        "{message}"
    );
    socket.expect_data("2", json!({"stumbling": {"value": 1}})).await;
    socket.expect_complete("2").await;
}

#[tokio::test]
async fn a_stream_that_panics_ends_alone() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    socket.subscribe("1", "subscription{panicking}").await;
    socket.expect_data("1", json!({"panicking": 1})).await;
    assert_eq!(socket.expect_error("1").await, "INTERNAL");
    socket.subscribe("1", "{hello}").await;
    socket.expect_data("1", json!({"hello": "world"})).await;
}

#[tokio::test]
async fn an_operation_that_takes_too_long_is_given_up_but_a_subscription_is_not() {
    let deadline = Duration::from_millis(100);
    let gateway = Gateway::with(|limits| limits.deadline = deadline).await;
    let mut socket = gateway.acknowledged().await;
    socket.subscribe("1", "subscription{ticks}").await;
    socket.subscribe("2", "{slow}").await;
    assert_eq!(socket.expect_error("2").await, "DEADLINE_EXCEEDED");
    socket.subscribe("2", "{slow}").await;
    assert_eq!(socket.expect_error("2").await, "DEADLINE_EXCEEDED");
    gateway.controls.ticks.send(1).unwrap();
    socket.expect_data("1", json!({"ticks": 1})).await;
}

#[tokio::test]
async fn a_slow_operation_holds_up_no_other() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    socket.subscribe("slow", "{slow}").await;
    eventually("the slow one being at work", || gateway.controls.alive() == 1).await;
    socket.subscribe("2", "{hello}").await;
    socket.expect_data("2", json!({"hello": "world"})).await;
    socket.expect_complete("2").await;
    // Stopped before it is done, it leaves no result.
    socket.complete("slow").await;
    eventually("the slow one's end", || gateway.controls.alive() == 0).await;
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn pings_are_answered_with_their_payload_at_any_time() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.socket().await;
    socket.send(json!({"type": "ping", "payload": {"at": [1, {"a": null}]}})).await;
    assert_eq!(socket.next().await, json!({"type": "pong", "payload": {"at": [1, {"a": null}]}}));
    socket.init(json!({})).await;
    socket.send(json!({"type": "ping", "payload": null})).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
    socket.send(json!({"type": "pong", "payload": {}})).await;
    socket.complete("unknown").await;
    // The transport's own pings are another matter, and are answered too.
    socket.send_raw(Message::Ping("transport".into())).await;
    assert_eq!(socket.next_frame().await, Some(Message::Pong("transport".into())));
    socket.subscribe("1", "{hello}").await;
    socket.expect_data("1", json!({"hello": "world"})).await;
}

#[tokio::test]
async fn operations_of_one_socket_are_bounded() {
    let gateway = Gateway::with(|limits| limits.socket.operations = 2).await;
    let mut socket = gateway.acknowledged().await;
    for id in ["1", "2"] {
        socket.subscribe(id, "subscription{ticks}").await;
    }
    socket.subscribe("3", "{hello}").await;
    assert_eq!(socket.expect_error("3").await, "TOO_MANY_OPERATIONS");
    socket.complete("1").await;
    socket.subscribe("3", "{hello}").await;
    socket.expect_data("3", json!({"hello": "world"})).await;
}

#[tokio::test]
async fn queries_of_sockets_take_the_places_of_requests() {
    let gateway = Gateway::with(|limits| limits.concurrent_requests = 1).await;
    let mut socket = gateway.acknowledged().await;
    socket.subscribe("1", "{slow}").await;
    eventually("the slow one being at work", || gateway.controls.alive() == 1).await;
    socket.subscribe("2", "{hello}").await;
    assert_eq!(socket.expect_error("2").await, "OVERLOADED");
    // Subscriptions take none.
    socket.subscribe("3", "subscription{count(to:1)}").await;
    socket.expect_data("3", json!({"count": 1})).await;
}

#[tokio::test]
async fn operations_carry_who_asks_and_an_id_of_their_own() {
    let gateway = Gateway::start().await;
    let headers = [("authorization", "Bearer good")];
    let mut socket = Socket::try_open(upgrade(gateway.address, &headers)).await.unwrap();
    socket.init(json!(null)).await;
    socket.subscribe("1", "{viewer}").await;
    socket.expect_data("1", json!({"viewer": "good"})).await;
    socket.expect_complete("1").await;
    // What the payload says goes before what the header says.
    let mut socket = Socket::try_open(upgrade(gateway.address, &headers)).await.unwrap();
    socket.init(json!({"headers": {"Authorization": "Bearer eternal"}})).await;
    let mut ids = Vec::new();
    for id in ["1", "2"] {
        socket.subscribe(id, "{viewer requestId}").await;
        let data = socket.next().await["payload"]["data"].clone();
        assert_eq!(data["viewer"], "eternal");
        ids.push(data["requestId"].as_str().unwrap().to_owned());
        socket.expect_complete(id).await;
    }
    assert_ne!(ids[0], ids[1]);
    let mut anonymous = gateway.acknowledged().await;
    anonymous.subscribe("1", "{viewer}").await;
    anonymous.expect_data("1", json!({"viewer": "anonymous"})).await;
}

#[tokio::test]
async fn a_socket_that_is_gone_takes_its_operations_with_it() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    for id in 0..10 {
        socket.subscribe(&id.to_string(), "subscription{ticks}").await;
    }
    socket.subscribe("slow", "{slow}").await;
    eventually("the operations", || gateway.controls.alive() == 11).await;
    drop(socket);
    eventually("their end", || gateway.controls.alive() == 0).await;
    assert_eq!(gateway.controls.ticks.receiver_count(), 0);
}
