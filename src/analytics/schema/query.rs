use async_graphql::{Context, ID, Object, SimpleObject};
use chrono_tz::Tz;

use super::{figures::LiveFigures, top_product::TopProduct};
use crate::{
    account::schema::Region,
    analytics::{period::Period, store},
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        date::Date,
        id::{GlobalId, Kind},
        weight,
    },
    identity::{guard::Needs, scope::AskerExt as _, store as identity_store},
};

/// Products of `topProducts` when the client names no number.
const DEFAULT_PRODUCTS: i64 = 5;
const MOST_PRODUCTS: i64 = 50;

/// The analytics room's part of `Query`.
#[derive(Default)]
pub struct AnalyticsQuery;

#[Object]
impl AnalyticsQuery {
    /// A studio's figures for each day of a period, in the studio's time zone: one entry a day, also for days without sessions. A
    /// session counts for the day it began on. As fresh as the stored sessions. Errors: UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn", complexity = "weight::of_aggregate(weight::of_list(child_complexity, 31))")]
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
    /// sessions. Errors: UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn", complexity = "weight::of_aggregate(child_complexity)")]
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

/// A studio's figures for a period.
pub(super) struct AnalyticsSummary {
    studio_id: i64,
    period: Period,
    zone: Tz,
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
    async fn figures(&self, ctx: &Context<'_>) -> Result<LiveFigures> {
        let whole = self.period.whole(self.zone);
        let mut figures = store::figures_by_day(&ctx.scope()?, &ctx.statements()?, self.studio_id, &[whole]).await?;
        Ok(LiveFigures(figures.pop().unwrap_or_default()))
    }

    /// The products that sold for most, the best first. Those of different currencies are compared by their bare amounts: a studio
    /// that sells in several regions gives `region`. Errors: BAD_USER_INPUT.
    #[graphql(complexity = "weight::of_aggregate(weight::of_list(child_complexity, DEFAULT_PRODUCTS))")]
    async fn top_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 50; 5 if it is not given.")] first: Option<i64>,
        #[graphql(desc = "Only products of this region.")] region: Option<Region>,
    ) -> Result<Vec<TopProduct>> {
        let most = u64::try_from(first.unwrap_or(DEFAULT_PRODUCTS)).ok();
        let most = most.filter(|most| (1..=MOST_PRODUCTS as u64).contains(most));
        let most = most.ok_or_else(|| Error::invalid_input("first", format!("has to be from 1 to {MOST_PRODUCTS}")))?;
        let (scope, whole) = (ctx.scope()?, self.period.whole(self.zone));
        let region = region.map(Into::into);
        let sales = store::top_products(&scope, &ctx.statements()?, self.studio_id, whole, region, most).await?;
        sales.into_iter().map(TopProduct::new).collect()
    }
}

async fn by_day(ctx: &Context<'_>, studio_id: &ID, from: Date, to: Date) -> Result<Vec<LiveAnalytics>> {
    let (studio_id, zone) = studio(ctx, studio_id).await?;
    let days = Period::between(from.0, to.0)?.days(zone);
    let figures = store::figures_by_day(&ctx.scope()?, &ctx.statements()?, studio_id, &days).await?;
    let figures = figures.into_iter().map(LiveFigures);
    Ok(days.iter().zip(figures).map(|(day, figures)| LiveAnalytics { date: Date(day.date), figures }).collect())
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
    Ok(AnalyticsSummary { studio_id, period, zone })
}

/// A studio that the viewer may see, and its time zone.
async fn studio(ctx: &Context<'_>, id: &ID) -> Result<(i64, Tz)> {
    let key = GlobalId::key_of(id, Kind::Studio, "studioId")?;
    let rows = identity_store::studios(&ctx.scope()?, &ctx.statements()?, &[key]).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("studio"))?;
    Ok((key, row.time_zone.read()?.parse().unwrap_or(Tz::UTC)))
}
