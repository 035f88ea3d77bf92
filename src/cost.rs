//! What one operation cost: counted where the work is done, reported in `extensions.cost`.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one operation. Shared by everything that works for it, hence atomics.
#[derive(Debug, Default)]
pub struct Cost {
    statements: AtomicU64,
    shopee_calls: AtomicU64,
    cache_hits: AtomicU64,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// What was counted since the last time this was asked: a subscription reports each event's own cost.
    pub fn take(&self) -> CostReport {
        CostReport {
            statements: self.statements.swap(0, Ordering::Relaxed),
            shopee_calls: self.shopee_calls.swap(0, Ordering::Relaxed),
            cache_hits: self.cache_hits.swap(0, Ordering::Relaxed),
        }
    }
}
