use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono_tz::Tz;

use super::Studio;
use crate::{
    app::App,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{guard::Needs, loader, names::StudioName, scope::AskerExt as _, studio},
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
pub(super) struct CreateStudioPayload {
    /// The new studio; null when there is something to mend.
    studio: Option<Studio>,
    /// What there is to mend; empty when the studio was made.
    user_errors: Vec<UserError>,
}

impl CreateStudioPayload {
    async fn of(ctx: &Context<'_>, outcome: Result<i64, Declined>) -> Result<Self> {
        let (studio, user_errors) = payload(outcome)?;
        let studio = match studio {
            Some(key) => Some(loader::studio(ctx, key).await?.ok_or_else(|| Error::not_found("studio"))?),
            None => None,
        };
        Ok(Self { studio, user_errors })
    }
}

async fn create(ctx: &Context<'_>, input: &CreateStudioInput) -> Result<i64, Declined> {
    let (name, time_zone) = (name(&input.name)?, time_zone(&input.time_zone)?);
    let (app, viewer): (&App, _) = (ctx.app()?, ctx.viewer()?);
    let created = studio::create(app, &viewer, &ctx.actor()?, &name, time_zone).await?;
    ctx.asker()?.becomes(created.viewer);
    Ok(created.studio_id)
}

fn name(text: &str) -> Result<StudioName, UserError> {
    text.parse().map_err(|reason: &str| UserError::on("name", UserErrorCode::Invalid, reason))
}

fn time_zone(text: &str) -> Result<Tz, UserError> {
    let message = "a time zone is an IANA name such as Asia/Jakarta";
    text.parse().map_err(|_| UserError::on("timeZone", UserErrorCode::Invalid, message))
}
