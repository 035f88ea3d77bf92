//! Puts the gateway together and runs it: database, listener, jobs, and an orderly stop.

mod descriptors;
mod housekeeping;
mod metrics;
mod stop;

use std::{future::pending, io, net::SocketAddr, sync::Arc, time::Duration};

use async_graphql::Request;
use axum::middleware;
use futures_util::{FutureExt as _, future::BoxFuture};
use secrecy::ExposeSecret as _;
use tokio::{
    net::{TcpListener, TcpSocket},
    runtime::{self, Runtime},
    sync::watch,
    task::JoinHandle,
    time::sleep,
};
use tokio_util::task::TaskTracker;

pub use self::stop::stop_signal;
use self::{
    descriptors::Descriptors,
    stop::{Schedule, Signals},
};
use crate::{
    account, alert, analytics,
    api::{self, Attachment, sharing},
    app::{App, BuildError},
    campaign,
    config::{self, Config, TOKEN_GIVEN_AWAY},
    cost::Cost,
    cryptography, documents,
    documents::Watched,
    error::{Error, chain},
    http::{
        self, Attach, Caller, Documents, Front, Limits, Origins, RequestId, Sharing, SignIn, SignInError, SignedIn,
        Trusted, Wanted,
    },
    identity::{
        jwks,
        outside_token::Issuer,
        revocations::{self, Ended},
        scope::Viewer,
        token::Checks,
    },
    ledger, promotion, rest, session,
};

/// A resolver's future holds those of all fields that it may have to answer, on the stack while it is made: unoptimised, that is
/// more than the two megabytes that a thread has otherwise.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The runtime that a gateway works on.
pub fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build()
}

/// How long a stop may take: container runtimes kill after ten seconds.
const STOP_WITHIN: Duration = Duration::from_secs(9);

/// Connections that may wait to be accepted: after a restart all clients come at once. The system may allow fewer.
const WAITING_CONNECTIONS: u32 = 4096;

/// Why the gateway could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{TOKEN_GIVEN_AWAY}")]
    TokenGivenAway,
    #[error("the database could not be brought up to date")]
    Migrate(#[from] migration::MigrateError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Documents(#[from] documents::Problems),
    #[error(transparent)]
    Issuer(#[from] jwks::BuildError),
    #[error("cannot listen on {address}; LISTEN_ADDR chooses another address")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot serve the metrics on {address}; METRICS_ADDR chooses another address")]
    Metrics { address: SocketAddr, source: io::Error },
}

/// A running gateway ended though nobody told it to: its listener failed.
#[derive(Debug, thiserror::Error)]
#[error("the listener ended by itself")]
pub struct Stopped(#[source] Option<Box<dyn std::error::Error + Send + Sync>>);

/// Why [`serve`] came to an end that nobody wanted.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// A gateway that is running in this process.
pub struct Gateway {
    pub app: App,
    address: SocketAddr,
    signals: Signals,
    sockets: TaskTracker,
    jobs: TaskTracker,
    server: JoinHandle<()>,
    metrics: Option<metrics::Served>,
}

impl Gateway {
    /// Brings the database up to date if so configured, starts the jobs and listens.
    pub fn start(config: Config) -> BoxFuture<'static, Result<Self, StartError>> {
        Self::started(config).boxed()
    }

    async fn started(config: Config) -> Result<Self, StartError> {
        // Checked here too, for those who build or change a configuration by themselves.
        if config.gives_token_away() {
            return Err(StartError::TokenGivenAway);
        }
        cryptography::install();
        if config.migrate_on_start {
            let applied = migration::migrate(config.database_url.expose_secret()).await?;
            tracing::info!(migrations = applied.len(), "the database is up to date");
        }
        let listen = config.listen_addr;
        let app = App::build(config).await?;
        let checks = Checks::new(app.config.outside_issuer.as_ref().map(Issuer::new).transpose()?);
        let watched = Watched::open(app.config.documents.trusted.clone(), own_documents(&app.config)).await?;
        let unusable = |source| StartError::Listen { address: listen, source };
        let listener = listen_on(listen).map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;

        let metrics = metrics::serve(&app)?;
        let (signals, sockets, jobs) = (Signals::default(), TaskTracker::new(), TaskTracker::new());
        jobs.spawn(session::sync::run(app.clone(), signals.jobs.clone()));
        jobs.spawn(session::samples::run(app.clone(), signals.jobs.clone()));
        jobs.spawn(analytics::rebuild::run(app.clone(), signals.jobs.clone()));
        jobs.spawn(alert::evaluate::run(app.clone(), signals.jobs.clone()));
        jobs.spawn(campaign::look::run(app.clone(), signals.jobs.clone()));
        jobs.spawn(housekeeping::run(app.clone(), signals.jobs.clone()));
        jobs.spawn(revocations::run(app.clone(), signals.jobs.clone()));
        jobs.spawn(account::login::drive::run(app.clone(), signals.jobs.clone()));
        jobs.spawn(ledger::reconcile::run(
            app.clone(),
            vec![session::coins::HANDLER, promotion::edit::HANDLER],
            signals.jobs.clone(),
        ));
        let trusted = watched.trusted();
        jobs.spawn(watched.run(signals.jobs.clone()));
        let routes = routes(&app, checks, &signals, sockets.clone(), trusted);
        let listener = http::listener(listener);
        let head = Descriptors::of_this_process().head();
        let server = tokio::spawn(http::serve(listener, routes, head, signals.listener.clone()));
        tracing::info!(%address, "listening");
        Ok(Self { app, address, signals, sockets, jobs, server, metrics })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where its metrics are, if they are served.
    pub fn metrics_url(&self) -> Option<String> {
        self.metrics.as_ref().map(metrics::Served::url)
    }

    /// Runs until it is told to stop, or until its listener fails, and stops in order either way.
    pub async fn run(mut self, told: impl Future<Output = ()>) -> Result<(), Stopped> {
        let outcome = tokio::select! {
            () = told => Ok(()),
            ended = &mut self.server => Err(Stopped(match ended {
                Ok(()) => None,
                Err(error) => Some(error.into()),
            })),
        };
        self.stop().await;
        outcome
    }

    /// Stops in order: not ready, and for the time of `DRAIN_DELAY_MS` as useful as ever, so that whoever sends requests notices before
    /// one is lost. From then on within nine seconds whatever hangs: sockets told to connect elsewhere, no new connections, requests
    /// answered or let go; then jobs and pollers; at last the database.
    pub async fn stop(self) {
        self.stop_within(STOP_WITHIN).await;
    }

    /// [`stop`](Self::stop) with another bound for what follows the delay.
    pub fn stop_within(self, total: Duration) -> BoxFuture<'static, ()> {
        self.stopped_within(total).boxed()
    }

    async fn stopped_within(mut self, total: Duration) {
        tracing::info!("stopping");
        self.signals.leaving.cancel();
        sleep(self.app.config.drain_delay).await;
        let time = Schedule::from_now(total);
        self.signals.sockets.cancel();
        self.sockets.close();
        self.signals.listener.cancel();
        stop::within(time.requests, "websockets", self.sockets.wait()).await;
        stop::within(time.requests, "requests", stop::ended(&mut self.server)).await;

        self.signals.requests.cancel();
        self.signals.jobs.cancel();
        self.jobs.close();
        stop::within(time.work, "jobs", self.jobs.wait()).await;
        stop::within(time.work, "pollers", self.app.pollers.stop()).await;
        stop::within(time.work, "samples", session::samples::store(&self.app)).await;
        stop::within(time.work, "intents", self.app.intents.finish()).await;
        stop::within(time.work, "connections", stop::ended(&mut self.server)).await;
        self.server.abort();

        stop::within(time.end, "the database", self.app.database.clone().close()).await;
        tracing::info!("stopped");
    }
}

/// Runs the gateway until it is told to stop by SIGINT or SIGTERM.
pub async fn serve(config: Config) -> Result<(), ServeError> {
    descriptors::raise();
    Ok(Gateway::start(config).await?.run(stop_signal()).await?)
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING_CONNECTIONS)
}

/// Documents that are trusted because they are the gateway's own.
fn own_documents(config: &Config) -> Vec<&'static str> {
    if config.rest_routes { rest::DOCUMENTS.to_vec() } else { Vec::new() }
}

fn routes(
    app: &App,
    checks: Checks,
    signals: &Signals,
    sockets: TaskTracker,
    trusted: watch::Receiver<Arc<Trusted>>,
) -> axum::Router {
    let (config, socket) = (&app.config, Descriptors::of_this_process().socket());
    let config::Documents { only_trusted, persisted, .. } = config.documents;
    let front = Front {
        schema: api::schema(app.clone()),
        sign_in: sign_in(app.clone(), checks),
        documents: Documents::new(trusted, only_trusted, persisted),
        doors: config.rest_routes.then(rest::doors),
        limits: Limits { deadline: config.operation_timeout, batch: config.batch_limit, socket, ..Limits::default() },
        allowed_origins: Origins::and(config.allowed_origins.iter().cloned()),
        trusted_proxies: config.trusted_proxies.clone(),
        shutdown: signals.sockets.clone(),
        sockets,
        metrics: app.metrics.clone(),
    };
    let graphiql = config.graphiql.then(|| web::GraphiqlOptions {
        token: config.graphiql_token.as_ref().map(|token| token.expose_secret().to_owned()),
        ..web::GraphiqlOptions::default()
    });
    let routes = http::router(front)
        .merge(http::pages::router(graphiql))
        .merge(http::probes::router(app.clone(), signals.leaving.clone()));
    http::secured(routes.layer(middleware::from_fn_with_state(signals.clone(), stop::let_go)))
}

/// How the HTTP layer finds out who asks.
fn sign_in(app: App, checks: Checks) -> SignIn {
    Arc::new(move |Caller { bearer, address }| {
        let (app, checks) = (app.clone(), checks.clone());
        async move {
            let cost = Arc::new(Cost::default());
            let Some(bearer) = bearer else { return Ok(anonymous(Attachment::new(app, None, address, cost))) };
            let signed = checks.sign_in(&app, &bearer, address, cost.clone()).await;
            let signed = signed.map_err(refusal)?;
            let expires_in = (signed.expires_at - app.clock.now()).to_std().unwrap_or_default();
            let attachment = Attachment::new(app.clone(), Some(signed.viewer.clone()), address, cost);
            let share = Some(share(app.clone(), signed.viewer.clone()));
            let ended = ended(app, signed.viewer);
            Ok(SignedIn { share, expires_in: Some(expires_in), ended, ..anonymous(attachment) })
        }
        .boxed()
    })
}

/// Somebody who has nothing to lose.
fn anonymous(attachment: Attachment) -> SignedIn {
    let charge = Some(charge(attachment.clone()));
    SignedIn {
        attach: attach(attachment),
        charge,
        share: None,
        expires_in: None,
        ended: Arc::new(|| pending().boxed()),
    }
}

fn attach(attachment: Attachment) -> Attach {
    Arc::new(move |request: Request, id: &RequestId| attachment.attach(request, id.as_str()))
}

/// How the HTTP layer takes what operations may cost.
fn charge(attachment: Attachment) -> http::Charge {
    Arc::new(move |Wanted { document, operation_name, variables }| {
        attachment.charge(document, operation_name, variables).boxed()
    })
}

/// How the HTTP layer finds out which subscriptions a viewer shares with the other members of a studio.
fn share(app: App, viewer: Arc<Viewer>) -> http::Share {
    Arc::new(move |wanted| {
        let Wanted { document, operation_name, variables } = wanted;
        let shareable = sharing::shareable(&app, &viewer, document, operation_name, variables);
        let app = app.clone();
        async move {
            let shareable = shareable.await?;
            let events = match shareable.manner.events {
                sharing::Events::Level => http::Events::Level,
                sharing::Events::Happenings => http::Events::Happenings,
            };
            Some(Sharing {
                visibility: format!("studio/{}", shareable.studio_id),
                attach: attach(shareable.attachment(app)),
                events,
                joinable: shareable.manner.joinable,
            })
        }
        .boxed()
    })
}

/// How the HTTP layer hears that something was taken from a viewer.
fn ended(app: App, viewer: Arc<Viewer>) -> http::Ended {
    Arc::new(move || {
        let ended = revocations::ended(&app, &viewer);
        let why = |ended| match ended {
            Ended::Withdrawn => SignInError::Invalid,
            Ended::Unknown => SignInError::Unavailable,
        };
        ended.map(why).boxed()
    })
}

fn refusal(error: Error) -> SignInError {
    match error {
        Error::Client(_) => SignInError::Invalid,
        Error::Internal(cause) | Error::Unavailable(cause) => {
            tracing::error!(error = chain(&*cause), "a token could not be checked");
            SignInError::Unavailable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_that_ends_by_itself_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/live.db", folder.path().display());
        let secret = "a-secret-for-tests-that-is-long-enough";
        let key = "dGVzdCB0ZXN0IHRlc3QgdGVzdCB0ZXN0IHRlc3QgISE=";
        let variables = [
            ("LISTEN_ADDR", "127.0.0.1:0"),
            ("DATABASE_URL", url.as_str()),
            ("TOKEN_SECRET", secret),
            ("CREDENTIAL_KEY", key),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let gateway = Gateway::start(Config::from_variables(variables.into()).unwrap()).await.unwrap();
        gateway.server.abort();
        let stopped = gateway.run(pending()).await.unwrap_err();
        assert_eq!(stopped.to_string(), "the listener ended by itself");
    }
}
