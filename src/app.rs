//! What a request may need, built once and cheap to clone.

pub mod connected;
pub mod products;
pub mod reads;
pub mod samples;
mod seen;
pub mod shared_pace;

use std::{ops::Deref, sync::Arc, time::Duration};

use crate::{
    clock::Clock,
    config::{self, Config},
    cost::bucket::Buckets,
    database::Database,
    engine::{bus::Bus, gathered::Gathered, in_hand::InHand, revisions::Revisions, watch::Pollers},
    error::Result,
    metrics::Metrics,
};
use connected::Connected;
use futures_util::{FutureExt as _, future::BoxFuture};
use products::Products;
use reads::Reads;
use redis::TlsCertificates;
use samples::Samples;
use secrecy::ExposeSecret as _;
use seen::ShopeeCalls;
use shared_pace::SharedPace;
use tokio::sync::Notify;

/// How long a poller goes on after its last watcher left: a page reload should not cost a poller its latest value.
const POLLER_GRACE: Duration = Duration::from_secs(2);

/// The gateway's parts. `app.database`, `app.shopee`, … through [`Deref`].
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub config: Config,
    pub clock: Clock,
    /// What is counted.
    pub metrics: Metrics,
    pub database: Database,
    /// Every call there is. Reads that may be shared or a little old go through `reads`.
    pub shopee: shopee::Client,
    pub reads: Reads,
    /// What each of those who ask may still spend.
    pub buckets: Buckets,
    /// What bags have told of products lately.
    pub products: Products,
    pub pollers: Pollers,
    /// Intents that this process is carrying out.
    pub intents: InHand,
    /// How often something was taken from each user who is connected.
    pub access_revisions: Revisions,
    /// Which studio a session is of, as it is looked up for those who subscribe at the same time.
    pub studios_of_sessions: Gathered<String, Result<Option<i64>>>,
    pub connected: Connected,
    /// What pollers found and is not stored yet.
    pub samples: Samples,
    /// Told when a job was asked for, so that nobody has to wait until it is looked for.
    pub job_asked_for: Notify,
}

/// Why the parts could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the database cannot be opened")]
    Database(#[from] sea_orm::DbErr),
    #[error("the Shopee client cannot be built")]
    Shopee(#[from] shopee::BuildError),
    #[error("REDIS_URL cannot be used")]
    Redis(#[from] redis::RedisError),
}

impl App {
    /// Opens the database, which must be migrated already, and builds the rest.
    pub fn build(config: Config) -> BoxFuture<'static, Result<Self, BuildError>> {
        Self::built(config).boxed()
    }

    async fn built(config: Config) -> Result<Self, BuildError> {
        let clock = Clock;
        let metrics = Metrics::new(clock.now());
        let url = config.database_url.expose_secret();
        let database = Database::open(url, config.database_connections, metrics.clone()).await?;
        let bus = config.redis.as_ref().map(bus).transpose()?;
        let shopee = shopee::Client::new(shopee::ClientConfig {
            hosts: config.hosts.clone(),
            total_timeout: config.shopee_timeout,
            calls_per_second: config.shopee_calls_per_second,
            burst: config.shopee_call_burst,
            shared_pace: bus.clone().map(|bus| Arc::new(SharedPace(bus)) as _),
            observer: Some(Arc::new(ShopeeCalls(metrics.clone()))),
            ..shopee::ClientConfig::default()
        })?;
        let (reads, buckets) = (Reads::new(clock, config.shopee_stale), Buckets::new(config.budget));
        let pollers = match bus {
            None => Pollers::new(POLLER_GRACE, clock),
            Some(bus) => Pollers::with_bus(POLLER_GRACE, clock, bus),
        };
        let pollers = pollers.counted_by(metrics.clone());
        Ok(Self(Arc::new(Parts {
            config,
            clock,
            metrics,
            database,
            shopee,
            reads,
            buckets,
            products: products::none_yet(),
            pollers,
            intents: InHand::default(),
            access_revisions: Revisions::default(),
            studios_of_sessions: Gathered::default(),
            connected: Connected::default(),
            samples: Samples::default(),
            job_asked_for: Notify::new(),
        })))
    }
}

fn bus(config: &config::Redis) -> Result<Bus, redis::RedisError> {
    Ok(Bus::new(redis_client(config)?, &config.key_prefix, config.lease_lasts))
}

/// A client that trusts whom it is told to.
fn redis_client(config: &config::Redis) -> Result<redis::Client, redis::RedisError> {
    let url = config.url.expose_secret();
    match config.authorities.clone() {
        None => redis::Client::open(url),
        root_cert => redis::Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert }),
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
