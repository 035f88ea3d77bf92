//! What one operation has to pay: as much as it may cost at most before anything is done for it, of which it gets back what it did
//! not need. What always holds: a bill is settled once, at the latest when nobody works for the operation any more.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    Cost, CostReport,
    bucket::{Bucket, Budget},
    price::Price,
};

/// Why an operation is not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unaffordable {
    /// It may cost more than any operation may.
    TooCostly { points: u64, most: u64 },
    /// It may cost more than there is now.
    Throttled { points: u64, available: u64, retry_after: Duration },
}

/// An operation's bill.
#[derive(Debug)]
pub struct Bill {
    price: Price,
    bucket: Arc<Bucket>,
    /// What counts for the operation, and what had been counted before it began.
    meter: OnceLock<(Arc<Cost>, CostReport)>,
    settled: AtomicBool,
}

/// A bill that is settled, in points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub requested: u64,
    pub actual: u64,
    pub refunded: u64,
    /// What the payer may still spend.
    pub available: u64,
    pub budget: Budget,
}

impl Bill {
    /// Takes what the operation may cost.
    pub fn charge(price: Price, bucket: Arc<Bucket>) -> Result<Self, Unaffordable> {
        let (points, most) = (price.points(), bucket.budget.operation);
        if points > most {
            return Err(Unaffordable::TooCostly { points, most });
        }
        let throttled = |retry_after| Unaffordable::Throttled { points, available: bucket.available(), retry_after };
        bucket.take(points).map_err(throttled)?;
        Ok(Self { price, bucket, meter: OnceLock::new(), settled: AtomicBool::new(false) })
    }

    /// What is counted from now on is what the operation costs.
    pub fn meter(&self, cost: Arc<Cost>) {
        let before = cost.so_far();
        // A second meter would be that of the same operation.
        self.meter.set((cost, before)).ok();
    }

    /// Gives back what was not needed; `None` if that was done before. `values` are those of the answer.
    pub fn settle(&self, values: u64) -> Option<Settlement> {
        if self.settled.swap(true, Ordering::Relaxed) {
            return None;
        }
        let (requested, used) = (self.price.points(), self.used(values));
        let actual = used.points();
        if used.statements > self.price.statements || used.shopee_calls > self.price.shopee_calls {
            tracing::warn!(price = ?self.price, ?used, "an operation took more than its price says");
        }
        let refunded = requested.saturating_sub(actual);
        self.bucket.give_back(refunded);
        let (available, budget) = (self.bucket.available(), self.bucket.budget);
        Some(Settlement { requested, actual, refunded, available, budget })
    }

    /// Of values no more than were reckoned with: how long Shopee's lists are is nobody's doing here.
    fn used(&self, values: u64) -> Price {
        let counted = self.meter.get().map(|(cost, before)| {
            let now = cost.so_far();
            (now.statements.saturating_sub(before.statements), now.shopee_calls.saturating_sub(before.shopee_calls))
        });
        let (statements, shopee_calls) = counted.unwrap_or_default();
        Price { values: values.min(self.price.values), statements, shopee_calls }
    }
}

/// An operation that was given up pays for what was done until then.
impl Drop for Bill {
    fn drop(&mut self) {
        self.settle(0);
    }
}
