//! What has to hold of any conversation over a websocket, in both subprotocols: with the whole state machine, over a connection in memory.
//!
//! An input: `n` for the new subprotocol or `o` for the old one, then the messages, a line each. What is not UTF-8 would end the socket
//! below all this, after a second.

use std::{cell::OnceCell, collections::HashMap, sync::Arc, time::Duration};

use async_graphql::{Object, Schema, Subscription};
use axum::Router;
use futures_util::{FutureExt as _, SinkExt as _, Stream, StreamExt as _, future, stream};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use live_gateway::{
    http::{
        self, Attach, Caller, Documents, Events, Front, Limits, Origins, Share, Sharing, SignInError, SignedIn,
        SocketLimits,
    },
    metrics::Metrics,
};
use serde::de::IgnoredAny;
use serde_json::{Value, value::RawValue};
use tokio::{
    io::{DuplexStream, duplex},
    runtime::{self, Runtime},
    task::yield_now,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, Utf8Bytes, client::IntoClientRequest as _},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const MOST_MESSAGES: usize = 64;
const OPERATIONS: usize = 4;
/// Bytes on their way.
const PIPE: usize = 64 * 1024;
/// As often as others are let go first, before the client leaves.
const TURNS: usize = 50;
const IN_TIME: Duration = Duration::from_secs(5);

const OF_NEW: [&str; 6] = ["connection_ack", "ping", "pong", "next", "error", "complete"];
const OF_OLD: [&str; 6] = ["connection_ack", "connection_error", "ka", "data", "error", "complete"];
/// Those of `docs/protocol.md` that a client can bring about by what it says.
const CLOSES: [u16; 7] = [1000, 1013, 4400, 4401, 4403, 4409, 4429];
/// Of the same page, what may become of an operation of this schema.
const CODES: [&str; 14] = [
    "BAD_REQUEST",
    "BAD_USER_INPUT",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "OPERATION_RESOLUTION_FAILURE",
    "PERSISTED_QUERY_MISMATCH",
    "PERSISTED_QUERY_NOT_FOUND",
    "QUERY_TOO_DEEP",
    "QUERY_TOO_LARGE",
    "TOO_MANY_ALIASES",
    "TOO_MANY_DIRECTIVES",
    "TOO_MANY_OPERATIONS",
    "TOO_MANY_ROOT_FIELDS",
    "UNAUTHENTICATED",
];

thread_local! {
    static GATEWAY: OnceCell<Gateway> = const { OnceCell::new() };
}

pub(crate) fn check(input: &[u8]) {
    let Some((dialect, lines)) = input.split_first() else { return };
    let dialect = if dialect % 2 == 0 { Dialect::New } else { Dialect::Old };
    let lines = lines.strip_suffix(b"\n").unwrap_or(lines);
    let lines = String::from_utf8_lossy(lines);
    let said: Vec<&str> = lines.split('\n').take(MOST_MESSAGES).collect();
    GATEWAY.with(|gateway| gateway.get_or_init(Gateway::new).check(dialect, &said));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    New,
    Old,
}

impl Dialect {
    fn name(self) -> &'static str {
        match self {
            Self::New => "graphql-transport-ws",
            Self::Old => "graphql-ws",
        }
    }

    fn start(self) -> &'static str {
        match self {
            Self::New => "subscribe",
            Self::Old => "start",
        }
    }
}

/// What a client has heard.
struct Heard {
    messages: Vec<Utf8Bytes>,
    /// With which code and for what reason the gateway closed the socket, if it did.
    close: Option<(u16, String)>,
}

struct Gateway {
    runtime: Runtime,
    routes: Router,
    sockets: TaskTracker,
}

impl Gateway {
    fn new() -> Self {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let sockets = TaskTracker::new();
        let socket = SocketLimits { operations: OPERATIONS, ..SocketLimits::default() };
        let front = Front {
            schema: Schema::new(Query, Mutation, Ticks),
            sign_in: Arc::new(|caller| future::ready(sign_in(caller)).boxed()),
            documents: Documents::default(),
            doors: None,
            limits: Limits { socket, ..Limits::default() },
            allowed_origins: Origins::and(Vec::<String>::new()),
            trusted_proxies: Vec::new(),
            shutdown: CancellationToken::new(),
            sockets: sockets.clone(),
            metrics: Metrics::default(),
        };
        let routes = runtime.block_on(async { http::router(front) });
        Self { runtime, routes, sockets }
    }

    fn check(&self, dialect: Dialect, said: &[&str]) {
        let heard = self.runtime.block_on(async {
            let heard = timeout(IN_TIME, self.converse(dialect, said)).await.expect("a conversation has an end");
            let gone = async {
                while !self.sockets.is_empty() {
                    yield_now().await;
                }
            };
            timeout(IN_TIME, gone).await.expect("nothing is left of it");
            heard
        });
        heard.follows_the_protocol(dialect);
        heard.is_about(dialect, said);
    }

    async fn converse(&self, dialect: Dialect, said: &[&str]) -> Heard {
        let (client, server) = duplex(PIPE);
        let service = TowerToHyperService::new(self.routes.clone());
        let connection = http1::Builder::new().serve_connection(TokioIo::new(server), service).with_upgrades();
        let connection = tokio::spawn(connection);
        let mut request = "ws://gateway/graphql".into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", dialect.name().parse().unwrap());
        let (socket, _) = client_async(request, client).await.expect("the upgrade is accepted");
        let heard = talk(socket, said).await;
        connection.await.unwrap().ok();
        heard
    }
}

async fn talk(socket: WebSocketStream<DuplexStream>, said: &[&str]) -> Heard {
    let (mut sink, mut stream) = socket.split();
    let say = async {
        for line in said {
            // Who is not heard any more has been told why.
            sink.send(Message::text(*line)).await.ok();
        }
        for _ in 0..TURNS {
            yield_now().await;
        }
        sink.send(Message::Close(None)).await.ok();
    };
    let hear = async {
        let mut heard = Heard { messages: Vec::new(), close: None };
        while let Some(Ok(message)) = stream.next().await {
            match message {
                Message::Text(text) => heard.messages.push(text),
                Message::Close(Some(close)) => heard.close = Some((close.code.into(), close.reason.to_string())),
                Message::Close(None) | Message::Ping(_) | Message::Pong(_) => {}
                Message::Binary(_) | Message::Frame(_) => panic!("the protocols are text"),
            }
        }
        heard
    };
    future::join(say, hear).await.1
}

#[derive(serde::Deserialize)]
struct Said<'a> {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl Heard {
    fn follows_the_protocol(&self, dialect: Dialect) {
        let mut acknowledged = false;
        for message in &self.messages {
            let Said { kind, id, payload } = serde_json::from_str(message).expect("what we send is a message");
            let known = if dialect == Dialect::New { OF_NEW } else { OF_OLD };
            assert!(known.contains(&kind.as_str()), "{message}");
            let payload = payload.map(|payload| serde_json::from_str::<Value>(payload.get()).unwrap());
            match kind.as_str() {
                "connection_ack" => assert!(!std::mem::replace(&mut acknowledged, true), "acknowledged twice"),
                "next" | "data" => {
                    assert!(acknowledged && id.is_some(), "{message}");
                    let payload = payload.expect("an event has a payload");
                    assert!(payload.get("data").is_some(), "{message}");
                    are_documented(payload.get("errors").unwrap_or(&Value::Array(Vec::new())));
                }
                "error" if dialect == Dialect::New => are_documented(&payload.expect("an error says what it is")),
                "error" => are_documented(&Value::Array(vec![payload.expect("an error says what it is")])),
                "complete" => assert!(id.is_some_and(|id| !id.is_empty()), "{message}"),
                _ => {}
            }
        }
        if let Some((code, reason)) = &self.close {
            assert!(CLOSES.contains(code), "{code} {reason}");
            assert!(reason.len() <= 123, "{reason}");
        }
    }

    fn is_about(&self, dialect: Dialect, said: &[&str]) {
        let read: Vec<Said<'_>> = said.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let broken = said.iter().any(|line| serde_json::from_str::<IgnoredAny>(line).is_err());
        assert!(!broken || self.close.is_some(), "what is no JSON is the end");
        // Text that two messages hold is the text of either.
        let ours = |kind: &str| self.messages.iter().filter_map(|text| of_kind(text, kind)).collect::<Vec<_>>();
        let pings = read.iter().filter(|said| said.kind == "ping");
        let mut pings = pings.map(|said| said.payload.map(RawValue::get).filter(|text| *text != "null"));
        for pong in ours("pong") {
            assert_eq!(Some(pong.payload.map(RawValue::get)), pings.next(), "a pong is what its ping was");
        }
        let mut started: HashMap<&str, usize> = HashMap::new();
        for id in read.iter().filter(|said| said.kind == dialect.start()).filter_map(|said| said.id.as_deref()) {
            *started.entry(id).or_default() += 1;
        }
        for event in ours("next").iter().chain(&ours("data")) {
            assert!(event.id.as_deref().is_some_and(|id| started.contains_key(id)), "nobody asked for {:?}", event.id);
        }
        for last in ours("complete").iter().chain(&ours("error")) {
            let left = last.id.as_deref().and_then(|id| started.get_mut(id)).expect("it was started");
            *left = left.checked_sub(1).expect("each operation ends once");
        }
    }
}

fn of_kind<'a>(message: &'a str, kind: &str) -> Option<Said<'a>> {
    serde_json::from_str(message).ok().filter(|said: &Said<'_>| said.kind == kind)
}

fn are_documented(errors: &Value) {
    for error in errors.as_array().expect("errors are a list") {
        let code = error["extensions"]["code"].as_str();
        assert!(code.is_some_and(|code| CODES.contains(&code)), "{error}");
        assert!(error["extensions"]["requestId"].is_string(), "{error}");
    }
}

/// Tokens say what they are worth; who has one of a room shares with those who have the same.
fn sign_in(Caller { bearer, .. }: Caller) -> Result<SignedIn, SignInError> {
    match bearer.as_deref() {
        Some("bad") => return Err(SignInError::Invalid),
        Some("away") => return Err(SignInError::Unavailable),
        _ => {}
    }
    let share = bearer.map(|room| -> Share {
        Arc::new(move |wanted| {
            let events = if wanted.operation_name == Some("Level") { Events::Level } else { Events::Happenings };
            let sharing = Sharing { visibility: room.clone(), attach: attach(), events, joinable: None };
            future::ready(Some(sharing)).boxed()
        })
    });
    let ended = Arc::new(|| future::pending().boxed());
    Ok(SignedIn { attach: attach(), charge: None, share, expires_in: None, ended })
}

fn attach() -> Attach {
    Arc::new(|request, _| request)
}

struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }

    async fn echo(&self, value: String) -> String {
        value
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn add(&self) -> i32 {
        1
    }
}

struct Ticks;

#[Subscription]
impl Ticks {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> + use<> {
        stream::iter(1..=to.min(5))
    }

    async fn never(&self) -> impl Stream<Item = i32> + use<> {
        stream::pending()
    }
}
