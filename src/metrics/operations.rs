//! What clients ask for, and what they are told.

use std::time::Duration;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{Labels, Metrics, histogram::seconds};

/// Codes that are worth an alert, so that their first occurrence is seen as an increase from zero.
const GRAVE_CODES: [&str; 5] = ["INTERNAL", "DATABASE_UNAVAILABLE", "DEADLINE_EXCEEDED", "OVERLOADED", "UNAVAILABLE"];

/// Queries, mutations, and everything that is refused before it is either.
#[derive(Debug)]
pub struct Operations {
    total: Family<Labels<2>, Counter>,
    seconds: Family<Labels<1>, Histogram>,
    errors: Family<Labels<1, String>, Counter>,
    in_flight: Gauge,
    places: Gauge,
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Without an error.
    Well,
    /// There is data, and an error beside it.
    InPart,
    /// There is no data.
    Failed,
    /// It was not executed.
    Refused,
}

impl Ran {
    const ALL: [Self; 4] = [Self::Well, Self::InPart, Self::Failed, Self::Refused];

    fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::InPart => "in_part",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

/// What is not parsed has no kind.
const NO_KIND: &str = "unknown";

impl Operations {
    pub(super) fn in_registry(registry: &mut Registry) -> Self {
        let operations = Self {
            total: Family::default(),
            seconds: Family::new_with_constructor(seconds as fn() -> Histogram),
            errors: Family::default(),
            in_flight: Gauge::default(),
            places: Gauge::default(),
        };
        for outcome in Ran::ALL {
            for kind in ["query", "mutation"] {
                drop(operations.total.get_or_create(&[("operation", kind), ("outcome", outcome.name())]));
                drop(operations.seconds.get_or_create(&[("operation", kind)]));
            }
        }
        drop(operations.total.get_or_create(&[("operation", NO_KIND), ("outcome", Ran::Refused.name())]));
        for code in GRAVE_CODES {
            drop(operations.errors.get_or_create(&[("code", code.to_owned())]));
        }
        let help = "Queries and mutations, and what was refused before it was known which";
        registry.register("operations", help, operations.total.clone());
        let help = "How long queries and mutations took";
        registry.register_with_unit("operation_duration", help, Unit::Seconds, operations.seconds.clone());
        registry.register("errors", "Errors that clients were told, by their code", operations.errors.clone());
        let help = "Queries and mutations at work";
        registry.register("operations_in_flight", help, operations.in_flight.clone());
        let help = "Queries and mutations that may be at work at once";
        registry.register("operations_limit", help, operations.places.clone());
        operations
    }

    /// How many may be at work at once.
    pub fn limited_to(&self, places: usize) {
        self.places.set(places as i64);
    }

    pub fn ran(&self, kind: &'static str, outcome: Ran, took: Duration) {
        self.total.get_or_create(&[("operation", kind), ("outcome", outcome.name())]).inc();
        self.seconds.get_or_create(&[("operation", kind)]).observe(took.as_secs_f64());
    }

    /// One that was refused before it was known what it is.
    pub fn refused(&self) {
        self.total.get_or_create(&[("operation", NO_KIND), ("outcome", Ran::Refused.name())]).inc();
    }

    /// An error that a client is told.
    pub fn error(&self, code: &str) {
        self.errors.get_or_create(&[("code", code.to_owned())]).inc();
    }
}

/// An operation at work.
pub struct InFlight(Metrics);

impl Metrics {
    pub fn in_flight(&self) -> InFlight {
        self.operations.in_flight.inc();
        InFlight(self.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.operations.in_flight.dec();
    }
}
