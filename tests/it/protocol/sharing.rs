//! One execution for all who subscribe to the same, and what becomes of those who are too slow for it.

use serde_json::{Value, json};

use super::{
    gateway::{Gateway, PATIENCE, eventually},
    socket::Socket,
};

const TICKS: &str = "subscription Level { ticks }";
const PADDED: &str = "{ padded(length: 50000) { number text } }";
/// What the layer keeps of happenings.
const KEPT: u64 = 256;

impl Gateway {
    async fn member(&self, token: &str) -> Socket {
        let mut socket = self.socket().await;
        socket.init(json!({ "authorization": token })).await;
        socket
    }
}

impl Socket {
    async fn share(&mut self, id: &str, query: &str, variables: Value) {
        let name = query.split(|letter: char| !letter.is_alphanumeric()).nth(1).unwrap();
        let payload = json!({ "query": query, "variables": variables, "operationName": name });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }
}

/// Sockets of one room that watch the ticks.
async fn watchers(gateway: &Gateway, count: usize) -> Vec<Socket> {
    let mut sockets = Vec::new();
    for number in 0..count {
        let mut socket = gateway.member(&format!("first/{number}")).await;
        socket.share(&format!("id {number} \"é\""), TICKS, json!({})).await;
        sockets.push(socket);
    }
    sockets
}

/// Each of them gets the same, under its own id.
async fn all_see(gateway: &Gateway, sockets: &mut [Socket], tick: i32) {
    gateway.controls.ticks.send(tick).unwrap();
    for (number, socket) in sockets.iter_mut().enumerate() {
        socket.expect_data(&format!("id {number} \"é\""), json!({ "ticks": tick })).await;
    }
}

/// Whoever has its ping answered has its subscription under way as well.
async fn settled(sockets: &mut [Socket]) {
    for socket in sockets {
        socket.share("marker", "query Marker { hello }", json!({})).await;
        assert_eq!(socket.next().await["payload"]["data"]["hello"], "world");
        socket.expect_complete("marker").await;
    }
}

#[tokio::test]
async fn many_subscribers_share_one_execution() {
    let gateway = Gateway::start().await;
    let mut sockets = watchers(&gateway, 50).await;
    settled(&mut sockets).await;
    eventually("the execution", || gateway.controls.alive() == 1).await;
    for tick in 0..20 {
        all_see(&gateway, &mut sockets, tick).await;
    }
    assert_eq!((gateway.controls.alive(), gateway.controls.ticks.receiver_count()), (1, 1));

    // The first one leaves, then all but one; those who are left see on.
    drop(sockets.drain(..1));
    let mut rest = sockets.split_off(48);
    drop(sockets);
    gateway.controls.ticks.send(77).unwrap();
    rest[0].expect_data("id 49 \"é\"", json!({ "ticks": 77 })).await;
    assert_eq!(gateway.controls.alive(), 1);
    rest[0].complete("id 49 \"é\"").await;
    eventually("the end of the execution", || gateway.controls.alive() == 0).await;
    rest[0].share("again", TICKS, json!({})).await;
    eventually("another execution", || gateway.controls.alive() == 1).await;
}

#[tokio::test]
async fn a_latecomer_gets_the_newest_at_once() {
    let gateway = Gateway::start().await;
    let mut first = watchers(&gateway, 1).await;
    eventually("the execution", || gateway.controls.alive() == 1).await;
    all_see(&gateway, &mut first, 41).await;
    all_see(&gateway, &mut first, 42).await;
    let mut late = gateway.member("first/late").await;
    late.share("1", TICKS, json!({})).await;
    late.expect_data("1", json!({ "ticks": 42 })).await;
    // The happenings of another execution begin with its own first.
    let mut other = gateway.member("first/other").await;
    for number in [7, 8] {
        first[0].share("h", "subscription Happenings { count(to: 3) }", json!({})).await;
        for count in 1..=3 {
            first[0].expect_data("h", json!({ "count": count })).await;
        }
        first[0].expect_complete("h").await;
        other.share("t", "subscription Happenings { ticks }", json!({})).await;
        eventually("the happenings", || gateway.controls.alive() == 2).await;
        all_see(&gateway, &mut first, number).await;
        other.expect_data("t", json!({ "ticks": number })).await;
        late.share("t", "subscription Happenings { ticks }", json!({})).await;
        assert_eq!(late.next_but("1").await["payload"]["data"], json!({ "ticks": number }), "from their beginning");
        late.complete("t").await;
        other.complete("t").await;
        eventually("their end", || gateway.controls.alive() == 1).await;
    }
}

#[tokio::test]
async fn what_differs_is_not_shared() {
    let gateway = Gateway::start().await;
    let mut sockets = Vec::new();
    let variables =
        "subscription Level($a: Int!, $b: Boolean!) { padded(length: $a) { number @include(if: $b) text } }";
    let one = json!({ "a": 1, "b": true, "more": [{ "x": 1, "y": 2 }] });
    let other = json!({ "more": [{ "y": 2, "x": 1 }], "b": true, "a": 1 });
    for (token, query, variables, expected) in [
        ("first/a", TICKS, json!({}), 1),
        ("first/b", TICKS, json!({}), 1),
        ("second/a", TICKS, json!({}), 2),
        ("first/c", "subscription Level { ticks  }", json!({}), 3),
        ("first/c", "subscription Level { t: ticks }", json!({}), 4),
        ("first/a", variables, one, 5),
        ("first/b", variables, other, 5),
        ("first/b", variables, json!({ "a": 2, "b": true }), 6),
        ("first/b", variables, json!({ "a": 1, "b": false }), 7),
        ("first/a", "subscription Alone { ticks }", json!({}), 8),
        ("first/b", "subscription Alone { ticks }", json!({}), 9),
        ("good", TICKS, json!({}), 10),
        ("good", TICKS, json!({}), 11),
        ("first/a", "subscription BriefLevel { ticks }", json!({}), 12),
        ("first/a", "subscription BriefLevel { ticks }", json!({}), 13),
    ] {
        let mut socket = gateway.member(token).await;
        socket.share("1", query, variables).await;
        settled(std::slice::from_mut(&mut socket)).await;
        eventually(&format!("{expected} executions after {query} of {token}"), || gateway.controls.alive() == expected)
            .await;
        sockets.push(socket);
    }
    drop(sockets);
    eventually("the end of all", || gateway.controls.alive() == 0).await;
}

#[tokio::test]
async fn the_execution_is_nobodys_of_those_who_share_it() {
    let gateway = Gateway::start().await;
    for (token, query, expected) in [
        ("first/alice", "subscription Level { asker }", "first"),
        ("first/bob", "subscription Level { asker }", "first"),
        ("second/alice", "subscription Level { asker }", "second"),
        ("first/alice", "subscription Alone { asker }", "first/alice"),
    ] {
        let mut socket = gateway.member(token).await;
        socket.share("1", query, json!({})).await;
        socket.expect_data("1", json!({ "asker": expected })).await;
    }
}

#[tokio::test]
async fn how_an_execution_ends_is_told_to_all() {
    let gateway = Gateway::start().await;
    for _ in 0..3 {
        let mut sockets = [gateway.member("first/a").await, gateway.member("first/b").await];
        for socket in &mut sockets {
            socket.share("1", "subscription Happenings { count(to: 3) }", json!({})).await;
            socket.share("2", "subscription Level { closed }", json!({})).await;
            socket.share("3", "subscription Level { panicking }", json!({})).await;
            socket.share("4", "subscription Level { ticks(nonsense: 1) }", json!({})).await;
        }
        for socket in &mut sockets {
            let mut ends = Vec::new();
            while ends.len() < 4 {
                let message = socket.next().await;
                if message["type"] != "next" {
                    let code = message["payload"][0]["extensions"]["code"].as_str().unwrap_or("complete").to_owned();
                    ends.push((message["id"].as_str().unwrap().to_owned(), code));
                }
            }
            ends.sort();
            let expected = ["complete", "NOT_TODAY", "INTERNAL", "GRAPHQL_VALIDATION_FAILED"];
            assert_eq!(ends.iter().map(|(_, code)| code.as_str()).collect::<Vec<_>>(), expected);
        }
    }
}

#[tokio::test]
async fn a_shared_subscription_is_stopped_by_its_id_and_the_id_is_free_at_once() {
    let gateway = Gateway::start().await;
    let mut sockets = watchers(&gateway, 2).await;
    settled(&mut sockets).await;
    sockets[0].complete("id 0 \"é\"").await;
    sockets[0].share("id 0 \"é\"", "subscription Level { t: ticks }", json!({})).await;
    eventually("the other execution", || gateway.controls.alive() == 2).await;
    gateway.controls.ticks.send(5).unwrap();
    sockets[0].expect_data("id 0 \"é\"", json!({ "t": 5 })).await;
    sockets[1].expect_data("id 1 \"é\"", json!({ "ticks": 5 })).await;
    sockets[1].share("id 1 \"é\"", TICKS, json!({})).await;
    sockets[1].expect_close(4409).await;
}

/// What came of heavy events to one who did not read them for a while.
struct Stalled {
    seen: Vec<u64>,
    /// How many were said to be missing, each time.
    gaps: Vec<u64>,
    gateway: Gateway,
}

/// The numbers that came, and how many were said to be missing; up to the last one there is.
async fn numbers(socket: &mut Socket, last: u64) -> (Vec<u64>, Vec<u64>) {
    let (mut seen, mut gaps) = (Vec::new(), Vec::new());
    while seen.last() != Some(&last) {
        let message = socket.next_but_ping().await;
        match message["payload"]["data"]["padded"]["number"].as_u64() {
            Some(number) => seen.push(number),
            None => {
                let extensions = &message["payload"]["errors"][0]["extensions"];
                assert_eq!(extensions["code"], "GAP", "{message}");
                gaps.push(extensions["missed"].as_u64().unwrap());
            }
        }
    }
    (seen, gaps)
}

/// One who does not read and one who does, while so many heavy events are told.
async fn stalled_during(query: &str, count: u64) -> Stalled {
    let gateway = Gateway::with(|limits| limits.socket.write_within = PATIENCE).await;
    let (mut stalled, mut reader) = (gateway.member("first/stalled").await, gateway.member("first/reader").await);
    for socket in [&mut stalled, &mut reader] {
        socket.share("1", query, json!({})).await;
        settled(std::slice::from_mut(socket)).await;
    }
    eventually("the execution", || gateway.controls.alive() == 1).await;
    for number in 1..=count {
        gateway.controls.ticks.send(number as i32).unwrap();
        assert_eq!(reader.next_but_ping().await["payload"]["data"]["padded"]["number"], number);
    }
    assert_eq!(gateway.controls.alive(), 1);
    let (seen, gaps) = numbers(&mut stalled, count).await;
    Stalled { seen, gaps, gateway }
}

#[tokio::test]
async fn who_is_too_slow_for_a_level_skips_to_the_newest() {
    let Stalled { seen, gaps, gateway } = stalled_during(&format!("subscription Level {PADDED}"), 400).await;
    assert!(seen.is_sorted() && seen.len() < 350, "{}", seen.len());
    assert_eq!((seen.last(), gaps), (Some(&400), Vec::new()));
    assert_eq!(gateway.counted("events_conflated"), 400 - seen.len() as u64);
    assert_eq!((gateway.counted("gaps"), gateway.counted("events_missed")), (0, 0));
}

#[tokio::test]
async fn who_is_too_slow_for_happenings_is_told_how_many_are_gone() {
    let Stalled { seen, gaps, gateway } = stalled_during(&format!("subscription Happenings {PADDED}"), 700).await;
    let missed: u64 = gaps.iter().sum();
    assert!(seen.is_sorted() && missed > 0, "{missed}");
    assert_eq!(seen.len() as u64 + missed, 700);
    assert_eq!((gateway.counted("gaps"), gateway.counted("events_missed")), (gaps.len() as u64, missed));
    assert_eq!(gateway.counted("events_conflated"), 0);
    let after_the_gap = seen.windows(2).position(|pair| pair[1] != pair[0] + 1).unwrap();
    let kept = 700 - seen[after_the_gap + 1] + 1;
    assert!((2..KEPT).contains(&kept), "what is kept is told, and these are too large for all that might be: {kept}");
}
