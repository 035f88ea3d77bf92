//! Who has a place when all are taken: those who have signed in, and of the others those who are few.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::join;
use tokio_tungstenite::tungstenite::Message;

use super::{
    gateway::Gateway,
    socket::{Socket, upgrade},
};

/// A gateway with so many places, in which nobody makes room before so long.
async fn with_places(places: usize, undisturbed: Duration) -> Gateway {
    Gateway::with(|limits| (limits.socket.sockets, limits.socket.undisturbed) = (places, undisturbed)).await
}

async fn assert_answered(socket: &mut Socket) {
    socket.subscribe("1", "{hello}").await;
    socket.expect_data("1", json!({"hello": "world"})).await;
}

async fn is_refused(gateway: &Gateway) -> bool {
    Socket::try_open(upgrade(gateway.address, &[])).await.is_err()
}

#[tokio::test]
async fn of_those_who_have_not_signed_in_the_oldest_of_the_many_makes_room() {
    let gateway = with_places(4, Duration::ZERO).await;
    let mut member = gateway.socket_from("127.0.0.3").await;
    member.init(json!({"authorization": "good"})).await;
    let mut alone = gateway.socket_from("127.0.0.2").await;
    alone.init(Value::Null).await;
    let mut acknowledged = gateway.socket_from("127.0.0.3").await;
    acknowledged.init(Value::Null).await;
    let mut silent = gateway.socket_from("127.0.0.3").await;
    let (mut first, ()) = join!(gateway.socket_from("127.0.0.3"), acknowledged.expect_close(1013));
    first.init(Value::Null).await;
    let (mut second, ()) = join!(gateway.socket_from("127.0.0.4"), silent.expect_close(1013));
    second.init(Value::Null).await;
    for socket in [&mut first, &mut second, &mut member, &mut alone] {
        assert_answered(socket).await;
    }
}

#[tokio::test]
async fn who_has_just_come_has_time_to_sign_in() {
    let gateway = with_places(1, Duration::from_secs(60)).await;
    let mut newest = gateway.socket().await;
    assert!(is_refused(&gateway).await);
    newest.init(json!({"authorization": "good"})).await;
    assert_answered(&mut newest).await;
}

#[tokio::test]
async fn the_young_of_one_network_do_not_shield_the_old_of_others() {
    let undisturbed = Duration::from_secs(2);
    let gateway = with_places(3, undisturbed).await;
    let mut alone = gateway.socket_from("127.0.0.2").await;
    alone.init(Value::Null).await;
    // Its time is over, and that of the next two is not.
    tokio::time::sleep(undisturbed).await;
    let mut young = [gateway.socket_from("127.0.0.3").await, gateway.socket_from("127.0.0.3").await];
    let (mut newest, ()) = join!(gateway.socket_from("127.0.0.4"), alone.expect_close(1013));
    for socket in young.iter_mut().chain([&mut newest]) {
        socket.init(json!({"authorization": "good"})).await;
        assert_answered(socket).await;
    }
}

#[tokio::test]
async fn who_shows_a_token_makes_no_room() {
    let gateway = with_places(1, Duration::ZERO).await;
    let mut shows = gateway.socket().await;
    shows.send(json!({"type": "connection_init", "payload": {"authorization": "hang"}})).await;
    shows.send(json!({"type": "ping"})).await;
    assert_eq!(shows.next().await, json!({"type": "pong"}));
    assert!(is_refused(&gateway).await);
}

#[tokio::test]
async fn who_leaves_anyway_makes_room_first() {
    let gateway = with_places(2, Duration::ZERO).await;
    let mut quiet = gateway.socket_from("127.0.0.2").await;
    quiet.init(Value::Null).await;
    let mut leaves = gateway.socket_from("127.0.0.3").await;
    leaves.send_raw(Message::text("nonsense")).await;
    // It does not answer the close frame: its place is kept for the farewell.
    assert!(matches!(leaves.next_frame().await, Some(Message::Close(_))));
    let mut newest = gateway.socket_from("127.0.0.4").await;
    newest.init(Value::Null).await;
    assert_answered(&mut newest).await;
    assert_answered(&mut quiet).await;
}

#[tokio::test]
async fn newcomers_of_the_many_push_out_their_own() {
    let gateway = with_places(3, Duration::ZERO).await;
    let mut alone = gateway.socket_from("127.0.0.2").await;
    alone.init(Value::Null).await;
    let _many = [gateway.socket_from("127.0.0.3").await, gateway.socket_from("127.0.0.3").await];
    let newcomers = (0..8).map(async |_| {
        let connection = gateway.connection_from("127.0.0.3").await;
        Socket::try_over(connection, upgrade(gateway.address, &[])).await
    });
    let newcomers = join_all(newcomers).await;
    assert!(newcomers.iter().any(Result::is_ok) && newcomers.iter().any(Result::is_err));
    assert_answered(&mut alone).await;
}
