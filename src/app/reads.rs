//! Shopee reads that many may share: joined while in flight, and kept for the times stated here, which the schema's
//! descriptions repeat.

use std::time::Duration;

use shopee::{
    Breakdown, EndedSession, EndedSessionsQuery, ListedProduct, ListedSession, OngoingLive, Overview, Page, PlayUrl,
    ProductListQuery, Region, SessionInfo, SessionListQuery, Trend, TrendsQuery, UserInfo,
};

use crate::{clock::Clock, engine::joined::Joined};

/// Shopee account (our id) and Shopee's session id.
pub type SessionKey = (i64, i64);
/// Region and Shopee's id of a user or a session: what everybody may ask.
pub type PublicKey = (Region, i64);

/// One table of answers per call.
pub struct Reads {
    /// Two seconds: what is on air moves.
    pub overview: Joined<SessionKey, Option<Overview>>,
    /// Ten seconds: the stream's address and title hardly move, but an end should show soon.
    pub session_info: Joined<SessionKey, Option<SessionInfo>>,
    /// Ten seconds.
    pub session_list: Joined<(i64, SessionListQuery), Page<ListedSession>>,
    /// One minute: what is over hardly changes.
    pub ended_sessions: Joined<(i64, EndedSessionsQuery), Page<EndedSession>>,
    /// Ten seconds.
    pub product_list: Joined<(SessionKey, ProductListQuery), Page<ListedProduct>>,
    /// Ten seconds.
    pub trends: Joined<(SessionKey, TrendsQuery), Vec<Trend>>,
    /// One minute.
    pub viewer_profile: Joined<SessionKey, Vec<Breakdown>>,
    /// One minute.
    pub buyer_profile: Joined<SessionKey, Vec<Breakdown>>,
    /// One minute.
    pub viewer_source: Joined<SessionKey, Option<Breakdown>>,
    /// One minute.
    pub user_info: Joined<i64, UserInfo>,
    /// Five seconds.
    pub ongoing_live: Joined<PublicKey, Option<OngoingLive>>,
    /// Five seconds: the address is good for a short while only.
    pub play_url: Joined<PublicKey, Option<PlayUrl>>,
}

impl Reads {
    pub fn new(clock: Clock) -> Self {
        let seconds = Duration::from_secs;
        Self {
            overview: Joined::new(10_000, seconds(2), clock),
            session_info: Joined::new(10_000, seconds(10), clock),
            session_list: Joined::new(1_000, seconds(10), clock),
            ended_sessions: Joined::new(1_000, seconds(60), clock),
            product_list: Joined::new(1_000, seconds(10), clock),
            trends: Joined::new(1_000, seconds(10), clock),
            viewer_profile: Joined::new(10_000, seconds(60), clock),
            buyer_profile: Joined::new(10_000, seconds(60), clock),
            viewer_source: Joined::new(10_000, seconds(60), clock),
            user_info: Joined::new(10_000, seconds(60), clock),
            ongoing_live: Joined::new(10_000, seconds(5), clock),
            play_url: Joined::new(10_000, seconds(5), clock),
        }
    }
}
