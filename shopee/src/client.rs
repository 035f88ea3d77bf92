//! The way out: one request over HTTP, its timeouts, its repetition, its pace, its place among the others and the circuit that it goes
//! through. The only file that names reqwest.
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

use crate::bulkhead::{Bulkheads, Lane, Place, Widths};
use crate::calls::{Call, Verb};
use crate::circuit::{Circuits, Line};
use crate::credential::Account;
use crate::envelope::{self, Answer, Reply, garbled, unreachable};
use crate::error::{Cause, Error};
use crate::hosts::{HostRole, Hosts};
use crate::observer::{Called, Observer};
use crate::pace::{Key, Pace, SharedPace, Wait};
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
    /// How often a read is repeated after a failure to reach Shopee, as long as no more than a tenth of what was asked of the host for the
    /// account is. A write never is. Default: 2.
    pub read_retries: u32,
    /// Calls of one account (or, without cookies, region) that may be under way at once; others wait. Default: 12.
    pub calls_at_once: usize,
    /// The same for writes and the reads of [`Client::patient`], which wait apart from the others. Default: 4.
    pub urgent_calls_at_once: usize,
    /// Calls to one host that may be under way at once, for all accounts. Default: 64.
    pub host_calls_at_once: usize,
    /// How long a host that has failed for an account is left alone before one call finds out whether it still does. Default: 5 s.
    pub circuit_rest: Duration,
    /// Requests a second and account (or, without cookies, region), repetitions included. Default: 10.
    pub calls_per_second: NonZeroU32,
    /// Requests that may go at once after a rest. Default: 20.
    pub burst: NonZeroU32,
    /// Keeps the two above for several processes together. Default: none, each process has its own.
    pub shared_pace: Option<Arc<dyn SharedPace>>,
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
            calls_at_once: 12,
            urgent_calls_at_once: 4,
            host_calls_at_once: 64,
            circuit_rest: Duration::from_secs(5),
            calls_per_second: NonZeroU32::MIN.saturating_add(9),
            burst: NonZeroU32::MIN.saturating_add(19),
            shared_pace: None,
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
    bulkheads: Bulkheads,
    circuits: Circuits,
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

    fn line(&self) -> Line {
        Line { region: self.region, host: self.call.host, key: self.key() }
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
        let parts = Parts {
            http,
            pace: Pace::new(config.calls_per_second, config.burst),
            bulkheads: Bulkheads::new(Widths {
                usual: config.calls_at_once,
                urgent: config.urgent_calls_at_once,
                host: config.host_calls_at_once,
            }),
            circuits: Circuits::new(config.circuit_rest, config.read_timeout.min(config.total_timeout) / 2),
            config,
        };
        Ok(Client { parts: Arc::new(parts), patience: Patience::Usual })
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
        if let Some(after) = self.parts.circuits.open_for(ask.line(), Instant::now()) {
            // Before it takes a turn that another host could have had.
            return Err(circuit_open(ask.call, after));
        }
        self.turn(ask, deadline).await?;
        let mut repeated = 0;
        loop {
            let failure = match self.attempt(ask, deadline).await {
                Err(failure @ Error::Unreachable { .. }) if ask.call.repeatable => failure,
                outcome => return outcome,
            };
            let pause = retry::pause(repeated);
            if !self.may_repeat(ask, repeated, Instant::now() + pause < deadline) {
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

    fn may_repeat(&self, ask: &Ask<'_>, repeated: u32, in_time: bool) -> bool {
        let left = repeated < self.parts.config.read_retries;
        left && in_time && self.parts.circuits.may_repeat(ask.line(), Instant::now())
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
        match self.parts.turn(ask.key(), longest.min(deadline.saturating_duration_since(now)), false).await {
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
            let left = deadline.saturating_duration_since(Instant::now());
            match self.parts.turn(ask.key(), left, true).await {
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
        let _place = self.place(ask, deadline).await?;
        if Instant::now() >= deadline {
            // Whoever counts from when the call was made has to be able to rely on its not being made later.
            return Err(not_sent_in_time(ask.call));
        }
        let admission = self.parts.circuits.admit(ask.line(), Instant::now());
        let admission = admission.map_err(|after| circuit_open(ask.call, after))?;
        let answer = match timeout_at(deadline, self.exchange(ask)).await {
            Ok(Ok(reply)) => envelope::open(ask.call, ask.account.is_some(), reply),
            Ok(Err(error)) => Err(error),
            Err(_) => {
                // Dropped instead of settled: how long it was given tells whose fault it is.
                drop(admission);
                return Err(unreachable(ask.call, Cause::Timeout));
            }
        };
        admission.settle(!matches!(answer, Err(Error::Unreachable { .. })), Instant::now());
        answer
    }

    async fn place(&self, ask: &Ask<'_>, deadline: Instant) -> Result<Place, Error> {
        let is_urgent = ask.call.verb == Verb::Write || self.patience == Patience::Long;
        let lane = if is_urgent { Lane::Urgent } else { Lane::Usual };
        let place = timeout_at(deadline, self.parts.bulkheads.place(ask.line(), lane)).await;
        place.map_err(|_| not_sent_in_time(ask.call))
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

impl Parts {
    /// A turn at the pace that all processes keep together, or while they cannot be asked, at this one's.
    async fn turn(&self, key: Key, patience: Duration, spare: bool) -> Wait {
        let shared = match &self.config.shared_pace {
            Some(shared) => shared.turn(key.to_string(), self.pace.shared(patience, spare)).await,
            None => None,
        };
        let now = Instant::now();
        if let Some(wait) = shared {
            // It counts here as well, so that this process does not begin with a burst when it is left alone.
            if wait.is_ok() {
                self.pace.turn(key, now, Duration::MAX).ok();
            }
            return wait;
        }
        if spare { self.pace.spare_turn(key, now, patience) } else { self.pace.turn(key, now, patience) }
    }
}

fn circuit_open(call: &'static Call, after: Duration) -> Error {
    Error::Unreachable { call: call.name, cause: Cause::CircuitOpen(after), maybe_done: false }
}

fn not_sent_in_time(call: &'static Call) -> Error {
    Error::Unreachable { call: call.name, cause: Cause::Timeout, maybe_done: false }
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
