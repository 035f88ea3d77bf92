use std::ops::RangeInclusive;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::membership::Role;
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::campaign_rule::CampaignRule;
use crate::{
    campaign::rule::{self, Changes, PERCENT, RETURNS, Rule, Updated, decimal},
    error::Result,
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
        money::Exact,
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{guard::Needs, scope::AskerExt as _},
};

/// What people change about a studio's rule.
#[derive(Default)]
pub struct CampaignMutation;

#[Object]
impl CampaignMutation {
    /// Changes by what a studio has its promotions judged, or switches the rule on or off that pauses them, from the gateway's next look on.
    /// Try it with `campaignRuleDryRun` first. Needs OWNER: from then on the rule acts in the name of whoever changed it. Errors:
    /// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Owner)")]
    async fn update_campaign_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studio, and what is to change.")] input: UpdateCampaignRuleInput,
    ) -> Option<Result<UpdateCampaignRulePayload>> {
        Some(UpdateCampaignRulePayload::of(updated(ctx, &input).await))
    }
}

/// Which studio, and by what it wants its promotions judged. What is left out stays as it is.
#[derive(InputObject)]
pub(super) struct UpdateCampaignRuleInput {
    /// The studio's id.
    studio_id: ID,
    /// Whether the gateway is to pause promotions by itself.
    is_enabled: Option<bool>,
    /// Value of the orders for each unit of money spent below which a promotion is to be paused: 0.000001 to 1000, up to six decimals.
    pauses_below_return: Option<Exact>,
    /// The same from which on a promotion is worth more money; no less than `pausesBelowReturn`.
    target_return: Option<Exact>,
    /// How much of its daily budget a promotion has spent before its return counts: 1 to 100 percent.
    minimum_spent_percent: Option<Long>,
}

/// What came of `updateCampaignRule`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct UpdateCampaignRulePayload {
    /// The rule as it is now; null when there is something to mend.
    campaign_rule: Option<CampaignRule>,
    /// What there is to mend; empty when the rule is as it was to be. INVALID.
    user_errors: Vec<UserError>,
}

impl UpdateCampaignRulePayload {
    fn of(outcome: Result<Rule, Declined>) -> Result<Self> {
        let (rule, user_errors) = payload(outcome)?;
        Ok(Self { campaign_rule: rule.map(CampaignRule), user_errors })
    }
}

async fn updated(ctx: &Context<'_>, input: &UpdateCampaignRuleInput) -> Result<Rule, Declined> {
    let studio_id = GlobalId::key_of(&input.studio_id, Kind::Studio, "input.studioId")?;
    ctx.scope_in(studio_id, Role::Owner)?;
    let changes = checked(input)?;
    match rule::update(ctx.app()?, &*ctx.viewer()?, ctx.actor()?, studio_id, changes).await? {
        Updated::Done(rule) => Ok(rule),
        Updated::TargetTooLow => {
            let message = "the target may not be below what is paused";
            Err(UserError::on("targetReturn", UserErrorCode::Invalid, message).into())
        }
    }
}

fn checked(input: &UpdateCampaignRuleInput) -> Result<Changes, Declined> {
    let mut errors = Vec::new();
    let mut mend = |field, outcome: Result<i64, String>| {
        outcome.map_err(|reason| errors.push(UserError::on(field, UserErrorCode::Invalid, reason))).ok()
    };
    let changes = Changes {
        is_enabled: input.is_enabled,
        pauses_below_millionths: input
            .pauses_below_return
            .and_then(|given| mend("pausesBelowReturn", millionths(given))),
        target_millionths: input.target_return.and_then(|given| mend("targetReturn", millionths(given))),
        minimum_spent_percent: input
            .minimum_spent_percent
            .and_then(|Long(percent)| mend("minimumSpentPercent", bounded(percent, PERCENT))),
    };
    if errors.is_empty() { Ok(changes) } else { Err(Declined::Input(errors)) }
}

/// A return as it is counted, or what is wrong with it.
pub(super) fn millionths(given: Exact) -> Result<i64, String> {
    let counted = given.0.checked_mul(Decimal::from(1_000_000)).map(|counted| counted.normalize());
    let whole = counted.filter(|counted| counted.scale() == 0).and_then(|counted| counted.to_i64());
    whole.filter(|millionths| RETURNS.contains(millionths)).ok_or_else(|| {
        let (least, most) = (decimal(*RETURNS.start()), decimal(*RETURNS.end()));
        format!("has to be from {least} to {most}, with at most six decimals")
    })
}

pub(super) fn bounded(given: i64, range: RangeInclusive<i64>) -> Result<i64, String> {
    let reason = || format!("has to be from {} to {}", range.start(), range.end());
    if range.contains(&given) { Ok(given) } else { Err(reason()) }
}
