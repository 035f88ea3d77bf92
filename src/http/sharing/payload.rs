//! What is sent, written as JSON once.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use tokio::time::Instant;

use crate::http::refusal::Refusal;

/// The largest answer that is sent at all.
pub(in crate::http) const LARGEST_BYTES: usize = 16 * 1024 * 1024;

/// The JSON of an answer. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::http) struct Payload {
    json: Arc<str>,
    written: Instant,
}

impl Payload {
    pub(in crate::http) fn of(body: &impl Serialize) -> Result<Self, Refusal> {
        match serde_json::to_string(body) {
            Ok(json) if json.len() > LARGEST_BYTES => Err(Refusal::answer_too_large(LARGEST_BYTES)),
            Ok(json) => Ok(Self::from_json(json)),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written as JSON");
                Err(Refusal::internal())
            }
        }
    }

    pub(in crate::http) fn from_json(json: String) -> Self {
        Self { json: json.into(), written: Instant::now() }
    }

    pub(in crate::http) fn json(&self) -> &str {
        &self.json
    }

    /// How long ago it was written.
    pub(in crate::http) fn age(&self) -> Duration {
        self.written.elapsed()
    }
}
