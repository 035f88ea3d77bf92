use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::membership::Role;

use super::query::studio;
use crate::{
    analytics::{period::Period, rebuild},
    error::Result,
    graphql::{
        context::ContextExt as _,
        date::Date,
        id::{GlobalId, Kind},
        long::Long,
        user_error::UserError,
    },
    identity::{change::Change, guard::Needs, scope::AskerExt as _},
};

/// What people do about figures.
#[derive(Default)]
pub struct AnalyticsMutation;

#[Object]
impl AnalyticsMutation {
    /// Has every session that began in a period asked of Shopee again, with its products, one after the other: for figures that do not agree
    /// with what Shopee shows by now. Figures need nothing else to be right, since they are added up when they are asked for. It goes on
    /// after the answer, whatever becomes of the gateway; `AnalyticsSummary.sessionsBeingRebuilt` tells how many still wait. Asking again
    /// meanwhile begins anew. Needs OPERATOR. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Operator)")]
    async fn rebuild_analytics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studio's sessions, and of which days.")] input: RebuildAnalyticsInput,
    ) -> Option<Result<RebuildAnalyticsPayload>> {
        Some(requested(ctx, &input).await)
    }
}

/// Which sessions to ask for again.
#[derive(InputObject)]
pub(super) struct RebuildAnalyticsInput {
    /// The studio's id.
    studio_id: ID,
    /// The first day, in the studio's time zone.
    from: Date,
    /// The last day; at most 366 days from `from`.
    to: Date,
}

/// What came of `rebuildAnalytics`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct RebuildAnalyticsPayload {
    /// How many sessions are going to be asked for; null when there is something to mend.
    sessions: Option<Long>,
    /// What there is to mend; nothing today.
    user_errors: Vec<UserError>,
}

async fn requested(ctx: &Context<'_>, input: &RebuildAnalyticsInput) -> Result<RebuildAnalyticsPayload> {
    let key = GlobalId::key_of(&input.studio_id, Kind::Studio, "input.studioId")?;
    ctx.scope_in(key, Role::Operator)?;
    let (studio_id, zone) = studio(ctx, &input.studio_id).await?;
    let period = Period::between(input.from.0, input.to.0)?;
    let whole = period.whole(zone);
    let change = Change::begin(ctx.app()?, ctx.actor()?, ctx.viewer()?.user_id, studio_id, Role::Operator).await?;
    let sessions = rebuild::request(change, period, whole).await?;
    Ok(RebuildAnalyticsPayload { sessions: Some(Long(sessions)), user_errors: Vec::new() })
}
