//! What can go wrong on purpose: which calls a fault hits, how often, and what the caller then gets.

use serde::Serialize;

use crate::region::Region;

/// One way in which Shopee, or the way to it, fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// As for a cookie that has expired: creator and seller answer 401, mall and live their "not logged in".
    Expired,
    /// HTTP 403; live says `no permission`.
    Forbidden,
    /// A good envelope with `data: null`, as for the session of another account.
    EmptyData,
    /// HTTP 429, with `Retry-After` in seconds if given.
    RateLimited {
        /// Seconds.
        retry_after: Option<u32>,
    },
    /// Error 90309999 with this HTTP status; 403 and 200 both occur.
    RiskControl {
        /// HTTP status.
        status: u16,
    },
    /// `err_code` 3000068: the session has ended.
    NotLiving,
    /// The family's envelope with this code, and no effect.
    Refused {
        /// Other than zero.
        code: i64,
    },
    /// The metrics that may be null on the wire are null.
    NullMetrics,
    /// `status` reads 2 for running sessions, too.
    StatusAlwaysTwo,
    /// Rates are strings such as `"3.27%"`.
    StringRates,
    /// An HTTP status of 500 and above with a plain body.
    ServerError(u16),
    /// The same, but the call has had its effect.
    ServerErrorAfterEffect(u16),
    /// Fewer than no claims of coins are left, which has been seen.
    NegativeClaimsLeft,
    /// Nothing is done and nothing is answered until the faults are cleared or the caller goes.
    Hang,
    /// The call has its effect; the answer hangs as above.
    HangAfterEffect,
    /// The answer comes so many real milliseconds later.
    Delay(u64),
    /// The effect comes so many real milliseconds later, also if the caller has gone by then.
    LateEffect(u64),
    /// The connection breaks in the middle of the body; the call has had its effect.
    CutBody,
    /// A page instead of JSON, with status 200.
    Html,
    /// JSON, but neither the code nor the data has the type it should have.
    WrongTypes,
    /// Text that is not UTF-8.
    InvalidUtf8,
    /// A valid answer of more than six megabytes.
    HugeBody,
}

/// A fault and the calls it hits. Of several that match, all apply, in the order of injection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The name of a call, or a part of its path; None hits every call.
    pub call: Option<String>,
    /// What happens.
    pub kind: FaultKind,
    /// How many calls it hits before it is over; None means until cleared.
    pub times: Option<u32>,
    /// Only calls of this region.
    pub region: Option<Region>,
    /// Only calls with the cookies of this user.
    pub account: Option<i64>,
}

impl Fault {
    /// Hits every call until cleared; narrow it with the methods below.
    pub const fn new(kind: FaultKind) -> Self {
        Self { call: None, kind, times: None, region: None, account: None }
    }

    /// Only this call: its name, or a part of its path.
    pub fn on(self, call: impl Into<String>) -> Self {
        Self { call: Some(call.into()), ..self }
    }

    /// Only so many times.
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Only in this region.
    pub fn within(self, region: Region) -> Self {
        Self { region: Some(region), ..self }
    }

    /// Only for this user's cookies.
    pub fn account(self, user_id: i64) -> Self {
        Self { account: Some(user_id), ..self }
    }

    fn hits(&self, call: &str, path: &str, region: Region, account: Option<i64>) -> bool {
        self.call.as_deref().is_none_or(|wanted| wanted == call || path.contains(wanted))
            && self.region.is_none_or(|wanted| wanted == region)
            && self.account.is_none_or(|wanted| account == Some(wanted))
    }
}

/// The faults in force.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn inject(&mut self, fault: Fault) {
        if fault.times != Some(0) {
            self.0.push(fault);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn in_force(&self) -> &[Fault] {
        &self.0
    }

    /// What hits this call; it counts against `times`.
    pub(crate) fn take(&mut self, call: &str, path: &str, region: Region, account: Option<i64>) -> Vec<FaultKind> {
        let mut hits = Vec::new();
        for fault in self.0.iter_mut().filter(|fault| fault.hits(call, path, region, account)) {
            fault.times = fault.times.map(|left| left.saturating_sub(1));
            hits.push(fault.kind.clone());
        }
        self.0.retain(|fault| fault.times != Some(0));
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_by_name_path_region_and_account() {
        let hits = |fault: Fault| fault.hits("overview", "/supply/api/overview", Region::Id, Some(7));
        let expired = || Fault::new(FaultKind::Expired);
        assert!(hits(expired()));
        assert!(hits(expired().on("overview")) && hits(expired().on("supply")) && !hits(expired().on("trends")));
        assert!(hits(expired().within(Region::Id)) && !hits(expired().within(Region::Vn)));
        assert!(hits(expired().account(7)) && !hits(expired().account(8)));
    }

    #[test]
    fn a_counted_fault_is_over_after_its_count() {
        let mut faults = Faults::default();
        faults.inject(Fault::new(FaultKind::Html).times(2));
        faults.inject(Fault::new(FaultKind::Hang).times(0));
        let mut take = || faults.take("a", "/a", Region::Id, None);
        assert_eq!((take(), take(), take()), (vec![FaultKind::Html], vec![FaultKind::Html], vec![]));
    }
}
