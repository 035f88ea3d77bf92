//! The way out: one request over HTTP, its timeouts, its repetition and its pace. The only file that names reqwest.
//!
//! What always holds: cookies go only to the host that the table has for the account's region and the call's role;
//! redirects are not followed; nothing is logged but the call's name, region, account key, outcome and time.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, COOKIE, DATE, HeaderMap, HeaderValue, RETRY_AFTER, SET_COOKIE};
use reqwest::{Response, redirect, retry as retry_policy};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use crate::calls::{Call, Verb};
use crate::credential::Account;
use crate::envelope::{self, Answer, Reply, garbled, unreachable};
use crate::error::{Cause, Error};
use crate::hosts::{HostRole, Hosts};
use crate::observer::{Called, Observer};
use crate::pace::{Key, Pace};
use crate::region::Region;
use crate::retry;

/// The largest answer seen is a few hundred kilobytes. Counted after decompression.
const LONGEST_BODY: usize = 4 * 1024 * 1024;
/// Shorter than any server keeps an idle connection, so that we do not write into a closing one.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);

/// How a [`Client`] behaves.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Where the calls go. Default: Shopee's own hosts.
    pub hosts: Hosts,
    /// For the connection to stand. Default: 3 s.
    pub connect_timeout: Duration,
    /// For the next bytes of one attempt to come. Default: 5 s.
    pub read_timeout: Duration,
    /// For a call as a whole, with its waits and repetitions. Default: 8 s.
    pub total_timeout: Duration,
    /// For a read's turn to come; one that would come later is refused at once, so that a crowd of reads cannot take up an
    /// account for long. A write, and a read of [`Client::patient`] or [`Client::in_background`], may wait as long as the call may take.
    /// Default: 3 s.
    pub longest_wait: Duration,
    /// How often a read is repeated after a failure to reach Shopee. A write never is. Default: 2.
    pub read_retries: u32,
    /// Requests a second and account (or, without cookies, region), repetitions included. Default: 10.
    pub calls_per_second: NonZeroU32,
    /// Requests that may go at once after a rest. Default: 20.
    pub burst: NonZeroU32,
    /// The `User-Agent` header. Default: this program's name and version.
    pub user_agent: String,
    /// Who hears of every call. Default: nobody.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for ClientConfig {
    fn default() -> Self {
        ClientConfig {
            hosts: Hosts::shopee(),
            connect_timeout: Duration::from_secs(3),
            read_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(8),
            longest_wait: Duration::from_secs(3),
            read_retries: 2,
            calls_per_second: NonZeroU32::MIN.saturating_add(9),
            burst: NonZeroU32::MIN.saturating_add(19),
            user_agent: concat!("live-gateway/", env!("CARGO_PKG_VERSION")).to_owned(),
            observer: None,
        }
    }
}

/// The HTTP client cannot be built: the user agent is no header value, or the system's certificates cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be built")]
pub struct BuildError(#[source] reqwest::Error);

/// A client of Shopee's calls; one method a call. Cheap to clone: clones share connections and rate limits.
#[derive(Clone)]
pub struct Client {
    parts: Arc<Parts>,
    patience: Patience,
}

/// For how long a read waits for its turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// For half of `longest_wait`.
    Little,
    /// For `longest_wait`.
    Usual,
    /// For as long as the call may take.
    Long,
    /// As long, behind all others.
    Background,
}

struct Parts {
    http: reqwest::Client,
    config: ClientConfig,
    pace: Pace,
}

/// One call with its arguments.
pub(crate) struct Ask<'a> {
    call: &'static Call,
    region: Region,
    account: Option<&'a Account<'a>>,
    id: Option<i64>,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl<'a> Ask<'a> {
    /// A call without cookies.
    pub(crate) fn public(call: &'static Call, region: Region) -> Ask<'a> {
        Ask { call, region, account: None, id: None, query: Vec::new(), body: None }
    }

    /// A call in an account's name.
    pub(crate) fn signed(call: &'static Call, account: &'a Account<'a>) -> Ask<'a> {
        Ask { account: Some(account), ..Ask::public(call, account.region) }
    }

    /// What stands for `{id}` in the path.
    pub(crate) fn about(self, id: i64) -> Ask<'a> {
        Ask { id: Some(id), ..self }
    }

    pub(crate) fn query(mut self, key: &'static str, value: impl ToString) -> Ask<'a> {
        self.query.push((key, value.to_string()));
        self
    }

    pub(crate) fn body(self, body: Value) -> Ask<'a> {
        Ask { body: Some(body), ..self }
    }

    /// What a browser on the seller hosts repeats in the query of every call, if the account has it.
    fn seller_token(&self) -> Option<&'a str> {
        self.account.filter(|_| self.call.host == HostRole::Seller)?.credential.cookie("SPC_CDS")
    }

    fn key(&self) -> Key {
        self.account.map_or(Key::Public(self.region), |account| Key::Account(account.key))
    }

    fn url(&self, hosts: &Hosts) -> Url {
        let mut url = hosts.base(self.region, self.call.host).clone();
        let id = self.id.map(|id| id.to_string()).unwrap_or_default();
        let path = self.call.path.replace("{id}", &id);
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        if let Some(token) = self.seller_token() {
            url.query_pairs_mut().append_pair("SPC_CDS", token).append_pair("SPC_CDS_VER", "2");
        }
        url
    }
}

impl Client {
    /// Builds a client. Connects to nothing yet.
    pub fn new(config: ClientConfig) -> Result<Client, BuildError> {
        let http = reqwest::Client::builder()
            .user_agent(config.user_agent.as_str())
            .connect_timeout(config.connect_timeout)
            .read_timeout(config.read_timeout)
            .pool_idle_timeout(IDLE_CONNECTION)
            .redirect(redirect::Policy::none())
            // A read is repeated here, a write by nobody.
            .retry(retry_policy::never())
            .build()
            .map_err(BuildError)?;
        let pace = Pace::new(config.calls_per_second, config.burst);
        Ok(Client { parts: Arc::new(Parts { http, config, pace }), patience: Patience::Usual })
    }

    /// The same client for what somebody waits for who has time. Its reads wait for a turn as long as a call may take, so they get one
    /// also while a crowd has filled the queue as far as `longest_wait` lets it.
    pub fn patient(&self) -> Client {
        Client { patience: Patience::Long, ..self.clone() }
    }

    /// The same client for those whom nobody waits for: a poller, a sync. Their reads wait as long as a call may take too, and leave half
    /// of the burst to the others; while a crowd has filled the queue they still get one turn in ten.
    pub fn in_background(&self) -> Client {
        Client { patience: Patience::Background, ..self.clone() }
    }

    /// The same client for those who ask about just anybody. Their reads wait half as long as others, so that however many they are,
    /// they leave the other half of the queue to those who ask for an account.
    pub fn modest(&self) -> Client {
        Client { patience: Patience::Little, ..self.clone() }
    }

    /// Makes a call and reads its answer. Writes the one line that the log has of it.
    pub(crate) async fn ask<T>(
        &self,
        ask: Ask<'_>,
        read: impl FnOnce(&Answer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        let outcome =
            self.answer(&ask, started + self.parts.config.total_timeout).await.and_then(|answer| read(&answer));
        self.tell_observer(&ask, &outcome, started);
        tracing::debug!(
            call = ask.call.name,
            region = ask.region.code(),
            account = ask.account.map(|account| account.key),
            outcome = outcome.as_ref().map_or_else(Error::kind, |_| "OK"),
            milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "shopee call"
        );
        outcome
    }

    fn observer(&self) -> Option<&dyn Observer> {
        self.parts.config.observer.as_deref()
    }

    fn tell_observer<T>(&self, ask: &Ask<'_>, outcome: &Result<T, Error>, started: Instant) {
        let error = outcome.as_ref().err().map(Error::kind);
        let called = Called { call: ask.call.name, region: ask.region, error, took: started.elapsed() };
        if let Some(observer) = self.observer() {
            observer.called(&called);
        }
    }

    async fn answer(&self, ask: &Ask<'_>, deadline: Instant) -> Result<Answer, Error> {
        self.turn(ask, deadline).await?;
        let mut repeated = 0;
        loop {
            let failure = match self.attempt(ask, deadline).await {
                Err(failure @ Error::Unreachable { .. }) if ask.call.repeatable => failure,
                outcome => return outcome,
            };
            let pause = retry::pause(repeated);
            if repeated >= self.parts.config.read_retries || Instant::now() + pause >= deadline {
                return Err(failure);
            }
            sleep(pause).await;
            // The failure says more than that there was no turn for another attempt.
            self.turn(ask, deadline).await.map_err(|_| failure)?;
            if let Some(observer) = self.observer() {
                observer.repeats(ask.call.name);
            }
            repeated += 1;
        }
    }

    async fn turn(&self, ask: &Ask<'_>, deadline: Instant) -> Result<(), Error> {
        let asked = Instant::now();
        let turn = self.wait_for_turn(ask, deadline).await;
        if let Some(observer) = self.observer() {
            observer.waited(asked.elapsed(), turn.is_ok());
        }
        turn
    }

    async fn wait_for_turn(&self, ask: &Ask<'_>, deadline: Instant) -> Result<(), Error> {
        let now = Instant::now();
        let may_be_repeated = ask.call.verb != Verb::Write;
        if may_be_repeated && self.patience == Patience::Background {
            return self.wait_for_spare_turn(ask, deadline).await;
        }
        let longest = match self.patience {
            Patience::Little if may_be_repeated => self.parts.config.longest_wait / 2,
            Patience::Usual if may_be_repeated => self.parts.config.longest_wait,
            _ => Duration::MAX,
        };
        match self.parts.pace.turn(ask.key(), now, longest.min(deadline.saturating_duration_since(now))) {
            Ok(Duration::ZERO) => Ok(()),
            Ok(wait) => {
                sleep(wait).await;
                Ok(())
            }
            Err(wait) => Err(Error::Throttled { call: ask.call.name, after: Some(wait) }),
        }
    }

    /// For those who have time: what the others leave over.
    async fn wait_for_spare_turn(&self, ask: &Ask<'_>, deadline: Instant) -> Result<(), Error> {
        loop {
            let now = Instant::now();
            let left = deadline.saturating_duration_since(now);
            match self.parts.pace.spare_turn(ask.key(), now, left) {
                Ok(wait) => {
                    sleep(wait).await;
                    return Ok(());
                }
                Err(wait) if wait > left => return Err(Error::Throttled { call: ask.call.name, after: Some(wait) }),
                Err(wait) => sleep(wait).await,
            }
        }
    }

    async fn attempt(&self, ask: &Ask<'_>, deadline: Instant) -> Result<Answer, Error> {
        if Instant::now() >= deadline {
            // Whoever counts from when the call was made has to be able to rely on its not being made later.
            return Err(Error::Unreachable { call: ask.call.name, cause: Cause::Timeout, maybe_done: false });
        }
        let reply = timeout_at(deadline, self.exchange(ask)).await;
        let reply = reply.unwrap_or_else(|_| Err(unreachable(ask.call, Cause::Timeout)))?;
        envelope::open(ask.call, ask.account.is_some(), reply)
    }

    async fn exchange(&self, ask: &Ask<'_>) -> Result<Reply, Error> {
        let url = ask.url(&self.parts.config.hosts);
        let request = match ask.call.verb {
            Verb::Read => self.parts.http.get(url),
            Verb::Query | Verb::Write => self.parts.http.post(url),
        };
        let request = match &ask.body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.headers(headers(ask)).send().await.map_err(|error| broken(ask.call, &error))?;
        let (status, retry_after) = (response.status().as_u16(), retry_after(response.headers()));
        let set_cookies = response.headers().get_all(SET_COOKIE).iter();
        let set_cookies = set_cookies.filter_map(|value| value.to_str().ok().map(str::to_owned)).collect();
        let body = body(ask.call, response).await?;
        Ok(Reply { status, retry_after, set_cookies, body })
    }
}

fn headers(ask: &Ask<'_>) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    if ask.call.host == HostRole::Creator {
        // One client reports 404 without these; the others do well either way.
        let domain = ask.region.top_level_domain();
        headers.insert("x-region", HeaderValue::from_static(domain.rsplit('.').next().unwrap_or(domain)));
        headers.insert("x-region-domain", HeaderValue::from_static(domain));
        headers.insert("x-region-timezone", HeaderValue::from_static(ask.region.utc_offset()));
    }
    let cookies = ask.account.map(|account| HeaderValue::from_str(account.credential.expose_cookie_header()));
    if let Some(Ok(mut cookies)) = cookies {
        cookies.set_sensitive(true);
        headers.insert(COOKIE, cookies);
    }
    headers
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    retry::after(text(RETRY_AFTER)?, text(DATE))
}

async fn body(call: &'static Call, mut response: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(call, &error))? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(garbled(call, "longer than 4 MiB"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Keeps what kind of failure it was and drops the rest, which contains the URL.
fn broken(call: &'static Call, error: &reqwest::Error) -> Error {
    let cause = match error {
        error if error.is_connect() => Cause::Connect,
        error if error.is_timeout() => Cause::Timeout,
        _ => Cause::Interrupted,
    };
    unreachable(call, cause)
}
