use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono_tz::Tz;
use entity::membership::Role;

use super::Studio;
use crate::{
    app::App,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{
        guard::Needs,
        loader,
        names::StudioName,
        scope::AskerExt as _,
        studio::{self, Changes},
    },
};

/// Changes of studios.
#[derive(Default)]
pub struct StudioMutation;

#[Object]
impl StudioMutation {
    /// Makes a studio, whose owner the viewer becomes. Errors: UNAUTHENTICATED.
    #[graphql(guard = "Needs::SignIn")]
    async fn create_studio(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the studio is to be.")] input: CreateStudioInput,
    ) -> Option<Result<CreateStudioPayload>> {
        Some(CreateStudioPayload::of(ctx, create(ctx, &input).await).await)
    }

    /// Changes a studio's name, time zone or coin budgets; takes OWNER. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn update_studio(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studio, and what of it is to change.")] input: UpdateStudioInput,
    ) -> Option<Result<UpdateStudioPayload>> {
        Some(UpdateStudioPayload::of(ctx, update(ctx, &input).await).await)
    }
}

/// What a new studio is to be.
#[derive(InputObject)]
pub(super) struct CreateStudioInput {
    /// The name, 1 to 100 characters on one line.
    name: String,
    /// The IANA time zone that the studio's days are counted in, such as `Asia/Jakarta`.
    time_zone: String,
}

/// What came of `createStudio`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct CreateStudioPayload {
    /// The new studio; null when there is something to mend.
    studio: Option<Studio>,
    /// What there is to mend; empty when the studio was made.
    user_errors: Vec<UserError>,
}

impl CreateStudioPayload {
    async fn of(ctx: &Context<'_>, outcome: Result<i64, Declined>) -> Result<Self> {
        let (key, user_errors) = payload(outcome)?;
        Ok(Self { studio: studio_by_key(ctx, key).await?, user_errors })
    }
}

async fn studio_by_key(ctx: &Context<'_>, key: Option<i64>) -> Result<Option<Studio>> {
    let Some(key) = key else { return Ok(None) };
    Ok(Some(loader::studio(ctx, key).await?.ok_or_else(|| Error::not_found("studio"))?))
}

async fn create(ctx: &Context<'_>, input: &CreateStudioInput) -> Result<i64, Declined> {
    let (name, time_zone) = (name(&input.name)?, time_zone(&input.time_zone)?);
    let (app, viewer): (&App, _) = (ctx.app()?, ctx.viewer()?);
    let created = studio::create(app, &viewer, &ctx.actor()?, &name, time_zone).await?;
    ctx.asker()?.becomes(created.viewer);
    Ok(created.studio_id)
}

/// Which studio, and what of it is to change. What is left out stays as it is, as do the name and the time zone when they are null.
#[derive(InputObject)]
pub(super) struct UpdateStudioInput {
    /// The studio's id.
    studio_id: ID,
    /// The new name, 1 to 100 characters on one line.
    name: Option<String>,
    /// The IANA time zone that the studio's days are to be counted in, such as `Asia/Jakarta`.
    time_zone: Option<String>,
    /// Coins that may be given away in one live session, zero or more; null for no bound, left out to leave it as it is.
    coin_budget_per_session: MaybeUndefined<Long>,
    /// Coins that may be given away on one day of the studio, zero or more; null for no bound, left out to leave it as it is.
    coin_budget_per_day: MaybeUndefined<Long>,
}

/// What came of `updateStudio`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct UpdateStudioPayload {
    /// The studio as it is now; null when there is something to mend.
    studio: Option<Studio>,
    /// What there is to mend; empty when the studio is as it was to be.
    user_errors: Vec<UserError>,
}

impl UpdateStudioPayload {
    async fn of(ctx: &Context<'_>, outcome: Result<i64, Declined>) -> Result<Self> {
        let (key, user_errors) = payload(outcome)?;
        Ok(Self { studio: studio_by_key(ctx, key).await?, user_errors })
    }
}

async fn update(ctx: &Context<'_>, input: &UpdateStudioInput) -> Result<i64, Declined> {
    let key = GlobalId::key_of(&input.studio_id, Kind::Studio, "input.studioId")?;
    ctx.scope_in(key, Role::Owner)?;
    let changes = Changes {
        name: input.name.as_deref().map(name).transpose()?,
        time_zone: input.time_zone.as_deref().map(time_zone).transpose()?,
        coin_budget_per_session: budget("coinBudgetPerSession", &input.coin_budget_per_session)?,
        coin_budget_per_day: budget("coinBudgetPerDay", &input.coin_budget_per_day)?,
    };
    studio::update(ctx.app()?, &*ctx.viewer()?, ctx.actor()?.clone(), key, changes).await?;
    Ok(key)
}

/// A budget that may be left as it is, taken away or set.
fn budget(field: &'static str, input: &MaybeUndefined<Long>) -> Result<Option<Option<i64>>, UserError> {
    let message = "a budget is a number of coins, zero or more";
    match input {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(Long(coins)) if *coins >= 0 => Ok(Some(Some(*coins))),
        MaybeUndefined::Value(_) => Err(UserError::on(field, UserErrorCode::Invalid, message)),
    }
}

fn name(text: &str) -> Result<StudioName, UserError> {
    text.parse().map_err(|reason: &str| UserError::on("name", UserErrorCode::Invalid, reason))
}

fn time_zone(text: &str) -> Result<Tz, UserError> {
    let message = "a time zone is an IANA name such as Asia/Jakarta";
    text.parse().map_err(|_| UserError::on("timeZone", UserErrorCode::Invalid, message))
}
