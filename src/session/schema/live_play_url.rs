use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use shopee::PlayUrl;

use crate::engine::joined::Observed;

/// Whether everybody can watch a session now, and where.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct LivePlayUrl {
    /// Whether the session is on air.
    is_on_air: bool,
    /// Address of the stream (FLV), signed and good for a short while only: ask for it when you are about to play it. Null off air,
    /// or when Shopee told none.
    url: Option<String>,
    /// When Shopee was asked.
    observed_at: DateTime<Utc>,
}

impl LivePlayUrl {
    pub fn from_answer(answer: &Observed<Option<PlayUrl>>) -> Self {
        let url = answer.value.as_ref().and_then(|on_air| on_air.url.clone());
        Self { is_on_air: answer.value.is_some(), url, observed_at: answer.observed_at }
    }
}
