//! Clients that do not read: they cost what they are allowed to, and nobody else notices.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::gateway::{Gateway, PATIENCE, eventually};

const STALL: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_client_that_does_not_read_is_dropped_and_disturbs_no_other() {
    let gateway = Gateway::with(|limits| limits.socket.write_within = STALL).await;
    let mut stalled = gateway.acknowledged().await;
    stalled.subscribe("1", "subscription{flood(length:50000)}").await;
    eventually("the flood", || gateway.controls.alive() == 1).await;
    let mut other = gateway.acknowledged().await;
    other.subscribe("1", "{hello}").await;
    other.expect_data("1", json!({"hello": "world"})).await;
    eventually("the end of the flood", || gateway.controls.alive() == 0).await;
    gateway.assert_alive().await;
    // It was cut off, not told: there was no way to tell it.
    assert_eq!(stalled.closed().await, None);
}

#[tokio::test]
async fn a_flood_that_is_read_does_not_drown_pings() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    socket.subscribe("1", "subscription{flood(length:2000)}").await;
    for round in 0..5 {
        socket.send(json!({"type": "ping", "payload": {"round": round}})).await;
        let pong = json!({"type": "pong", "payload": {"round": round}});
        let mut before = 0;
        while socket.next().await != pong {
            before += 1;
            assert!(before < 20_000, "a ping is answered while a subscription is busy");
        }
    }
    socket.complete("1").await;
    eventually("the end of the flood", || gateway.controls.alive() == 0).await;
}

#[tokio::test]
async fn a_client_that_asks_without_reading_is_not_read_either() {
    let gateway = Gateway::with(|limits| limits.socket.write_within = STALL).await;
    let socket = gateway.acknowledged().await;
    let (mut sink, mut incoming) = socket.0.split();
    let ping = Message::text(json!({"type": "ping", "payload": {"a": "x".repeat(60_000)}}).to_string());
    let sent = async {
        let mut sent = 0_u32;
        while sink.send(ping.clone()).await.is_ok() {
            sent += 1;
        }
        sent
    };
    let sent = timeout(PATIENCE, sent).await.expect("the gateway drops it in time");
    // What the kernel and the queue take, and no more.
    assert!(sent < 2_000, "{sent} pings were taken");
    while let Some(Ok(_)) = incoming.next().await {}
    gateway.assert_alive().await;
}

#[tokio::test]
async fn an_answer_larger_than_a_frame_may_be_is_refused() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    socket.subscribe("1", "{text(length:17000000)}").await;
    assert_eq!(socket.expect_error("1").await, "ANSWER_TOO_LARGE");
    // One larger than the queue goes alone.
    socket.subscribe("1", "{text(length:1000000)}").await;
    assert_eq!(socket.next().await["payload"]["data"]["text"].as_str().map(str::len), Some(1_000_000));
    socket.expect_complete("1").await;
}
