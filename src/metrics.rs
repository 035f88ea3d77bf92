//! What is counted while the gateway works, as Prometheus reads it: one registry for each gateway, none for the process.
//!
//! What always holds: labels are closed sets (kinds, codes, names of calls), never an id and never a text of anybody's; and on an event's
//! way to a socket nothing is locked and nothing allocated. `docs/metrics.md` says what each of them tells.

mod connections;
mod database;
mod histogram;
mod operations;
mod polls;
mod shopee;
mod subscriptions;
mod work;

use std::{fmt, ops::Deref, sync::Arc};

use chrono::{DateTime, Utc};
use prometheus_client::{
    encoding::text,
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};

pub use self::{
    connections::{Connections, Open, Transport},
    database::{Database, Pool},
    operations::{InFlight, Operations, Ran},
    polls::Polls,
    shopee::Shopee,
    subscriptions::{Ended, Subscribed, Subscriptions},
    work::Work,
};

/// The type of what [`Metrics::text`] writes.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Labels: names and values.
type Labels<const N: usize, V = &'static str> = [(&'static str, V); N];

/// Bounds in seconds of what takes from a millisecond to some seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Everything that is counted. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Parts>);

pub struct Parts {
    registry: Registry,
    pub operations: Operations,
    pub connections: Connections,
    pub subscriptions: Subscriptions,
    pub polls: Polls,
    pub shopee: Shopee,
    pub database: Database,
    pub work: Work,
}

impl Metrics {
    /// Nothing is counted yet, in a process that started then.
    pub fn new(started: DateTime<Utc>) -> Self {
        let mut registry = Registry::default();
        let start: Gauge = Gauge::default();
        start.set(started.timestamp());
        registry.register("process_start_time_seconds", "When the process started, in seconds since 1970", start);
        let ours = registry.sub_registry_with_prefix("live_gateway");
        let build = Family::<Labels<1>, Gauge>::default();
        build.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
        ours.register("build_info", "Always 1; its label says which version this is", build);
        let (operations, connections) = (Operations::in_registry(ours), Connections::in_registry(ours));
        let (subscriptions, polls) = (Subscriptions::in_registry(ours), Polls::in_registry(ours));
        let (shopee, database, work) =
            (Shopee::in_registry(ours), Database::in_registry(ours), Work::in_registry(ours));
        Self(Arc::new(Parts { registry, operations, connections, subscriptions, polls, shopee, database, work }))
    }

    /// Everything as it stands, in the OpenMetrics text format.
    pub fn text(&self) -> String {
        let mut written = String::new();
        if text::encode(&mut written, &self.registry).is_err() {
            tracing::error!("the metrics could not be written");
        }
        written
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new(DateTime::UNIX_EPOCH)
    }
}

impl Deref for Metrics {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
