//! What is asked again and again for whoever watches.

use std::time::Duration;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{Labels, histogram::seconds};

#[derive(Debug)]
pub struct Polls {
    total: Family<[(&'static str, String); 2], Counter>,
    seconds: Family<Labels<1, String>, Histogram>,
    running: Gauge,
    shared: Gauge,
}

impl Polls {
    pub(super) fn in_registry(registry: &mut Registry) -> Self {
        let polls = Self {
            total: Family::default(),
            seconds: Family::new_with_constructor(seconds as fn() -> Histogram),
            running: Gauge::default(),
            shared: Gauge::default(),
        };
        registry.register("polls", "Polls, by what was asked and what came of it", polls.total.clone());
        let help = "How long polls took";
        registry.register_with_unit("poll_duration", help, Unit::Seconds, polls.seconds.clone());
        registry.register("pollers", "Pollers that run", polls.running.clone());
        let help = "1 while polls are shared with other instances as configured, 0 while Redis is away";
        registry.register("polls_shared", help, polls.shared.clone());
        polls
    }

    pub fn polled(&self, kind: &str, outcome: &'static str, took: Duration) {
        self.total.get_or_create(&[("topic", kind.to_owned()), ("outcome", outcome.to_owned())]).inc();
        self.seconds.get_or_create(&[("topic", kind.to_owned())]).observe(took.as_secs_f64());
    }

    /// How things stand.
    pub fn standing(&self, running: usize, shared: bool) {
        self.running.set(running as i64);
        self.shared.set(shared.into());
    }
}
