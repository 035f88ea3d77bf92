//! Puts the gateway together and runs it: database, listener, jobs, and an orderly stop.

use std::{future::IntoFuture as _, net::SocketAddr, sync::Arc, time::Duration};

use async_graphql::Request;
use futures_util::FutureExt as _;
use secrecy::ExposeSecret as _;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    account::token,
    api::{self, Attachment},
    app::{App, BuildError},
    config::Config,
    cost::Cost,
    error::Error,
    http::{self, Front, Limits, Origins, RequestId, SignIn, SignInError, SignedIn},
    session,
};

/// How long a stop waits for requests and sockets to finish.
const DRAIN: Duration = Duration::from_secs(10);

/// Why the gateway could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the database could not be brought up to date")]
    Migrate(#[from] migration::MigrateError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// A gateway that is running in this process.
pub struct Gateway {
    pub app: App,
    address: SocketAddr,
    shutdown: CancellationToken,
    sockets: TaskTracker,
    jobs: TaskTracker,
    server: JoinHandle<()>,
}

impl Gateway {
    /// Brings the database up to date if so configured, starts the jobs and listens.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        if config.migrate_on_start {
            let applied = migration::migrate(config.database_url.expose_secret()).await?;
            tracing::info!(migrations = applied.len(), "the database is up to date");
        }
        let listen = config.listen_addr;
        let app = App::build(config).await?;
        let listener = TcpListener::bind(listen).await;
        let listener = listener.map_err(|source| StartError::Listen { address: listen, source })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: listen, source })?;

        let (shutdown, sockets, jobs) = (CancellationToken::new(), TaskTracker::new(), TaskTracker::new());
        jobs.spawn(session::sync::run(app.clone(), shutdown.clone()));
        let routes = routes(&app, shutdown.clone(), sockets.clone());
        let server =
            axum::serve(http::listener(listener), routes).with_graceful_shutdown(shutdown.clone().cancelled_owned());
        let server = tokio::spawn(server.into_future().map(|served| {
            if let Err(error) = served {
                tracing::error!(%error, "the listener failed");
            }
        }));
        tracing::info!(%address, "listening");
        Ok(Self { app, address, shutdown, sockets, jobs, server })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops in order: not ready, no new requests, sockets closed, jobs and requests finished or given up after a while.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.sockets.close();
        self.jobs.close();
        let aborter = self.server.abort_handle();
        let drained = async {
            self.sockets.wait().await;
            self.jobs.wait().await;
            self.app.pollers.stop().await;
            self.server.await.ok();
        };
        if tokio::time::timeout(DRAIN, drained).await.is_err() {
            tracing::warn!(seconds = DRAIN.as_secs(), "some requests did not finish in time");
            aborter.abort();
        }
        self.app.database.clone().close().await;
        tracing::info!("stopped");
    }

    /// Ends when the listener does, which it should not do by itself.
    async fn failed(&mut self) {
        (&mut self.server).await.ok();
    }
}

/// Runs the gateway until it is told to stop by SIGINT or SIGTERM.
pub async fn serve(config: Config) -> Result<(), StartError> {
    let mut gateway = Gateway::start(config).await?;
    tokio::select! {
        () = stop_signal() => tracing::info!("stopping"),
        () = gateway.failed() => {}
    }
    gateway.stop().await;
    Ok(())
}

/// The first SIGINT or SIGTERM.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = async { tokio::signal::ctrl_c().await.ok() };
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => signals.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate => {}
    }
}

fn routes(app: &App, shutdown: CancellationToken, sockets: TaskTracker) -> axum::Router {
    let config = &app.config;
    let front = Front {
        schema: api::schema(app.clone()),
        sign_in: sign_in(app.clone()),
        limits: Limits { deadline: config.operation_timeout, batch: config.batch_limit, ..Limits::default() },
        allowed_origins: Origins::and(config.allowed_origins.iter().cloned()),
        shutdown: shutdown.clone(),
        sockets,
    };
    let graphiql = config.graphiql.then(|| web::GraphiqlOptions {
        token: config.graphiql_token.as_ref().map(|token| token.expose_secret().to_owned()),
        ..web::GraphiqlOptions::default()
    });
    http::router(front).merge(http::pages::router(graphiql)).merge(http::probes::router(app.clone(), shutdown))
}

/// How the HTTP layer finds out who asks.
fn sign_in(app: App) -> SignIn {
    Arc::new(move |bearer| {
        let app = app.clone();
        async move {
            let cost = Arc::new(Cost::default());
            let Some(bearer) = bearer else { return Ok(signed_in(Attachment::new(app, None, cost), None)) };
            let signed = token::sign_in(&app, &bearer, cost.clone()).await.map_err(refusal)?;
            let expires_in = (signed.expires_at - app.clock.now()).to_std().unwrap_or_default();
            Ok(signed_in(Attachment::new(app, Some(signed.viewer), cost), Some(expires_in)))
        }
        .boxed()
    })
}

fn signed_in(attachment: Attachment, expires_in: Option<Duration>) -> SignedIn {
    SignedIn { attach: Arc::new(move |request: Request, _: &RequestId| attachment.attach(request)), expires_in }
}

fn refusal(error: Error) -> SignInError {
    match error {
        Error::Client(_) => SignInError::Invalid,
        Error::Internal(cause) => {
            tracing::error!(%cause, "a token could not be checked");
            SignInError::Unavailable
        }
    }
}
