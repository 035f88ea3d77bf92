//! How long something took, counted without a lock: for what happens on each message of each socket.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeMetric, MetricEncoder, NoLabelSet},
    metrics::{MetricType, histogram::Histogram},
};

use super::SECONDS;

/// Cheap to clone: clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct LockFree(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    /// One for each bound, and one for what is above them all.
    places: [AtomicU64; SECONDS.len() + 1],
    microseconds: AtomicU64,
}

impl LockFree {
    pub(super) fn observe(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let place = SECONDS.partition_point(|bound| *bound < seconds);
        self.0.places[place].fetch_add(1, Ordering::Relaxed);
        self.0.microseconds.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    }

    fn counts(&self) -> [u64; SECONDS.len() + 1] {
        std::array::from_fn(|place| self.0.places[place].load(Ordering::Relaxed))
    }
}

impl EncodeMetric for LockFree {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        let counts = self.counts();
        let bounds = SECONDS.into_iter().chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let sum = self.0.microseconds.load(Ordering::Relaxed) as f64 / 1e6;
        encoder.encode_histogram::<NoLabelSet>(sum, counts.iter().sum(), &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

/// How often a histogram was told something, as a counter of its own.
#[derive(Debug)]
pub(super) struct TimesOf(pub(super) LockFree);

impl EncodeMetric for TimesOf {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        encoder.encode_counter::<NoLabelSet, u64, u64>(&self.0.counts().iter().sum(), None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}

/// For what happens less often.
pub(super) fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}
