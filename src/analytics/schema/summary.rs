use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use tokio::sync::OnceCell;

use super::{
    change::FiguresChange,
    figures::{LiveFigures, wanted},
    top_product::TopProduct,
    top_streamer::TopStreamer,
};
use crate::{
    account::schema::Region,
    analytics::{
        figures::Figures,
        period::{Period, Span},
        series::{Interval, MOST_PIECES},
        store::{self, Wanted, products, recounts, streamers},
    },
    error::{Error, Result},
    graphql::{context::ContextExt as _, date::Date, long::Long, selection::Selection},
    identity::scope::AskerExt as _,
};

/// Products or streamers at the top when the client names no number.
const DEFAULT_TOP: i64 = 5;
const MOST_AT_THE_TOP: i64 = 50;

/// A studio's figures for a period.
pub(super) struct AnalyticsSummary {
    studio_id: i64,
    period: Period,
    zone: Tz,
    selected: Selected,
    /// What several fields show parts of: read once, by the first that asks.
    both: OnceCell<Both>,
}

/// The figures of a period, and of the one before if anybody looks at those.
struct Both {
    before: Figures,
    now: Figures,
}

/// What of both is looked at.
#[derive(Clone, Copy)]
struct Selected {
    before: bool,
    wanted: Wanted,
}

impl AnalyticsSummary {
    pub(super) fn new(studio_id: i64, period: Period, zone: Tz, selection: &Selection<'_>) -> Self {
        let selected = Selected {
            before: selection.has_any(&["previous", "change"]),
            wanted: wanted(["figures", "previous", "change"].map(|name| selection.below(name))),
        };
        Self { studio_id, period, zone, selected, both: OnceCell::new() }
    }

    async fn both(&self, ctx: &Context<'_>) -> Result<&Both> {
        self.both.get_or_try_init(|| self.read(ctx)).await
    }

    async fn read(&self, ctx: &Context<'_>) -> Result<Both> {
        let now = self.period.whole(self.zone);
        let pieces = if self.selected.before { vec![self.period.before().whole(self.zone), now] } else { vec![now] };
        let (scope, statements) = (ctx.scope()?, ctx.statements()?);
        let mut read = store::figures(&scope, &statements, self.studio_id, &pieces, self.selected.wanted).await?;
        Ok(Both { now: read.pop().unwrap_or_default(), before: read.pop().unwrap_or_default() })
    }
}

/// A studio's figures for a period.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl AnalyticsSummary {
    /// The period's first day.
    async fn from(&self) -> Date {
        Date(self.period.from)
    }

    /// The period's last day.
    async fn to(&self) -> Date {
        Date(self.period.to)
    }

    /// The IANA time zone that the days are counted in: the studio's.
    async fn time_zone(&self) -> &str {
        self.zone.name()
    }

    /// What the sessions that began in the period add up to.
    #[graphql(directive = crate::graphql::price::statements::apply(Some(3), None))]
    async fn figures(&self, ctx: &Context<'_>) -> Result<LiveFigures> {
        Ok(LiveFigures(self.both(ctx).await?.now.clone()))
    }

    /// The same of the period before: as many days, up to just before this one.
    #[graphql(directive = crate::graphql::price::statements::apply(Some(3), None))]
    async fn previous(&self, ctx: &Context<'_>) -> Result<LiveFigures> {
        Ok(LiveFigures(self.both(ctx).await?.before.clone()))
    }

    /// By how much the figures have changed since the period before. A period that is not over yet is compared with a whole one.
    #[graphql(directive = crate::graphql::price::statements::apply(Some(3), None))]
    async fn change(&self, ctx: &Context<'_>) -> Result<FiguresChange> {
        let both = self.both(ctx).await?;
        Ok(FiguresChange { is: both.now.clone(), was: both.before.clone() })
    }

    /// The figures of each piece of the period, in order and without gaps, also of pieces without sessions. A session counts for the
    /// piece it began in. By the hour at most 31 days. Errors: BAD_USER_INPUT.
    #[graphql(
        directive = crate::graphql::price::statements::apply(Some(3), None),
        directive = crate::graphql::price::list_size::apply(MOST_PIECES as u32, None)
    )]
    async fn series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How long each piece is.")] interval: Interval,
    ) -> Result<Vec<AnalyticsPoint>> {
        let pieces = self.period.pieces(interval, self.zone)?;
        let wanted = wanted([Selection::of(ctx).below("figures")]);
        let (scope, statements) = (ctx.scope()?, ctx.statements()?);
        let figures = store::figures(&scope, &statements, self.studio_id, &pieces, wanted).await?;
        let point = |(piece, figures): (&Span, Figures)| AnalyticsPoint {
            begins_at: piece.begins,
            ends_at: piece.ends,
            date: Date(piece.begins.with_timezone(&self.zone).date_naive()),
            figures: LiveFigures(figures),
        };
        Ok(pieces.iter().zip(figures).map(point).collect())
    }

    /// How many of the sessions that began in the period `rebuildAnalytics` has still to ask Shopee about.
    #[graphql(directive = crate::graphql::price::statements::apply(Some(1), None))]
    async fn sessions_being_rebuilt(&self, ctx: &Context<'_>) -> Result<Long> {
        let (scope, statements) = (ctx.scope()?, ctx.statements()?);
        let waiting = recounts::waiting(&scope, &statements, self.studio_id, self.period.whole(self.zone));
        waiting.await.map(Long)
    }

    /// The products that sold for most, the best first. Those of different currencies are compared by their bare amounts: a studio
    /// that sells in several regions gives `region`. Errors: BAD_USER_INPUT.
    #[graphql(
        directive = crate::graphql::price::statements::apply(Some(1), None),
        directive = crate::graphql::price::list_size::apply(MOST_AT_THE_TOP as u32, Some("first".to_owned()))
    )]
    async fn top_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 50; 5 if it is not given.")] first: Option<i64>,
        #[graphql(desc = "Only products of this region.")] region: Option<Region>,
    ) -> Result<Vec<TopProduct>> {
        let (most, period, region) = (most(first)?, self.period.whole(self.zone), region.map(Into::into));
        let (scope, statements) = (ctx.scope()?, ctx.statements()?);
        let sales = products::top(&scope, &statements, self.studio_id, period, region, most).await?;
        sales.into_iter().map(TopProduct::new).collect()
    }

    /// The streamers whose sessions brought in most, the best first. Those of different currencies are compared by their bare amounts:
    /// a studio that sells in several regions gives `region`. Errors: BAD_USER_INPUT.
    #[graphql(
        directive = crate::graphql::price::statements::apply(Some(1), None),
        directive = crate::graphql::price::list_size::apply(MOST_AT_THE_TOP as u32, Some("first".to_owned()))
    )]
    async fn top_streamers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 50; 5 if it is not given.")] first: Option<i64>,
        #[graphql(desc = "Only streamers of this region.")] region: Option<Region>,
    ) -> Result<Vec<TopStreamer>> {
        let (most, period, region) = (most(first)?, self.period.whole(self.zone), region.map(Into::into));
        let (scope, statements) = (ctx.scope()?, ctx.statements()?);
        let sales = streamers::top(&scope, &statements, self.studio_id, period, region, most).await?;
        sales.into_iter().map(TopStreamer::new).collect()
    }
}

fn most(first: Option<i64>) -> Result<u64> {
    let most = u64::try_from(first.unwrap_or(DEFAULT_TOP)).ok();
    let most = most.filter(|most| (1..=MOST_AT_THE_TOP as u64).contains(most));
    most.ok_or_else(|| Error::invalid_input("first", format!("has to be from 1 to {MOST_AT_THE_TOP}")))
}

/// A studio's figures for a piece of a period.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct AnalyticsPoint {
    /// When the piece begins.
    begins_at: DateTime<Utc>,
    /// When the piece ends, and the next one begins.
    ends_at: DateTime<Utc>,
    /// The day that the piece begins on, in the studio's time zone.
    date: Date,
    /// What the sessions that began in the piece add up to.
    figures: LiveFigures,
}
