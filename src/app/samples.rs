//! What pollers found and is not stored yet: between whoever polls, who must not wait for a database, and whoever stores.

use std::{
    collections::VecDeque,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use entity::metric_sample::Model;

/// A thousand sessions for half a minute at the usual pace.
const MOST: usize = 10_000;

/// No more than `MOST`: when it is full the oldest ones go, and are counted.
#[derive(Default)]
pub struct Samples(Mutex<Waiting>);

#[derive(Default)]
pub struct Waiting {
    pub samples: VecDeque<Model>,
    /// How many there was no room for.
    pub dropped: usize,
}

impl Samples {
    pub fn put(&self, sample: Model) {
        self.put_back([sample]);
    }

    /// Takes all there are.
    pub fn take(&self) -> Waiting {
        mem::take(&mut *self.lock())
    }

    /// Puts back what could not be stored. It stands behind what has come meanwhile, which does no harm: samples have no order.
    pub fn put_back(&self, samples: impl IntoIterator<Item = Model>) {
        let mut waiting = self.lock();
        waiting.samples.extend(samples);
        let too_many = waiting.samples.len().saturating_sub(MOST);
        waiting.samples.drain(..too_many);
        waiting.dropped += too_many;
    }

    /// How many there are.
    pub fn waiting(&self) -> usize {
        self.lock().samples.len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
