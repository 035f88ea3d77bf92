//! Shopee reads that many may share: joined while in flight, and kept for the times stated here, which the schema's
//! descriptions repeat.

use std::time::Duration;

use shopee::{ListedSession, OngoingLive, Overview, Page, Region, SessionInfo, UserInfo};

use crate::{clock::Clock, engine::joined::Joined};

/// Shopee account (our id) and Shopee's session id.
pub type SessionKey = (i64, i64);
/// Shopee account (our id) and the page asked for.
pub type SessionListKey = (i64, shopee::SessionListQuery);

/// One table of answers per call.
pub struct Reads {
    /// Two seconds: what is on air moves.
    pub overview: Joined<SessionKey, Option<Overview>>,
    /// Ten seconds: the stream's address and title hardly move, but an end should show soon.
    pub session_info: Joined<SessionKey, Option<SessionInfo>>,
    /// Ten seconds.
    pub session_list: Joined<SessionListKey, Page<ListedSession>>,
    /// One minute.
    pub user_info: Joined<i64, UserInfo>,
    /// Five seconds.
    pub ongoing_live: Joined<(Region, i64), Option<OngoingLive>>,
}

impl Reads {
    pub fn new(clock: Clock) -> Self {
        Self {
            overview: Joined::new(10_000, Duration::from_secs(2), clock),
            session_info: Joined::new(10_000, Duration::from_secs(10), clock),
            session_list: Joined::new(1_000, Duration::from_secs(10), clock),
            user_info: Joined::new(10_000, Duration::from_secs(60), clock),
            ongoing_live: Joined::new(10_000, Duration::from_secs(5), clock),
        }
    }
}
