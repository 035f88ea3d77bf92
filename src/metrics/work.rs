//! What runs by itself, and what costs money.

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::Labels;

#[derive(Debug)]
pub struct Work {
    jobs: Family<Labels<2>, Gauge>,
    jobs_ended: Family<Labels<2>, Counter>,
    intents: Family<Labels<1>, Gauge>,
    samples: Gauge,
}

impl Work {
    pub(super) fn in_registry(registry: &mut Registry) -> Self {
        let work = Self {
            jobs: Family::default(),
            jobs_ended: Family::default(),
            intents: Family::default(),
            samples: Gauge::default(),
        };
        let help = "Jobs in the database that are queued or running, whichever instance is at them";
        registry.register("jobs", help, work.jobs.clone());
        registry.register("jobs_ended", "Jobs that this instance ended, by the outcome", work.jobs_ended.clone());
        let help = "What costs money and is not settled: pending, or unknown until a person has looked";
        registry.register("intents", help, work.intents.clone());
        let help = "Samples of live numbers that wait to be stored";
        registry.register("samples_waiting", help, work.samples.clone());
        work
    }

    /// Kinds of which jobs may end here, and how.
    pub fn expects(&self, kinds: &[&'static str], outcomes: &[&'static str]) {
        for (kind, outcome) in kinds.iter().flat_map(|kind| outcomes.iter().map(move |outcome| (kind, outcome))) {
            drop(self.jobs_ended.get_or_create(&[("kind", kind), ("outcome", outcome)]));
        }
    }

    pub fn job_ended(&self, kind: &'static str, outcome: &'static str) {
        self.jobs_ended.get_or_create(&[("kind", kind), ("outcome", outcome)]).inc();
    }

    /// How many jobs of this kind are in this state.
    pub fn jobs(&self, kind: &'static str, state: &'static str, count: i64) {
        self.jobs.get_or_create(&[("kind", kind), ("state", state)]).set(count);
    }

    /// How many intents are in this state.
    pub fn intents(&self, state: &'static str, count: i64) {
        self.intents.get_or_create(&[("state", state)]).set(count);
    }

    pub fn samples_waiting(&self, count: usize) {
        self.samples.set(count as i64);
    }
}
