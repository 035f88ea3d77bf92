use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};

use crate::{
    engine::joined::Observed,
    graphql::{freshness::Freshness, long::Long},
};

/// A session that is on air now, as everybody on Shopee may see it.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct OngoingLive {
    /// Shopee's own id of the session.
    session_id: ID,
    /// The title that viewers see; null when Shopee did not tell.
    title: Option<String>,
    /// How many people watch; null when Shopee did not report it.
    viewers: Option<Long>,
    /// When it went on air; null when Shopee did not tell.
    started_at: Option<DateTime<Utc>>,
    #[graphql(flatten)]
    freshness: Freshness,
}

impl OngoingLive {
    pub fn from_answer(answer: &Observed<Option<shopee::OngoingLive>>) -> Option<Self> {
        let live = answer.value.as_ref()?;
        Some(Self {
            session_id: live.session_id.into(),
            title: live.title.clone(),
            viewers: live.view_count.map(Long),
            started_at: live.started_at,
            freshness: Freshness::of(answer),
        })
    }
}
