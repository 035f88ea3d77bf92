//! How old an answer of Shopee is: the same three fields on every object that was asked of it.

use async_graphql::{Context, Object};
use chrono::{DateTime, Utc};

use super::{context::ContextExt as _, long::Long};
use crate::{engine::joined::Observed, error::Result};

/// When an answer was had, and whether it is the newest there is. Flattened into the objects that are made of one.
#[derive(Clone, Copy)]
pub struct Freshness {
    observed_at: DateTime<Utc>,
    stale: bool,
}

impl Freshness {
    pub fn of<V>(answer: &Observed<V>) -> Self {
        Self { observed_at: answer.observed_at, stale: answer.stale }
    }

    pub fn at(&self) -> DateTime<Utc> {
        self.observed_at
    }
}

#[Object]
impl Freshness {
    /// When Shopee was asked.
    async fn observed_at(&self) -> DateTime<Utc> {
        self.observed_at
    }

    /// Whether Shopee was asked anew and gave no answer, so that this is its last one: of `observedAt`, and never older than the
    /// gateway's `SHOPEE_STALE_SECONDS` allow. False for what Shopee has just answered, or within the time that the field states.
    async fn stale(&self) -> bool {
        self.stale
    }

    /// How old this is, in whole seconds: the time from `observedAt` to the answer that you read.
    async fn age_seconds(&self, ctx: &Context<'_>) -> Result<Long> {
        let age = ctx.app()?.clock.now() - self.observed_at;
        Ok(Long(age.num_seconds().max(0)))
    }
}
