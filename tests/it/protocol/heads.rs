//! Heads of requests: they come in time and are not too large, or the connection ends, and so many may wait for a first one and so
//! many for another; what has begun is not touched by that.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{interval, timeout},
};

use super::gateway::{Gateway, PATIENCE, eventually};

const WITHIN: Duration = Duration::from_millis(300);
/// The last request on its connection.
const HELLO: &[u8] = b"GET /graphql?query={hello} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

async fn impatient() -> Gateway {
    Gateway::with(|limits| limits.head.within = WITHIN).await
}

/// Reads until the gateway closes the connection.
async fn rest_of(client: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    drop(timeout(PATIENCE, client.read_to_end(&mut rest)).await.expect("the gateway closes the connection"));
    String::from_utf8_lossy(&rest).into_owned()
}

#[tokio::test]
async fn a_head_that_trickles_in_is_given_up() {
    let gateway = impatient().await;
    let (mut reading, mut writing) = TcpStream::connect(gateway.address).await.unwrap().into_split();
    let trickle = async {
        let mut ticks = interval(WITHIN / 10);
        loop {
            ticks.tick().await;
            if writing.write_all(b"x").await.is_err() {
                return;
            }
        }
    };
    let ended = async { reading.read(&mut [0; 1024]).await.unwrap_or_default() };
    let ended = async {
        tokio::select! { read = ended => read, () = trickle => 0 }
    };
    assert_eq!(timeout(PATIENCE, ended).await.expect("it ends"), 0, "there is nothing to answer");
    gateway.assert_alive().await;
}

#[tokio::test]
async fn a_connection_that_asks_nothing_ends() {
    let gateway = impatient().await;
    let mut silent = TcpStream::connect(gateway.address).await.unwrap();
    assert_eq!(rest_of(&mut silent).await, "");
    let mut once = TcpStream::connect(gateway.address).await.unwrap();
    once.write_all(b"GET /graphql?query={hello} HTTP/1.1\r\nhost: a\r\naccept: application/json\r\n\r\n")
        .await
        .unwrap();
    let answered = rest_of(&mut once).await;
    assert!(answered.contains(r#"{"hello":"world"}"#), "{answered}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let gateway = Gateway::start().await;
    let padding = "x".repeat(65 * 1024);
    let answer = gateway.raw(format!("GET / HTTP/1.1\r\nhost: a\r\nx-padding: {padding}\r\n\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let many = "x-a: b\r\n".repeat(200);
    let answer = gateway.raw(format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    gateway.assert_alive().await;
}

#[tokio::test]
async fn what_has_begun_may_take_longer() {
    let gateway = Gateway::with(|limits| {
        limits.head.within = WITHIN;
        limits.deadline = WITHIN * 3;
    })
    .await;
    let mut socket = gateway.acknowledged().await;
    let slow = gateway.query("{slow}").send().await.unwrap();
    assert_eq!(slow.status(), 504, "it was the deadline that ended it");
    socket.subscribe("1", "{hello}").await;
    socket.expect_data("1", json!({"hello": "world"})).await;
}

#[tokio::test]
async fn of_those_who_ask_nothing_the_oldest_of_the_many_gives_way() {
    let gateway = Gateway::with(|limits| limits.head.waiting = 3).await;
    let mut alone = gateway.connection_from("127.0.0.2").await;
    let mut many = Vec::new();
    for _ in 0..4 {
        many.push(gateway.connection_from("127.0.0.3").await);
    }
    // One that has begun and not ended is no better than one that says nothing.
    drop(many[0].write_all(b"GET /graphql HTTP/1.1\r\n").await);
    for oldest in &mut many[..2] {
        assert_eq!(rest_of(oldest).await, "");
    }
    for other in [&mut alone, &mut many[3]] {
        other.write_all(HELLO).await.unwrap();
        assert!(rest_of(other).await.contains(r#"{"hello":"world"}"#));
    }
}

#[tokio::test]
async fn whoever_is_at_a_request_does_not_give_way() {
    let gateway = Gateway::with(|limits| {
        limits.head.waiting = 1;
        limits.deadline = WITHIN;
    })
    .await;
    let mut asking = gateway.connection_from("127.0.0.2").await;
    asking.write_all(b"GET /graphql?query={slow} HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    eventually("the request being at work", || gateway.controls.alive() == 1).await;
    let mut first = gateway.connection_from("127.0.0.2").await;
    let _second = gateway.connection_from("127.0.0.2").await;
    assert_eq!(rest_of(&mut first).await, "");
    let mut answer = [0; 12];
    timeout(PATIENCE, asking.read_exact(&mut answer)).await.expect("it is answered").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 504");
    // Now it waits again, the last to come.
    asking.write_all(HELLO).await.unwrap();
    assert!(rest_of(&mut asking).await.contains(r#"{"hello":"world"}"#));
}

/// Asks, and waits for another request.
async fn answered(client: &mut TcpStream) {
    client.write_all(b"GET /graphql?query={hello} HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(br#"{"hello":"world"}}"#) {
        let read = client.read_buf(&mut answer);
        assert_ne!(timeout(PATIENCE, read).await.expect("it is answered").unwrap(), 0, "it was closed");
    }
}

#[tokio::test]
async fn those_who_never_asked_take_nothing_from_those_who_did() {
    let gateway = Gateway::with(|limits| limits.head.waiting = 3).await;
    let mut office = Vec::new();
    for _ in 0..5 {
        office.push(gateway.connection_from("127.0.0.2").await);
        answered(office.last_mut().unwrap()).await;
    }
    let mut silent = Vec::new();
    for stranger in 3..13 {
        silent.push(gateway.connection_from(&format!("127.0.0.{stranger}")).await);
    }
    for oldest in &mut silent[..7] {
        assert_eq!(rest_of(oldest).await, "");
    }
    for client in &mut office {
        answered(client).await;
    }
}

#[tokio::test]
async fn those_who_asked_give_way_to_each_other() {
    let gateway = Gateway::with(|limits| limits.head.idle = 3).await;
    let mut alone = gateway.connection_from("127.0.0.2").await;
    answered(&mut alone).await;
    let mut many = Vec::new();
    for _ in 0..4 {
        many.push(gateway.connection_from("127.0.0.3").await);
        answered(many.last_mut().unwrap()).await;
    }
    for oldest in &mut many[..2] {
        assert_eq!(rest_of(oldest).await, "");
    }
    answered(&mut alone).await;
    answered(&mut many[3]).await;
}

#[tokio::test]
async fn a_body_that_trickles_in_gives_way_too() {
    let gateway = Gateway::with(|limits| limits.head.waiting = 1).await;
    let mut slow = gateway.connection_from("127.0.0.2").await;
    let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.unwrap();
    let _next = gateway.connection_from("127.0.0.2").await;
    assert_eq!(rest_of(&mut slow).await, "");
}
