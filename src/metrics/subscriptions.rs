//! Subscriptions, and the events on their way to clients.

use std::time::Duration;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};

use super::{
    Labels, Metrics,
    histogram::{LockFree, TimesOf},
};

#[derive(Debug)]
pub struct Subscriptions {
    active: Gauge,
    started: Counter,
    ended: Family<Labels<1>, Counter>,
    executions: Gauge,
    delivery: LockFree,
    conflated: Counter,
    gaps: Counter,
    missed: Counter,
}

/// How a subscription ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its source had nothing more to tell.
    Completed,
    /// It did not even start, or broke off.
    Failed,
    /// Its client stopped it, or went away.
    Left,
}

impl Ended {
    const ALL: [Self; 3] = [Self::Completed, Self::Failed, Self::Left];

    fn label(self) -> Labels<1> {
        match self {
            Self::Completed => [("reason", "completed")],
            Self::Failed => [("reason", "failed")],
            Self::Left => [("reason", "left")],
        }
    }
}

impl Subscriptions {
    pub(super) fn in_registry(registry: &mut Registry) -> Self {
        let told = Self {
            active: Gauge::default(),
            started: Counter::default(),
            ended: Family::default(),
            executions: Gauge::default(),
            delivery: LockFree::default(),
            conflated: Counter::default(),
            gaps: Counter::default(),
            missed: Counter::default(),
        };
        Ended::ALL.into_iter().for_each(|reason| drop(told.ended.get_or_create(&reason.label())));
        registry.register("subscriptions", "Subscriptions that are told events", told.active.clone());
        registry.register("subscriptions_started", "Subscriptions that were started", told.started.clone());
        registry.register("subscriptions_ended", "Subscriptions that ended, by the reason", told.ended.clone());
        let help = "Executions that many subscriptions share";
        registry.register("shared_executions", help, told.executions.clone());
        registry.register("events", "Events that were handed to a client's connection", TimesOf(told.delivery.clone()));
        let help = "How long events waited from being written until they were handed to a client's connection";
        registry.register_with_unit("event_delivery", help, Unit::Seconds, told.delivery.clone());
        let help = "Events of a level that a client was too slow for: it was told a newer one instead";
        registry.register("events_conflated", help, told.conflated.clone());
        registry.register("gaps", "Times that a client was told `GAP`", told.gaps.clone());
        let help = "Happenings that clients were too slow for: they were told how many";
        registry.register("events_missed", help, told.missed.clone());
        told
    }

    /// An event was handed to a client's connection so long after it was written.
    pub fn delivered(&self, waited: Duration) {
        self.delivery.observe(waited);
    }

    pub fn conflated(&self, events: u64) {
        self.conflated.inc_by(events);
    }

    pub fn gap(&self, missed: u64) {
        self.gaps.inc();
        self.missed.inc_by(missed);
    }

    pub fn execution_started(&self) {
        self.executions.inc();
    }

    pub fn execution_ended(&self) {
        self.executions.dec();
    }
}

/// A subscription that goes on.
pub struct Subscribed {
    metrics: Metrics,
    ended: Ended,
}

impl Metrics {
    pub fn subscribed(&self) -> Subscribed {
        self.subscriptions.started.inc();
        self.subscriptions.active.inc();
        Subscribed { metrics: self.clone(), ended: Ended::Left }
    }
}

impl Subscribed {
    /// It ends, and not by its client.
    pub fn ends(&mut self, how: Ended) {
        self.ended = how;
    }

    /// What counts.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        self.metrics.subscriptions.active.dec();
        self.metrics.subscriptions.ended.get_or_create(&self.ended.label()).inc();
    }
}
