//! The HTTP layer on a port of its own, over the test's schema.

use std::{
    future::ready,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_graphql::parser::types::Selection;
use futures_util::FutureExt as _;
use live_gateway::{
    cost::{
        bill::{Bill, Unaffordable},
        bucket::{Buckets, Budget, Payer},
        price::Price,
    },
    http::{
        self, Attach, Caller, Charge, Documents, Events, Front, Limits, Origins, Share, Sharing, SignInError, SignedIn,
        Trusted,
    },
    metrics::Metrics,
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    time::timeout,
};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};

use crate::support;
pub(super) use crate::support::PATIENCE;

use super::{
    schema::{self, Controls, Viewer},
    socket::{Socket, upgrade},
};

/// How long the token `short` is good for, and how long the tokens that end otherwise last.
pub(super) const SHORT: Duration = Duration::from_millis(300);

pub(super) struct Gateway {
    pub(super) address: SocketAddr,
    pub(super) controls: Controls,
    pub(super) shutdown: CancellationToken,
    pub(super) sockets: TaskTracker,
    metrics: Metrics,
    server: AbortOnDropHandle<()>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

impl Gateway {
    pub(super) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With other limits than the usual ones.
    pub(super) async fn with(change: impl FnOnce(&mut Limits)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, change).await
    }

    pub(super) async fn on(listener: TcpListener, change: impl FnOnce(&mut Limits)) -> Self {
        let address = listener.local_addr().unwrap();
        let (schema, controls) = schema::build();
        let mut limits = Limits::default();
        change(&mut limits);
        let (shutdown, sockets, metrics) = (CancellationToken::new(), TaskTracker::new(), Metrics::default());
        let spent = AtomicBool::new(false);
        let head = limits.head;
        let front = Front {
            schema,
            sign_in: Arc::new(move |caller| {
                let again = caller.bearer.as_deref() == Some("once") && spent.swap(true, Ordering::SeqCst);
                if again { ready(Err(SignInError::Invalid)).boxed() } else { sign_in(caller).boxed() }
            }),
            documents: Documents::new(trusted(), false, true),
            doors: None,
            limits,
            allowed_origins: Origins::and(["https://studio.example"]),
            trusted_proxies: Vec::new(),
            shutdown: shutdown.clone(),
            sockets: sockets.clone(),
            metrics: metrics.clone(),
        };
        let routes = http::secured(http::router(front));
        let server = http::serve(http::listener(listener), routes, head, shutdown.clone());
        let server = AbortOnDropHandle::new(tokio::spawn(server));
        Self { address, controls, shutdown, sockets, metrics, server }
    }

    /// Stops in order, until its port is free.
    pub(super) async fn stop(mut self) {
        self.shutdown.cancel();
        self.sockets.close();
        let stopped = async { tokio::join!(self.sockets.wait(), &mut self.server).1.unwrap() };
        timeout(PATIENCE, stopped).await.expect("it stops in time");
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }

    /// What a counter without labels stands at.
    pub(super) fn counted(&self, name: &str) -> u64 {
        let (text, name) = (self.metrics.text(), format!("live_gateway_{name}_total "));
        text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
    }

    pub(super) fn request(&self, method: &str) -> reqwest::RequestBuilder {
        let client = crate::support::client();
        client.request(method.parse().unwrap(), self.url())
    }

    pub(super) fn post(&self, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        self.request("POST").header("content-type", "application/json").body(body)
    }

    pub(super) fn query(&self, query: &str) -> reqwest::RequestBuilder {
        self.post(serde_json::json!({ "query": query }).to_string())
    }

    /// Writes bytes to a new connection and reads what comes back until it is closed, or the answer is whole.
    pub(super) async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The answer may come, and the connection close, before all is written.
        drop(stream.write_all(bytes).await);
        let mut answer = Vec::new();
        drop(timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection is closed in time"));
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A connection from this address of this machine.
    pub(super) async fn connection_from(&self, address: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    pub(super) async fn socket_from(&self, address: &str) -> Socket {
        Socket::over(self.connection_from(address).await, upgrade(self.address, &[])).await
    }

    pub(super) async fn socket(&self) -> Socket {
        Socket::open(self.address).await
    }

    /// A socket on which operations can start.
    pub(super) async fn acknowledged(&self) -> Socket {
        let mut socket = self.socket().await;
        socket.init(Value::Null).await;
        socket
    }

    /// The gateway still answers.
    pub(super) async fn assert_alive(&self) {
        let answer = self.query("{hello}").send().await.unwrap();
        assert_eq!(answer.json::<Value>().await.unwrap()["data"]["hello"], "world");
    }
}

/// A document that requests may name.
fn trusted() -> watch::Receiver<Arc<Trusted>> {
    let documents = [("greeting".to_owned(), "{ hello }".to_owned())];
    watch::channel(Arc::new(Trusted::of(documents))).1
}

/// Tokens say what they are worth.
async fn sign_in(Caller { bearer: token, .. }: Caller) -> Result<SignedIn, SignInError> {
    let expires_in = match token.as_deref() {
        Some(member) if member.contains('/') => None,
        None | Some("good" | "once" | "withdrawn" | "unknowable") => None,
        Some("short") => Some(SHORT),
        Some("eternal") => Some(Duration::MAX),
        Some("unavailable") => return Err(SignInError::Unavailable),
        Some("panic") => panic!("signing in has a mistake of its own"),
        Some("hang") => std::future::pending().await,
        Some(_) => return Err(SignInError::Invalid),
    };
    let why = match token.as_deref() {
        Some("withdrawn") => Some(SignInError::Invalid),
        Some("unknowable") => Some(SignInError::Unavailable),
        _ => None,
    };
    let share = token.as_deref().and_then(|token| token.split_once('/')).map(|(room, _)| share(room));
    let attach = attach(token.unwrap_or_else(|| "anonymous".to_owned()));
    let ended = Arc::new(move || ended(why).boxed());
    Ok(SignedIn { attach, charge: Some(charge()), share, expires_in, ended })
}

fn attach(name: String) -> Attach {
    Arc::new(move |request, id| request.data(Viewer { name: name.clone(), request_id: id.to_string() }))
}

/// Refuses what asks for `complex`, and operations whose name says that they come too soon; the others pay nothing.
fn charge() -> Charge {
    let budget = Budget { operation: 1_000, capacity: 1_000, per_second: 1 };
    let buckets = Arc::new(Buckets::new(budget));
    Arc::new(move |wanted| {
        let soon = wanted.operation_name == Some("Throttled");
        let mut names = wanted.document.operations.iter().flat_map(|(_, operation)| {
            let selected = operation.node.selection_set.node.items.iter();
            selected.filter_map(|selection| match &selection.node {
                Selection::Field(field) => Some(field.node.name.node.as_str()),
                _ => None,
            })
        });
        let complex = names.any(|name| name == "complex");
        let buckets = buckets.clone();
        async move {
            match (complex, soon) {
                (true, _) => Err(Unaffordable::TooCostly { points: 1_001, most: 1_000 }),
                (false, true) => {
                    let retry_after = Duration::from_millis(6_001);
                    Err(Unaffordable::Throttled { points: 20, available: 14, retry_after })
                }
                (false, false) => Bill::charge(Price::default(), buckets.of(Payer::Nobody).await),
            }
        }
        .boxed()
    })
}

/// A token `room/name` shares with those of its room what its operations' names say may be shared.
fn share(room: &str) -> Share {
    let room = room.to_owned();
    Arc::new(move |wanted| {
        let (events, joinable) = match wanted.operation_name {
            Some("Level") => (Events::Level, None),
            Some("BriefLevel") => (Events::Level, Some(Duration::ZERO)),
            Some("Happenings") => (Events::Happenings, None),
            _ => return ready(None).boxed(),
        };
        let sharing = Sharing { visibility: room.clone(), attach: attach(room.clone()), events, joinable };
        ready(Some(sharing)).boxed()
    })
}

/// Ends after a while, for a reason, or never.
async fn ended(why: Option<SignInError>) -> SignInError {
    match why {
        None => std::future::pending().await,
        Some(why) => {
            tokio::time::sleep(SHORT).await;
            why
        }
    }
}

/// Waits until something is so.
pub(super) async fn eventually(what: &str, so: impl Fn() -> bool) {
    support::eventually(what, || std::future::ready(so())).await;
}
