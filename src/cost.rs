//! What an operation costs: what it may cost at most, known before it runs ([`price`]) and taken from whoever asks ([`bill`],
//! [`bucket`]); and what it did cost, counted where the work is done and reported in `extensions.cost`.

pub mod bill;
pub mod bucket;
pub mod price;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counters of one operation. Shared by everything that works for it, hence atomics.
#[derive(Debug, Default)]
pub struct Cost {
    statements: AtomicU64,
    shopee_calls: AtomicU64,
    cache_hits: AtomicU64,
    reported: AtomicBool,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CostReport {
    /// SQL statements sent to the database.
    pub statements: u64,
    /// Calls made to Shopee on behalf of this operation.
    pub shopee_calls: u64,
    /// Shopee answers taken from the cache, or shared with a call that was already in flight.
    pub cache_hits: u64,
}

impl Cost {
    pub fn count_statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count_shopee_call(&self) {
        self.shopee_calls.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count_cache_hit(&self) {
        self.cache_hits.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted since the last report, which this is none of.
    pub fn so_far(&self) -> CostReport {
        CostReport {
            statements: self.statements.load(Ordering::Relaxed),
            shopee_calls: self.shopee_calls.load(Ordering::Relaxed),
            cache_hits: self.cache_hits.load(Ordering::Relaxed),
        }
    }

    /// What was counted since the last report: each event of a subscription reports its own cost. `None` when there is nothing
    /// to add to an earlier report.
    pub fn report(&self) -> Option<CostReport> {
        let report = CostReport {
            statements: self.statements.swap(0, Ordering::Relaxed),
            shopee_calls: self.shopee_calls.swap(0, Ordering::Relaxed),
            cache_hits: self.cache_hits.swap(0, Ordering::Relaxed),
        };
        let is_first = !self.reported.swap(true, Ordering::Relaxed);
        (is_first || report != CostReport::default()).then_some(report)
    }
}
