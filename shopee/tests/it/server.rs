//! A server that answers what it is told and remembers what it was asked.

use std::collections::BTreeMap;
use std::future::pending;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use futures_util::stream;
use shopee::{Client, ClientConfig, Hosts};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Reaction {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// Says nothing until the client goes.
    Hang,
    /// The same for whoever sends this cookie; others are answered.
    HangFor(&'static str, Box<Reaction>),
    /// Ends the connection in the middle of the body.
    Break,
}

impl Reaction {
    pub(crate) fn json(status: u16, body: &str) -> Reaction {
        Reaction::with(status, &[("content-type", "application/json")], body)
    }

    pub(crate) fn with(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Reaction {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Reaction::Answer { status, headers, body: body.into() }
    }

    fn response(self) -> Response<Body> {
        let Reaction::Answer { status, headers, body } = self else {
            let chunks = [Ok("{\"code\":0,"), Err(std::io::Error::other("cut"))];
            return Response::new(Body::from_stream(stream::iter(chunks)));
        };
        let response = Response::builder().status(StatusCode::from_u16(status).unwrap());
        let response = headers.iter().fold(response, |response, (name, value)| response.header(name, value));
        response.body(Body::from(body)).unwrap()
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Whether this stands among its cookies.
    pub(crate) fn is_of(&self, cookie: &str) -> bool {
        self.headers.get("cookie").is_some_and(|cookies| cookies.to_str().unwrap().contains(cookie))
    }
}

#[derive(Default)]
struct Script {
    reactions: Vec<Reaction>,
    requests: Vec<Request>,
}

pub(crate) struct Server {
    script: Arc<Mutex<Script>>,
    address: String,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server that answers with the reactions in turn; the last one stays.
    pub(crate) async fn start(reactions: impl Into<Vec<Reaction>>) -> Server {
        let script = Arc::new(Mutex::new(Script { reactions: reactions.into(), requests: Vec::new() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Server { script, address, task }
    }

    pub(crate) fn answers(&self, reaction: Reaction) {
        *self.script.lock().unwrap() = Script { reactions: vec![reaction], requests: Vec::new() };
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.script.lock().unwrap().requests.clone()
    }

    pub(crate) fn hosts(&self) -> Hosts {
        Hosts::from_template(&format!("http://{}/{{region}}/{{role}}", self.address)).unwrap()
    }

    /// Without retries, and as good as unlimited; a circuit that opens lets the next call through, as its probe.
    pub(crate) fn config(&self) -> ClientConfig {
        let plenty = NonZeroU32::new(1_000_000).unwrap();
        ClientConfig {
            hosts: self.hosts(),
            read_retries: 0,
            circuit_rest: Duration::ZERO,
            calls_per_second: plenty,
            burst: plenty,
            ..ClientConfig::default()
        }
    }

    /// For a server that hangs, and for no other: a busy machine may take as long to answer.
    pub(crate) fn impatient(&self) -> ClientConfig {
        ClientConfig { read_timeout: Duration::from_millis(150), ..self.config() }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.config()).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let reaction = {
        let mut script = script.lock().unwrap();
        let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let (method, path) = (method.to_string(), uri.path().to_owned());
        let request = Request { method, path, query, headers, body: body.to_vec() };
        let reaction =
            if script.reactions.len() > 1 { script.reactions.remove(0) } else { script.reactions[0].clone() };
        let reaction = match reaction {
            Reaction::HangFor(cookie, _) if request.is_of(cookie) => Reaction::Hang,
            Reaction::HangFor(_, other) => *other,
            reaction => reaction,
        };
        script.requests.push(request);
        reaction
    };
    if matches!(reaction, Reaction::Hang) { pending().await } else { reaction.response() }
}
