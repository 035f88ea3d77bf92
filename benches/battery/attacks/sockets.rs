//! Sockets that send too much, too often, or never to an end.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{FutureExt as _, future::join_all};
use serde_json::json;
use tokio::{
    io::AsyncWriteExt as _,
    time::{Instant, MissedTickBehavior, interval, timeout_at},
};

use super::super::{
    attack::{AT_ONCE, Attack, Outcome, Target},
    client::{Frames, Socket, TEXT, frame},
    connection::code,
    world::World,
};

/// The first bytes of frames that are whole, begun and gone on with, and of a ping of the transport.
const BEGUN: u8 = 0x01;
const GONE_ON: u8 = 0x00;
const PING: u8 = 0x89;

/// Sockets that attack at the same time.
const SOCKETS: usize = 4;
/// Frames are sent in heaps, so many a second.
const HEAPS: u32 = 20;

pub(super) fn attacks(world: &World, token: &str) -> Vec<Attack> {
    let token: Arc<str> = token.into();
    let pong = frame(TEXT, br#"{"type":"pong"}"#);
    let ping = frame(TEXT, br#"{"type":"ping"}"#);
    let subscribe = |number: usize| {
        let query =
            format!(r#"subscription {{ viewerCount(sessionId: "{}") {{ viewers }} }}"#, world.on_air().session_id);
        frame(
            TEXT,
            json!({ "type": "subscribe", "id": number.to_string(), "payload": { "query": query } })
                .to_string()
                .as_bytes(),
        )
    };
    let once = |name, bytes: Vec<u8>, refusals| flood(name, &token, bytes.into(), Bytes::new(), "", refusals);
    let floods = |name, heap: Vec<u8>, refusals| {
        let rate = "4 sockets of 2,000 frames/s";
        flood(name, &token, Bytes::new(), heap.repeat(2_000 / HEAPS as usize).into(), rate, refusals)
    };
    vec![
        once("a frame of 5 MB", frame(TEXT, &[b' '; 5_000_000]), &["1009"]),
        once(
            "a frame that announces 2^62 bytes",
            [&[TEXT, 0xff][..], &(1_u64 << 62).to_be_bytes(), &[0; 4]].concat(),
            &["1009"],
        ),
        once("a message in 200 pieces of 1 KB", pieces(), &["1009"]),
        once(
            "1,000 subscriptions on a socket",
            (0..1_000).flat_map(subscribe).collect(),
            &["error TOO_MANY_OPERATIONS", "error THROTTLED"],
        ),
        floods("a flood of pongs", pong, &["1008"]),
        floods("a flood of pings", ping, &["1008"]),
        floods("a flood of the transport's pings", frame(PING, b""), &["1008"]),
    ]
}

fn pieces() -> Vec<u8> {
    let pieces = (0..200).map(|number| frame(if number == 0 { BEGUN } else { GONE_ON }, &[b' '; 1_000]));
    pieces.flatten().collect()
}

/// Signs in, sends the one and then again and again the other, until it is told to go; and comes again, a second after it began.
fn flood(
    name: &'static str,
    token: &Arc<str>,
    first: Bytes,
    heap: Bytes,
    rate: &str,
    refusals: &'static [&'static str],
) -> Attack {
    let rate = if rate.is_empty() { format!("4 sockets/s of {}", super::size(first.len())) } else { rate.to_owned() };
    let token = token.clone();
    Attack {
        name,
        rate,
        refusals,
        within: AT_ONCE,
        held: None,
        wave: Box::new(move |target, until| {
            let sockets = (0..SOCKETS).map(|attacker| {
                let (token, first, heap) = (token.clone(), first.clone(), heap.clone());
                tokio::spawn(again(target, attacker, token, first, heap, until))
            });
            join_all(sockets).map(|sockets| sockets.into_iter().flat_map(Result::unwrap).collect()).boxed()
        }),
    }
}

async fn again(
    target: Target,
    attacker: usize,
    token: Arc<str>,
    first: Bytes,
    heap: Bytes,
    until: Instant,
) -> Vec<Outcome> {
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut outcomes = Vec::new();
    loop {
        ticks.tick().await;
        if Instant::now() >= until {
            return outcomes;
        }
        outcomes.push(one(target, attacker, &token, (&first, &heap), until).await);
    }
}

/// What one socket is told, and how soon after it began to send.
async fn one(target: Target, attacker: usize, token: &str, (first, heap): (&[u8], &[u8]), until: Instant) -> Outcome {
    let mut begun = Instant::now();
    let told = async {
        let Socket { mut reading, mut writing } = Socket::signed_in(target.connect(attacker).await?, token).await?;
        begun = Instant::now();
        let sending = async {
            let mut ticks = interval(Duration::from_secs(1) / HEAPS);
            let mut written = writing.write_all(first).await;
            while written.is_ok() && !heap.is_empty() {
                ticks.tick().await;
                written = writing.write_all(heap).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            told = refusal(&mut reading) => told,
            () = sending => unreachable!("it waits for the end"),
        }
    };
    let came = match timeout_at(until + AT_ONCE, told).await {
        Ok(Ok(came)) => came,
        Ok(Err(error)) => format!("broken: {error}"),
        Err(_) => "still there".to_owned(),
    };
    Outcome { came, took: begun.elapsed() }
}

/// Reads on to the first refusal of an operation, or to the end.
async fn refusal(frames: &mut Frames) -> io::Result<String> {
    loop {
        let (kind, payload) = frames.next().await?;
        let text = String::from_utf8_lossy(payload);
        if kind == 8 {
            return Ok(close_code(payload));
        }
        if let Some(code) = code(&text) {
            return Ok(format!("error {code}"));
        }
    }
}

/// Reads on to the end.
pub(super) async fn farewell(frames: &mut Frames) -> io::Result<String> {
    loop {
        if let (8, payload) = frames.next().await? {
            return Ok(close_code(payload));
        }
    }
}

fn close_code(payload: &[u8]) -> String {
    payload.first_chunk().map_or_else(|| "no code".to_owned(), |code| u16::from_be_bytes(*code).to_string())
}
