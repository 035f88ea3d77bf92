use std::ops::RangeInclusive;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::membership::Role;

use super::{
    alert::{Alert, alerts_by_key},
    alert_settings::AlertSettings,
};
use crate::{
    alert::{
        acknowledge::acknowledge,
        settings::{self, Changes, MINUTES, PERCENT, PIECES, Settings},
        store,
    },
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
        selection::Selection,
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{
        guard::Needs,
        scope::{AskerExt as _, Scope},
    },
};

/// What people do about alerts.
#[derive(Default)]
pub struct AlertMutation;

#[Object]
impl AlertMutation {
    /// Says that somebody sees to an alert, also to one that is over. Who was first stays; asking again changes nothing. Needs OPERATOR.
    /// Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Operator)")]
    async fn acknowledge_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert.")] input: AcknowledgeAlertInput,
    ) -> Option<Result<AcknowledgeAlertPayload>> {
        Some(acknowledged(ctx, &input).await)
    }

    /// Changes when a studio wants to be alerted, from the gateway's next look on. Needs OPERATOR. Errors: UNAUTHENTICATED, FORBIDDEN,
    /// NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Operator)")]
    async fn update_alert_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studio, and what is to change.")] input: UpdateAlertSettingsInput,
    ) -> Option<Result<UpdateAlertSettingsPayload>> {
        Some(UpdateAlertSettingsPayload::of(updated(ctx, &input).await))
    }
}

/// Which alert somebody sees to.
#[derive(InputObject)]
pub(super) struct AcknowledgeAlertInput {
    /// The alert's id.
    alert_id: ID,
}

/// What came of `acknowledgeAlert`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct AcknowledgeAlertPayload {
    /// The alert as it stands now.
    alert: Option<Alert>,
    /// Always empty: there is nothing to mend.
    user_errors: Vec<UserError>,
}

/// Which studio, and when it wants to be alerted. What is left out stays as it is; null switches that kind off.
#[derive(InputObject)]
pub(super) struct UpdateAlertSettingsInput {
    /// The studio's id.
    studio_id: ID,
    /// By how much of what is usual viewers fall, 1 to 99 percent.
    viewers_drop_percent: MaybeUndefined<Long>,
    /// By how much of what is usual orders in a minute fall, 1 to 99 percent.
    orders_drop_percent: MaybeUndefined<Long>,
    /// By how much of what is usual likes in a minute fall, 1 to 99 percent.
    likes_drop_percent: MaybeUndefined<Long>,
    /// At how many pieces left a product is told, 0 to 1,000,000.
    stock_low_pieces: MaybeUndefined<Long>,
    /// At how much left a budget of coins is told, 1 to 99 percent of it.
    coins_low_percent: MaybeUndefined<Long>,
    /// After how much silence a session on air is told, 1 to 120 minutes.
    source_stale_minutes: MaybeUndefined<Long>,
}

/// What came of `updateAlertSettings`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct UpdateAlertSettingsPayload {
    /// The thresholds as they are now; null when there is something to mend.
    alert_settings: Option<AlertSettings>,
    /// What there is to mend; empty when the thresholds are as they were to be. INVALID.
    user_errors: Vec<UserError>,
}

impl UpdateAlertSettingsPayload {
    fn of(outcome: Result<Settings, Declined>) -> Result<Self> {
        let (settings, user_errors) = payload(outcome)?;
        Ok(Self { alert_settings: settings.map(Into::into), user_errors })
    }
}

async fn acknowledged(ctx: &Context<'_>, input: &AcknowledgeAlertInput) -> Result<AcknowledgeAlertPayload> {
    let key = GlobalId::key_of(&input.alert_id, Kind::Alert, "input.alertId")?;
    let found = store::by_keys(&ctx.scope()?, &ctx.statements()?, &[key]).await?;
    let studio_id = found.first().ok_or_else(|| Error::not_found("alert"))?.studio_id;
    let viewer = ctx.viewer()?;
    Scope::in_studio(&viewer, studio_id, Role::Operator)?;
    acknowledge(ctx.app()?, &viewer, ctx.actor()?, (studio_id, key)).await?;
    let alerts = alerts_by_key(ctx, &Selection::of(ctx).below("alert"), &[key]).await?;
    let alert = alerts.into_iter().next().ok_or_else(|| Error::not_found("alert"))?;
    Ok(AcknowledgeAlertPayload { alert: Some(alert), user_errors: Vec::new() })
}

async fn updated(ctx: &Context<'_>, input: &UpdateAlertSettingsInput) -> Result<Settings, Declined> {
    let studio_id = GlobalId::key_of(&input.studio_id, Kind::Studio, "input.studioId")?;
    ctx.scope_in(studio_id, Role::Operator)?;
    let changes = checked(input)?;
    Ok(settings::update(ctx.app()?, &*ctx.viewer()?, ctx.actor()?, studio_id, changes).await?)
}

fn checked(input: &UpdateAlertSettingsInput) -> Result<Changes, Declined> {
    let mut errors = Vec::new();
    let mut check = |field, range, given: &MaybeUndefined<Long>| {
        threshold(field, range, given).unwrap_or_else(|error| {
            errors.push(error);
            None
        })
    };
    let changes = Changes {
        viewers_drop_percent: check("viewersDropPercent", PERCENT, &input.viewers_drop_percent),
        orders_drop_percent: check("ordersDropPercent", PERCENT, &input.orders_drop_percent),
        likes_drop_percent: check("likesDropPercent", PERCENT, &input.likes_drop_percent),
        stock_low_pieces: check("stockLowPieces", PIECES, &input.stock_low_pieces),
        coins_low_percent: check("coinsLowPercent", PERCENT, &input.coins_low_percent),
        source_stale_minutes: check("sourceStaleMinutes", MINUTES, &input.source_stale_minutes),
    };
    if errors.is_empty() { Ok(changes) } else { Err(Declined::Input(errors)) }
}

/// A threshold that may be left as it is, switched off or set.
fn threshold(
    field: &'static str,
    range: RangeInclusive<i64>,
    given: &MaybeUndefined<Long>,
) -> Result<Option<Option<i64>>, UserError> {
    match given {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(Long(value)) if range.contains(value) => Ok(Some(Some(*value))),
        MaybeUndefined::Value(_) => {
            let message = format!("this has to be from {} to {}, or null for never", range.start(), range.end());
            Err(UserError::on(field, UserErrorCode::Invalid, message))
        }
    }
}
