use std::sync::Arc;

use async_graphql::{Context, ID, Object, Subscription};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{Stream, StreamExt as _};

use super::{LiveNumbers, LiveSession};
use crate::{
    account::schema::Region,
    engine::watch::Level,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
        selection::Selection,
    },
    identity::{guard::Needs, scope::AskerExt as _},
    session::{
        metrics::Metrics,
        schema::query::{number_of, session_by_key, session_by_shopee_id},
        watch,
    },
};

/// The session room's part of `Subscription`.
#[derive(Default)]
pub struct SessionSubscription;

#[Subscription]
impl SessionSubscription {
    /// How many people watch a session, as it changes: the latest count at once, or with `after` those that came since; then one
    /// every few seconds. Ends when the session does, or is deleted. While Shopee does not answer, the last count comes again with `staleSince` set. Errors: UNAUTHENTICATED, NOT_FOUND,
    /// BAD_USER_INPUT.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::sharing::studio_wide::apply(None),
        directive = crate::graphql::sharing::level::apply()
    )]
    async fn viewer_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session: its global id, or Shopee's own id of it.")] session_id: ID,
        #[graphql(desc = "The region that a Shopee id is of; needed only when two regions know the same id.")]
        region: Option<Region>,
        #[graphql(
            desc = "The `sequence` of the last event that you have: the stream goes on after it, so that a connection that broke costs nothing."
        )]
        after: Option<Long>,
    ) -> Result<impl Stream<Item = ViewerCount> + use<>> {
        let watched = watched_session(ctx, &session_id, region).await?;
        let levels = watch::metrics(ctx.app()?, watched.watched()?, told(ctx, after)?);
        Ok(levels.map(move |level| ViewerCount { session: watched.clone(), level }))
    }

    /// All the numbers of a session, as they change: the latest at once, or with `after` those that came since; then one set every
    /// few seconds. Ends when the session does, or is deleted. While Shopee does not answer, the last numbers come again with `staleSince` set. Errors: UNAUTHENTICATED, NOT_FOUND,
    /// BAD_USER_INPUT.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::sharing::studio_wide::apply(None),
        directive = crate::graphql::sharing::level::apply()
    )]
    async fn live_metrics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session: its global id, or Shopee's own id of it.")] session_id: ID,
        #[graphql(desc = "The region that a Shopee id is of; needed only when two regions know the same id.")]
        region: Option<Region>,
        #[graphql(
            desc = "The `sequence` of the last event that you have: the stream goes on after it, so that a connection that broke costs nothing."
        )]
        after: Option<Long>,
    ) -> Result<impl Stream<Item = LiveMetrics> + use<>> {
        let watched = watched_session(ctx, &session_id, region).await?;
        let region = watched.shopee_region()?;
        let levels = watch::metrics(ctx.app()?, watched.watched()?, told(ctx, after)?);
        Ok(levels.map(move |level| LiveMetrics { session: watched.clone(), region, level }))
    }
}

/// A place that is later than the present by more than clocks differ is of no stream: nothing would ever come after it.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);

/// The place that a client goes on from.
pub(super) fn told(ctx: &Context<'_>, after: Option<Long>) -> Result<Option<i64>> {
    let latest = (ctx.app()?.clock.now() + CLOCKS_DIFFER).timestamp_millis();
    match after {
        Some(Long(sequence)) if !(0..=latest).contains(&sequence) => {
            Err(Error::invalid_input("after", "is not the sequence of any event"))
        }
        _ => Ok(after.map(|sequence| sequence.0)),
    }
}

/// The session to watch, with what is selected of it: fetched once, when the stream starts.
pub(super) async fn watched_session(ctx: &Context<'_>, id: &ID, region: Option<Region>) -> Result<Arc<LiveSession>> {
    ctx.viewer()?;
    let selection = Selection::of(ctx).below("session");
    let session = match GlobalId::decode(id) {
        Some(GlobalId { kind: Kind::LiveSession, key }) => session_by_key(ctx, &selection, key).await?,
        Some(_) => return Err(Error::invalid_input("sessionId", "is the id of something else")),
        None => {
            let number = number_of(id, "is neither a session's id nor Shopee's: a whole number")?;
            session_by_shopee_id(ctx, &selection, number, region).await?
        }
    };
    session.map(Arc::new).ok_or_else(|| Error::not_found("session"))
}

/// How many people watch a session.
pub struct ViewerCount {
    session: Arc<LiveSession>,
    level: Level<Metrics>,
}

/// How many people watch a session at one moment.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl ViewerCount {
    /// The session that is watched. Its stored fields are as of the start of the stream; what is asked of Shopee is asked again.
    #[graphql(directive = crate::graphql::sharing::studio_wide::apply(Some(10)))]
    async fn session(&self) -> &LiveSession {
        &self.session
    }

    /// People watching at that moment; null when Shopee has not told yet.
    async fn viewers(&self) -> Option<Long> {
        self.level.value.as_ref()?.current_viewers.map(Long)
    }

    /// Most people watching at one time so far; null when Shopee has not told yet.
    async fn peak_viewers(&self) -> Option<Long> {
        self.level.value.as_ref()?.peak_viewers.map(Long)
    }

    /// Whether the session is on air; false exactly once, in the last event. Null when Shopee has not told yet.
    async fn is_on_air(&self) -> Option<bool> {
        Some(self.level.value.as_ref()?.on_air)
    }

    /// The place of this event in the session's stream: later events have higher ones, whichever gateway they come from, and the
    /// distance means nothing. Give the last one that you have as `after` when you connect again.
    async fn sequence(&self) -> Long {
        Long(self.level.sequence)
    }

    /// The `sequence` of the event before this one, also if it was not delivered to you; null if the gateway knows of none.
    async fn previous_sequence(&self) -> Option<Long> {
        self.level.previous.map(Long)
    }

    /// Whether events may be missing between the last one that you have and this one, which is then the latest: after a longer time
    /// away, or when you read too slowly. `LiveSession.metricHistory` has what was missed.
    async fn gap(&self) -> bool {
        self.level.gap
    }

    /// When Shopee told these numbers; null when it has not told any yet.
    async fn observed_at(&self) -> Option<DateTime<Utc>> {
        self.level.observed_at
    }

    /// Since when Shopee has not answered, so that these numbers are older than they should be; null while it answers.
    async fn stale_since(&self) -> Option<DateTime<Utc>> {
        self.level.stale_since
    }
}

/// The numbers of a session, as they change.
pub struct LiveMetrics {
    session: Arc<LiveSession>,
    region: shopee::Region,
    level: Level<Metrics>,
}

/// The numbers of a session at one moment. A number that is null was not reported, which is not zero.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl LiveMetrics {
    /// The session that is watched. Its stored fields are as of the start of the stream; what is asked of Shopee is asked again.
    #[graphql(directive = crate::graphql::sharing::studio_wide::apply(Some(10)))]
    async fn session(&self) -> &LiveSession {
        &self.session
    }

    /// The place of this event in the session's stream: later events have higher ones, whichever gateway they come from, and the
    /// distance means nothing. Give the last one that you have as `after` when you connect again.
    async fn sequence(&self) -> Long {
        Long(self.level.sequence)
    }

    /// The `sequence` of the event before this one, also if it was not delivered to you; null if the gateway knows of none.
    async fn previous_sequence(&self) -> Option<Long> {
        self.level.previous.map(Long)
    }

    /// Whether events may be missing between the last one that you have and this one, which is then the latest: after a longer time
    /// away, or when you read too slowly. `LiveSession.metricHistory` has what was missed.
    async fn gap(&self) -> bool {
        self.level.gap
    }

    #[graphql(flatten)]
    async fn numbers(&self, _ctx: &Context<'_>) -> LiveNumbers {
        LiveNumbers {
            region: self.region,
            metrics: self.level.value.as_deref().copied(),
            observed_at: self.level.observed_at,
            stale_since: self.level.stale_since,
        }
    }
}
