use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use shopee::{SessionInfo, SessionStatus};

use crate::{engine::joined::Observed, graphql::freshness::Freshness};

/// What Shopee says a session is.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct LiveInfo {
    /// Whether Shopee has the session on air; null when it did not tell.
    status: Option<RemoteLiveStatus>,
    /// The title that viewers see; null when Shopee did not tell.
    title: Option<String>,
    /// Address of the stream (FLV), signed and good for a short while only: ask for it when you are about to play it. Null when
    /// there is none.
    stream_url: Option<String>,
    /// When the session went on air; null when Shopee did not tell.
    started_at: Option<DateTime<Utc>>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// Where Shopee has a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum RemoteLiveStatus {
    /// On air.
    OnAir,
    /// Over.
    Ended,
    /// A state that this gateway does not know yet.
    Unknown,
}

impl From<SessionStatus> for RemoteLiveStatus {
    fn from(status: SessionStatus) -> Self {
        match status {
            SessionStatus::OnAir => Self::OnAir,
            SessionStatus::Ended => Self::Ended,
            SessionStatus::Unknown(_) => Self::Unknown,
        }
    }
}

impl LiveInfo {
    pub fn from_answer(answer: &Observed<Option<SessionInfo>>) -> Option<Self> {
        let info = answer.value.as_ref()?;
        Some(Self {
            status: info.status.map(Into::into),
            title: info.title.clone(),
            stream_url: info.streaming_url.clone(),
            started_at: info.started_at,
            freshness: Freshness::of(answer),
        })
    }
}
