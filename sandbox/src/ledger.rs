//! Which calls came, and how many.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::region::Region;

const REMEMBERED: usize = 1_000;

/// One call that arrived, whatever it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRecord {
    /// The call's name, such as `overview`; `unknown` for a path that is not served.
    pub call: &'static str,
    /// None only for an unknown path.
    pub region: Option<Region>,
    /// Whose cookies came with it, if they are known.
    pub user_id: Option<i64>,
    /// The session it asks about, if any.
    pub session_id: Option<i64>,
    /// The path; for a known call without the region and the host role.
    pub path: String,
    /// The query string as it was sent.
    pub query: String,
    /// Simulated time of arrival.
    pub at: DateTime<Utc>,
}

/// Counts by call, and the last thousand calls.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    counts: BTreeMap<&'static str, u64>,
    log: VecDeque<CallRecord>,
}

impl Ledger {
    pub(crate) fn note(&mut self, record: CallRecord) {
        *self.counts.entry(record.call).or_default() += 1;
        if self.log.len() == REMEMBERED {
            self.log.pop_front();
        }
        self.log.push_back(record);
    }

    pub(crate) fn count(&self, call: &str) -> u64 {
        self.counts.get(call).copied().unwrap_or(0)
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.counts.iter().map(|(call, count)| ((*call).to_owned(), *count)).collect()
    }

    pub(crate) fn log(&self) -> Vec<CallRecord> {
        self.log.iter().cloned().collect()
    }

    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}
