//! A sandbox, a client, and between them a tap that writes down every exchange in the words of the documents.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, Uri, header},
};
use sandbox::{AccountView, CampaignView, Options, Panel, Sandbox, SessionView};
use serde_json::Value;
use shopee::{Client, ClientConfig, Credential, Hosts};
use tokio::{net::TcpListener, task::JoinHandle};

use super::calls::{self, Arguments};

/// The documents are of this time.
const START: &str = "2026-09-28T12:34:56Z";

/// One call and its answer, with the documents' ids in place of the sandbox's.
#[derive(Clone, Default)]
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Value,
    pub(super) status: u16,
    pub(super) response_headers: Vec<(String, String)>,
    pub(super) response: Value,
}

impl Exchange {
    pub(super) fn header(&self, name: &str) -> Option<&String> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

pub(super) struct Tap {
    sandbox: Sandbox,
    pub(super) client: Client,
    last: Arc<Mutex<Option<Exchange>>>,
    server: JoinHandle<()>,
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Tap {
    pub(super) async fn start() -> Self {
        let options = Options { seed: 7, frozen: true, starts_at: Some(START.parse().unwrap()), ..Options::default() };
        let sandbox = Sandbox::start(options).await.unwrap();
        sandbox.panel().step(Duration::from_secs(60));
        let last = Arc::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = client(&format!("http://{}", listener.local_addr().unwrap()));
        let wire = Wire { sandbox: format!("http://{}", sandbox.address()), http: http(), last: Arc::clone(&last) };
        let routes = Router::new().fallback(pass).with_state(wire);
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { sandbox, client, last, server }
    }

    pub(super) fn panel(&self) -> &Panel {
        self.sandbox.panel()
    }

    pub(super) fn account(&self) -> AccountView {
        self.panel().accounts().remove(0)
    }

    pub(super) fn credential(&self) -> Credential {
        Credential::from_cookie_header(&self.account().cookie).unwrap()
    }

    /// A session of the account: one that is on air, or the last that ended.
    pub(super) fn session(&self, on_air: bool) -> SessionView {
        let account = self.account().user_id;
        let mut sessions = self.panel().sessions().into_iter();
        sessions.rfind(|session| session.user_id == account && session.on_air == on_air).unwrap()
    }

    /// The account's first campaign that runs.
    pub(super) fn campaign(&self) -> CampaignView {
        let account = self.account().user_id;
        let mut campaigns = self.panel().campaigns().into_iter();
        campaigns.find(|campaign| campaign.user_id == account && campaign.state == "ongoing").unwrap()
    }

    /// Makes a call with arguments of this sandbox and gives what went over the wire.
    pub(super) async fn exchange(&self, call: &str) -> Exchange {
        let arguments = Arguments::of(self).await;
        self.panel().reset_calls();
        let outcome = calls::run(call, &self.client, &arguments).await;
        assert!(outcome.is_ok(), "{call}: {outcome:?}");
        let exchange = self.last.lock().unwrap().take().expect("the call went through the tap");
        arguments.in_the_words_of_the_documents(exchange)
    }
}

fn client(base: &str) -> Client {
    let plenty = NonZeroU32::new(1_000_000).unwrap();
    let hosts = Hosts::from_template(&format!("{base}/{{region}}/{{role}}")).unwrap();
    Client::new(ClientConfig { hosts, calls_per_second: plenty, burst: plenty, ..ClientConfig::default() }).unwrap()
}

fn http() -> reqwest::Client {
    crate::support::client()
}

#[derive(Clone)]
struct Wire {
    sandbox: String,
    http: reqwest::Client,
    last: Arc<Mutex<Option<Exchange>>>,
}

/// Passes a request on as it is, and its answer back.
async fn pass(State(wire): State<Wire>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let mut onward = headers.clone();
    onward.remove(header::HOST);
    let request = wire.http.request(method.clone(), format!("{}{uri}", wire.sandbox)).headers(onward);
    let answer = request.body(body.clone()).send().await.unwrap();
    let (status, answer_headers) = (answer.status(), answer.headers().clone());
    let answer_body = answer.bytes().await.unwrap();
    *wire.last.lock().unwrap() = Some(Exchange {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        headers: pairs(&headers),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        status: status.as_u16(),
        response_headers: pairs(&answer_headers),
        response: serde_json::from_slice(&answer_body).unwrap(),
    });
    let mut response = Response::new(Body::from(answer_body));
    *response.status_mut() = status;
    *response.headers_mut() = answer_headers;
    response
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}
