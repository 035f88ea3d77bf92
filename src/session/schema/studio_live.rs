use async_graphql::{Context, Enum, ID, Object, Subscription};
use chrono::{DateTime, Utc};
use entity::membership::Role;
use futures_util::{Stream, StreamExt as _};

use super::{LiveNumbers, LiveSession, subscription::told};
use crate::{
    engine::watch::Level,
    error::Result,
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
    },
    identity::{guard::Needs, scope::AskerExt as _},
    session::{
        loader,
        on_air::{self, OnAir, Shown},
        on_air_changes::{self, changes, snapshot},
    },
};

/// What is on air in a studio, as a part of `Subscription`.
#[derive(Default)]
pub struct StudioLiveSubscription;

#[Subscription]
impl StudioLiveSubscription {
    /// All sessions of a studio that are on air, on one stream: all of them at first, then every few seconds those whose numbers are
    /// newer, those that have begun and those that are over. With `after`, what has changed since. A session that begins is there
    /// within some ten intervals, or at once when it is created here. While Shopee does not answer for a session, its last
    /// numbers stay, with `staleSince`. At most 500 sessions. Errors: UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT.
    // Each event says what has changed since the one before, so nobody can join in the middle.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::sharing::per_viewer::apply(),
        directive = crate::graphql::sharing::level::apply()
    )]
    async fn studio_live(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio.")] studio_id: ID,
        #[graphql(
            desc = "The `sequence` of the last event that you have: the stream goes on after it, so that a connection that broke costs nothing."
        )]
        after: Option<Long>,
    ) -> Result<impl Stream<Item = StudioLive> + use<>> {
        ctx.viewer()?;
        let key = GlobalId::key_of(&studio_id, Kind::Studio, "studioId")?;
        ctx.scope_in(key, Role::Analyst)?;
        let (after, watcher) = (told(ctx, after)?, on_air::follow(ctx.app()?, key));
        // What follows can be told only to who still knows what was before it.
        watcher.first().await;
        let known = after.and_then(|after| watcher.at(after));
        let levels = watcher.stream(known.as_ref().map(|known| known.sequence));
        let client = Client { known, missed: after.is_some() };
        let events = levels.scan(client, |client, level| std::future::ready(Some(client.hear(level))));
        Ok(events.filter_map(std::future::ready))
    }
}

/// Somebody who is told what is on air in a studio.
struct Client {
    /// What they were told last.
    known: Option<Level<OnAir>>,
    /// Whether they knew something that nobody remembers.
    missed: bool,
}

impl Client {
    /// What to tell them of a level, if there is anything.
    fn hear(&mut self, level: Level<OnAir>) -> Option<StudioLive> {
        let known = self.known.replace(level.clone());
        let missed = known.is_none() && self.missed;
        let now = level.value.as_deref();
        let before = known.as_ref().filter(|_| !level.gap).and_then(|known| known.value.as_deref());
        let (told, is_snapshot) = match (before, now) {
            (Some(before), Some(now)) => (changes(before, now), false),
            (None, Some(now)) => (snapshot(now), true),
            (_, None) => (Vec::new(), true),
        };
        let grew_old = known.as_ref().map(|known| known.stale_since) != Some(level.stale_since);
        let changes =
            told.into_iter().map(|(kind, key, shown)| StudioLiveChange { kind, key, shown }).collect::<Vec<_>>();
        let is_news = is_snapshot || grew_old || !changes.is_empty();
        is_news.then_some(StudioLive {
            sequence: level.sequence,
            gap: level.gap || missed,
            is_snapshot,
            stale_since: level.stale_since,
            observed_at: level.observed_at,
            changes,
        })
    }
}

/// What is new in a studio.
pub struct StudioLive {
    sequence: i64,
    gap: bool,
    is_snapshot: bool,
    stale_since: Option<DateTime<Utc>>,
    observed_at: Option<DateTime<Utc>>,
    changes: Vec<StudioLiveChange>,
}

/// What is new among the sessions of a studio that are on air.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl StudioLive {
    /// The place of this event in the studio's stream: later events have higher ones, whichever gateway they come from, and the
    /// distance means nothing. Give the last one that you have as `after` when you connect again.
    async fn sequence(&self) -> Long {
        Long(self.sequence)
    }

    /// Whether you asked for what came after an event that is forgotten by now, or read too slowly: forget what you have, this is
    /// all there is.
    async fn gap(&self) -> bool {
        self.gap
    }

    /// Whether `changes` are all sessions on air, as in the first event, and not only what has changed.
    async fn is_snapshot(&self) -> bool {
        self.is_snapshot
    }

    /// What has changed, at most one change for each session; at most 500 sessions.
    #[graphql(directive = crate::graphql::price::list_size::apply(500, None))]
    async fn changes(&self) -> &[StudioLiveChange] {
        &self.changes
    }

    /// When it was looked which sessions are on air; null when that was not possible yet.
    async fn observed_at(&self) -> Option<DateTime<Utc>> {
        self.observed_at
    }

    /// Since when it cannot be looked which sessions are on air; null while it can.
    async fn stale_since(&self) -> Option<DateTime<Utc>> {
        self.stale_since
    }
}

/// What happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "on_air_changes::Kind")]
pub enum StudioLiveChangeKind {
    /// It is on air: a part of the first event, or of one after a gap.
    Present,
    /// It has begun.
    Started,
    /// It shows other numbers, or they were had later.
    Updated,
    /// It is over, or was deleted: these are its last numbers, and there will be no other change of it.
    Ended,
}

/// One session of what is new.
pub struct StudioLiveChange {
    kind: on_air_changes::Kind,
    key: i64,
    shown: Shown,
}

/// What happened to one session of a studio, and what it shows now. A number that is null was not reported, which is not zero.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl StudioLiveChange {
    /// What happened.
    async fn kind(&self) -> StudioLiveChangeKind {
        self.kind.into()
    }

    /// Global id of the session.
    async fn session_id(&self) -> ID {
        GlobalId::new(Kind::LiveSession, self.key).encode()
    }

    /// The session as it is stored now; null when it was deleted. Costs a statement for each event: select it where you need more than
    /// the id, or ask `nodes` for sessions that you see for the first time.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<LiveSession>> {
        loader::session(ctx, self.key).await
    }

    #[graphql(flatten)]
    async fn numbers(&self, _ctx: &Context<'_>) -> LiveNumbers {
        LiveNumbers {
            region: self.shown.region,
            metrics: self.shown.metrics,
            observed_at: self.shown.observed_at,
            stale_since: self.shown.stale_since,
        }
    }
}
