//! Every code a socket is closed with, and every refusal before there is a socket.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{sleep, sleep_until, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream,
    tungstenite::{
        self, Message,
        client::IntoClientRequest as _,
        protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};

use super::{
    gateway::{Gateway, PATIENCE, SHORT, eventually},
    socket::{Socket, upgrade},
};

const MOMENT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_message_the_protocol_does_not_know_is_4400() {
    let gateway = Gateway::start().await;
    for text in
        ["", "{", "7", "[]", "{}", r#"{"type":"hello"}"#, r#"{"type":"next","id":"1"}"#, r#"{"type":"complete"}"#]
    {
        let mut socket = gateway.acknowledged().await;
        socket.send_raw(Message::text(text)).await;
        socket.expect_close(4400).await;
    }
    let mut socket = gateway.acknowledged().await;
    socket.send_raw(Message::binary(r#"{"type":"ping"}"#)).await;
    socket.expect_close(4400).await;
    let mut socket = gateway.acknowledged().await;
    let deep = format!(r#"{{"type":"connection_init","payload":{}1{}}}"#, r#"{"a":"#.repeat(5000), "}".repeat(5000));
    socket.send_raw(Message::text(deep)).await;
    socket.expect_close(4400).await;
}

#[tokio::test]
async fn subscribing_before_the_acknowledgement_is_4401() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.socket().await;
    socket.subscribe("1", "{hello}").await;
    socket.expect_close(4401).await;
    // While the token is still being checked, too.
    let mut socket = gateway.socket().await;
    socket.send(json!({"type": "connection_init", "payload": {"authorization": "hang"}})).await;
    socket.subscribe("1", "{hello}").await;
    socket.expect_close(4401).await;
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_4403() {
    let gateway = Gateway::start().await;
    for payload in [
        json!({"authorization": "Bearer forged"}),
        json!({"Authorization": "forged"}),
        json!({"headers": {"Authorization": "Bearer forged"}}),
        json!({"authorization": 7}),
    ] {
        let mut socket = gateway.socket().await;
        socket.send(json!({"type": "connection_init", "payload": payload})).await;
        socket.expect_close(4403).await;
    }
    let mut socket = Socket::try_open(upgrade(gateway.address, &[("authorization", "Bearer forged")])).await.unwrap();
    socket.send(json!({"type": "connection_init"})).await;
    socket.expect_close(4403).await;
}

#[tokio::test]
async fn a_token_that_expires_is_4403_within_a_second() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.socket().await;
    socket.init(json!({"authorization": "Bearer short"})).await;
    let acknowledged = Instant::now();
    socket.subscribe("1", "subscription{ticks}").await;
    eventually("the subscription", || gateway.controls.alive() == 1).await;
    socket.expect_close(4403).await;
    let lasted = acknowledged.elapsed();
    assert!(lasted + MOMENT >= SHORT && lasted < SHORT + Duration::from_secs(1), "{lasted:?}");
    eventually("the subscription's end", || gateway.controls.alive() == 0).await;
}

#[tokio::test]
async fn a_client_that_may_no_longer_go_on_is_told_why() {
    let gateway = Gateway::start().await;
    let mut bystander = gateway.socket().await;
    bystander.init(json!({"authorization": "Bearer good"})).await;
    for (token, code) in [("withdrawn", 4403), ("unknowable", 1013)] {
        let mut socket = gateway.socket().await;
        socket.init(json!({"authorization": token})).await;
        let acknowledged = Instant::now();
        socket.subscribe("1", "subscription{ticks}").await;
        eventually("the subscription", || gateway.controls.alive() == 1).await;
        socket.expect_close(code).await;
        assert!(acknowledged.elapsed() + MOMENT >= SHORT);
        eventually("the subscription's end", || gateway.controls.alive() == 0).await;
    }
    bystander.subscribe("1", "{viewer}").await;
    bystander.expect_data("1", json!({"viewer": "good"})).await;
}

#[tokio::test]
async fn each_operation_begins_with_what_its_sender_may_do_then() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.socket().await;
    socket.init(json!({"authorization": "once"})).await;
    gateway.controls.allow_add.add_permits(1);
    for operation in ["{hello}", "mutation{add}", "subscription{ticks}"] {
        socket.subscribe("1", operation).await;
        let refused = socket.next_but_ping().await;
        assert_eq!(
            (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
            (&json!("error"), &json!("UNAUTHENTICATED"))
        );
    }
    assert_eq!(gateway.controls.alive(), 0);
}

#[tokio::test]
async fn a_token_that_practically_never_expires_is_taken() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.socket().await;
    socket.init(json!({"authorization": "eternal"})).await;
    socket.subscribe("1", "{viewer}").await;
    socket.expect_data("1", json!({"viewer": "eternal"})).await;
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_is_1013() {
    let gateway = Gateway::with(|limits| limits.deadline = MOMENT).await;
    for token in ["unavailable", "panic", "hang"] {
        let mut socket = gateway.socket().await;
        socket.send(json!({"type": "connection_init", "payload": {"authorization": token}})).await;
        socket.expect_close(1013).await;
    }
}

#[tokio::test]
async fn another_subprotocol_is_4406() {
    let gateway = Gateway::start().await;
    let mut without = format!("ws://{}/graphql", gateway.address).into_client_request().unwrap();
    without.headers_mut().insert("x-request-id", "without".parse().unwrap());
    let mut socket = Socket::try_open(without).await.unwrap();
    socket.expect_close(4406).await;
    // A client library that asks for another one gives up on the answer itself, so only the answer is looked at.
    let request = format!(
        "GET /graphql HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: mqtt\r\n\r\n",
        gateway.address
    );
    let answer = gateway.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 101") && !answer.contains("sec-websocket-protocol"), "{answer}");
    assert!(answer.contains("Subprotocol not acceptable"), "{answer}");
}

#[tokio::test]
async fn no_connection_init_in_time_is_4408() {
    let gateway = Gateway::with(|limits| limits.socket.init_within = MOMENT).await;
    let mut socket = gateway.socket().await;
    socket.send(json!({"type": "ping"})).await;
    socket.expect_close(4408).await;
}

#[tokio::test]
async fn the_id_of_a_running_operation_is_4409() {
    let gateway = Gateway::start().await;
    let long = "é".repeat(500);
    for id in ["1", &long] {
        let mut socket = gateway.acknowledged().await;
        socket.subscribe(id, "subscription{ticks}").await;
        socket.subscribe(id, "{hello}").await;
        let (code, reason) = socket.closed().await.unwrap();
        assert_eq!(code, 4409);
        assert!(reason.starts_with("Subscriber for ") && reason.len() <= 123, "{reason}");
    }
    eventually("the subscriptions' end", || gateway.controls.alive() == 0).await;
}

#[tokio::test]
async fn a_second_connection_init_is_4429() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    socket.send(json!({"type": "connection_init"})).await;
    socket.expect_close(4429).await;
    let mut socket = gateway.socket().await;
    for _ in 0..2 {
        socket.send(json!({"type": "connection_init", "payload": {"authorization": "hang"}})).await;
    }
    socket.expect_close(4429).await;
}

#[tokio::test]
async fn a_message_over_the_limit_is_1009() {
    let gateway = Gateway::start().await;
    for length in [64 * 1024 + 1, 4_000_000] {
        let mut socket = gateway.acknowledged().await;
        socket.send_raw(Message::text(" ".repeat(length))).await;
        socket.expect_close(1009).await;
    }
    // In frames that are each within it.
    let mut socket = gateway.acknowledged().await;
    for number in 0..3 {
        let opcode = if number == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(vec![b' '; 32 * 1024], OpCode::Data(opcode), number == 2);
        socket.send_raw(Message::Frame(frame)).await;
    }
    socket.expect_close(1009).await;
    // Just within it.
    let mut socket = gateway.acknowledged().await;
    let ping = r#"{"type":"ping"}"#;
    socket.send_raw(Message::text(ping.to_owned() + &" ".repeat(64 * 1024 - ping.len()))).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn more_messages_than_anybody_needs_are_1008() {
    let ping = || Message::text(r#"{"type":"ping"}"#);
    for message in
        [ping(), Message::text(r#"{"type":"pong"}"#), Message::Ping(Bytes::new()), Message::Pong(Bytes::new())]
    {
        let gateway = Gateway::with(|limits| limits.socket.messages_at_once = 20.try_into().unwrap()).await;
        let mut socket = gateway.acknowledged().await;
        for _ in 0..30 {
            socket.send_raw(message.clone()).await;
        }
        socket.expect_close(1008).await;
    }
    // What is sent at the pace that is allowed goes on for ever.
    let gateway = Gateway::with(|limits| {
        limits.socket.messages_at_once = 20.try_into().unwrap();
        limits.socket.messages_per_second = 1_000.try_into().unwrap();
    })
    .await;
    let mut socket = gateway.acknowledged().await;
    for _ in 0..100 {
        socket.send_raw(ping()).await;
        assert_eq!(socket.next().await, json!({"type": "pong"}));
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn text_that_is_not_utf8_is_1007() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    let frame = Frame::message(&b"{\"type\":\"\xff\"}"[..], OpCode::Data(Data::Text), true);
    socket.send_raw(Message::Frame(frame)).await;
    socket.expect_close(1007).await;
}

#[tokio::test]
async fn a_frame_that_is_none_is_1002() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    let MaybeTlsStream::Plain(stream) = socket.0.get_mut() else { panic!("there is no TLS here") };
    // Clients must mask their frames.
    stream.write_all(&[0x81, 2, b'{', b'}']).await.unwrap();
    socket.expect_close(1002).await;
}

/// A client that is writing when it is told would hear of a broken connection alone if the socket were gone at once.
#[tokio::test]
async fn a_client_that_cannot_be_read_any_more_has_a_second_to_hear_why() {
    let gateway = Gateway::start().await;
    // Not UTF-8, masked with zeros; not masked.
    for (bytes, code) in [(&[0x81, 0x81, 0, 0, 0, 0, 0xFF][..], 1007), (&[0x81, 2, b'{', b'}'], 1002)] {
        let mut socket = gateway.acknowledged().await;
        let MaybeTlsStream::Plain(stream) = socket.0.get_mut() else { panic!("there is no TLS here") };
        let begun = Instant::now();
        stream.write_all(bytes).await.unwrap();
        assert_eq!(socket.closed().await.map(|(code, _)| code), Some(code));
        let MaybeTlsStream::Plain(stream) = socket.0.get_mut() else { panic!("there is no TLS here") };
        assert_eq!(timeout(PATIENCE, stream.read(&mut [0])).await.unwrap().unwrap_or(0), 0, "the connection ends");
        assert!(begun.elapsed() > Duration::from_millis(900), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_client_that_gives_no_sign_of_life_is_1001() {
    let gateway = Gateway::with(|limits| limits.socket.ping_every = MOMENT).await;
    let begun = Instant::now();
    let (mut silent, mut lively) = (gateway.acknowledged().await, gateway.acknowledged().await);
    let pings = async {
        for _ in 0..6 {
            assert_eq!(lively.next().await, json!({"type": "ping"}));
            lively.send(json!({"type": "pong"})).await;
        }
        lively.subscribe("1", "{hello}").await;
        assert_eq!(lively.next_but_ping().await["type"], "next");
    };
    tokio::join!(silent.expect_close(1001), pings);
    assert!(begun.elapsed() >= MOMENT * 2);
}

#[tokio::test]
async fn a_gateway_that_stops_is_1012_and_waits_for_its_sockets() {
    let gateway = Gateway::start().await;
    let mut sockets = [gateway.acknowledged().await, gateway.acknowledged().await, gateway.socket().await];
    sockets[0].subscribe("1", "subscription{ticks}").await;
    eventually("the subscription", || gateway.controls.alive() == 1).await;
    gateway.shutdown.cancel();
    for socket in &mut sockets {
        socket.expect_close(1012).await;
    }
    gateway.sockets.close();
    timeout(PATIENCE, gateway.sockets.wait()).await.unwrap();
    assert_eq!(gateway.controls.alive(), 0);
}

#[tokio::test]
async fn many_sockets_are_closed_one_after_the_other_by_a_stop() {
    let gateway = Gateway::with(|limits| limits.socket.drain = Duration::from_millis(600)).await;
    let mut sockets = Vec::new();
    for _ in 0..400 {
        sockets.push(gateway.acknowledged().await);
    }
    let stopped = Instant::now();
    gateway.shutdown.cancel();
    let closed = sockets.iter_mut().map(async |socket| {
        socket.expect_close(1012).await;
        stopped.elapsed()
    });
    let took = futures_util::future::join_all(closed).await;
    let early = took.iter().filter(|took| **took < Duration::from_millis(200)).count();
    assert!((40..300).contains(&early), "{early} of 400 in the first third");
}

#[tokio::test]
async fn a_client_may_close_and_is_answered() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.acknowledged().await;
    socket.subscribe("1", "subscription{ticks}").await;
    eventually("the subscription", || gateway.controls.alive() == 1).await;
    socket.0.send(Message::Close(None)).await.unwrap();
    assert_eq!(socket.closed().await, None);
    eventually("the subscription's end", || gateway.controls.alive() == 0).await;
}

/// The status and body with which an upgrade is refused.
async fn refusal(gateway: &Gateway, headers: &[(&'static str, &str)]) -> Option<(u16, Value)> {
    match Socket::try_open(upgrade(gateway.address, headers)).await {
        Ok(_) => None,
        Err(tungstenite::Error::Http(answer)) => {
            let body = answer.body().as_deref().map(|body| serde_json::from_slice(body).unwrap());
            Some((answer.status().as_u16(), body.unwrap_or_default()))
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn pages_of_other_origins_get_no_socket() {
    let gateway = Gateway::start().await;
    let own = format!("http://{}", gateway.address);
    for origin in [&*own, "https://studio.example"] {
        assert_eq!(refusal(&gateway, &[("origin", origin)]).await, None, "{origin}");
    }
    for origin in ["https://evil.example", "null", "http://127.0.0.1"] {
        let (status, body) = refusal(&gateway, &[("origin", origin)]).await.unwrap();
        assert_eq!(status, 403, "{origin}");
        assert!(body.is_null() || body["errors"][0]["extensions"]["code"] == "ORIGIN_NOT_ALLOWED", "{body}");
    }
}

#[tokio::test]
async fn more_sockets_than_there_are_places_for_are_refused() {
    let gateway = Gateway::with(|limits| limits.socket.sockets = 1).await;
    let mut first = gateway.socket().await;
    first.init(json!({"authorization": "good"})).await;
    assert_eq!(refusal(&gateway, &[]).await.map(|(status, _)| status), Some(503));
    first.0.close(None).await.unwrap();
    assert_eq!(first.closed().await, None);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while refusal(&gateway, &[]).await.is_some() {
        assert!(tokio::time::Instant::now() < deadline, "the place is free again");
        sleep_until(tokio::time::Instant::now() + Duration::from_millis(2)).await;
    }
}
