//! Heads of requests: they come in time and are not too large, or the connection ends; what has begun is not touched by that.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{interval, timeout},
};

use super::gateway::{Gateway, PATIENCE};

const WITHIN: Duration = Duration::from_millis(300);

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
