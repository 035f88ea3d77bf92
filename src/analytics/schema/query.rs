use async_graphql::{Context, ID, Object, SimpleObject};
use chrono_tz::Tz;

use super::{
    figures::{LiveFigures, wanted},
    summary::AnalyticsSummary,
};
use crate::{
    analytics::{
        period::{MOST_DAYS, Period},
        series::Interval,
        store,
    },
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        date::Date,
        id::{GlobalId, Kind},
        selection::Selection,
    },
    identity::{guard::Needs, scope::AskerExt as _, store as identity_store},
};

/// The analytics room's part of `Query`.
#[derive(Default)]
pub struct AnalyticsQuery;

#[Object]
impl AnalyticsQuery {
    /// A studio's figures for each day of a period, in the studio's time zone: one entry a day, also for days without sessions. A
    /// session counts for the day it began on. As fresh as the stored sessions; null only with an error. Errors: UNAUTHENTICATED,
    /// NOT_FOUND, BAD_USER_INPUT.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::price::list_size::apply(MOST_DAYS as u32, None)
    )]
    async fn live_analytics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio's id.")] studio_id: ID,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day; at most 366 days are asked for at once.")] to: Date,
    ) -> Option<Result<Vec<LiveAnalytics>>> {
        Some(by_day(ctx, &studio_id, from, to).await)
    }

    /// A studio's figures for a whole period: give either `days`, for those up to today, or `from` and `to`. As fresh as the stored
    /// sessions; null only with an error. Errors: UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn analytics_summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio's id.")] studio_id: ID,
        #[graphql(desc = "How many days up to and with today, 1 to 366, in the studio's time zone.")] days: Option<i64>,
        #[graphql(desc = "The first day.")] from: Option<Date>,
        #[graphql(desc = "The last day; at most 366 days from `from`.")] to: Option<Date>,
    ) -> Option<Result<AnalyticsSummary>> {
        Some(summary(ctx, &studio_id, days, from, to).await)
    }
}

/// A studio's figures for one day.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct LiveAnalytics {
    /// The day, in the studio's time zone.
    date: Date,
    /// What the sessions that began that day add up to.
    figures: LiveFigures,
}

async fn by_day(ctx: &Context<'_>, studio_id: &ID, from: Date, to: Date) -> Result<Vec<LiveAnalytics>> {
    let (studio_id, zone) = studio(ctx, studio_id).await?;
    let period = Period::between(from.0, to.0)?;
    let days = period.pieces(Interval::Day, zone)?;
    let wanted = wanted([Selection::of(ctx).below("figures")]);
    let figures = store::figures(&ctx.scope()?, &ctx.statements()?, studio_id, &days, wanted).await?;
    let figures = figures.into_iter().map(LiveFigures);
    Ok(period.dates().zip(figures).map(|(date, figures)| LiveAnalytics { date: Date(date), figures }).collect())
}

async fn summary(
    ctx: &Context<'_>,
    studio_id: &ID,
    days: Option<i64>,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<AnalyticsSummary> {
    let (studio_id, zone) = studio(ctx, studio_id).await?;
    let today = ctx.app()?.clock.now().with_timezone(&zone).date_naive();
    let period = match (days, from, to) {
        (Some(days), None, None) => Period::last_days(days, today)?,
        (None, Some(from), Some(to)) => Period::between(from.0, to.0)?,
        _ => return Err(Error::invalid_input("days", "or both `from` and `to` have to be given, and not all")),
    };
    Ok(AnalyticsSummary::new(studio_id, period, zone, &Selection::of(ctx)))
}

/// A studio that the viewer may see, and its time zone.
pub(super) async fn studio(ctx: &Context<'_>, id: &ID) -> Result<(i64, Tz)> {
    let key = GlobalId::key_of(id, Kind::Studio, "studioId")?;
    let rows = identity_store::studios(&ctx.scope()?, &ctx.statements()?, &[key]).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("studio"))?;
    Ok((key, row.time_zone.read()?.parse().unwrap_or(Tz::UTC)))
}
