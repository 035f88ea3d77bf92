use async_graphql::{Context, ID, InputObject, Object};
use chrono::TimeDelta;
use entity::membership::Role;

use super::{
    campaign_rule::CampaignRule,
    dry_run::CampaignRuleDryRun,
    mutation::{bounded, millionths},
};
use crate::{
    campaign::{
        dry_run::dry_run,
        rule::{Changes, PERCENT},
        store::rules,
    },
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
        money::Exact,
    },
    identity::{guard::Needs, scope::AskerExt as _},
};

/// The days that a dry run may go back; readings are kept a little longer.
const MOST_DAYS: i64 = 30;

/// The campaign room's part of `Query`.
#[derive(Default)]
pub struct CampaignQuery;

#[Object]
impl CampaignQuery {
    /// By what a studio has its promotions judged, and whether a rule pauses them; null only with an error. Errors: UNAUTHENTICATED,
    /// NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn campaign_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio's id.")] studio_id: ID,
    ) -> Option<Result<CampaignRule>> {
        Some(rule_of(ctx, &studio_id).await)
    }

    /// What a studio's rule would have done in the last days, had it been switched on. Changes nothing, and asks Shopee nothing. Null only
    /// with an error. Errors: UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn campaign_rule_dry_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio's id.")] studio_id: ID,
        #[graphql(desc = "The thresholds to try; those of the studio's rule where they are not given.")] rule: Option<
            CampaignRuleBounds,
        >,
        #[graphql(desc = "How many days to go back, 1 to 30; 30 if it is not given.")] days: Option<i64>,
    ) -> Option<Result<CampaignRuleDryRun>> {
        Some(tried(ctx, &studio_id, rule.unwrap_or_default(), days).await)
    }
}

/// Thresholds to try. What is left out is as in the studio's rule.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub(super) struct CampaignRuleBounds {
    /// Value of the orders for each unit of money spent below which a promotion is paused: 0.000001 to 1000.
    pauses_below_return: Option<Exact>,
    /// How much of its daily budget a promotion has spent before that counts: 1 to 100 percent.
    minimum_spent_percent: Option<Long>,
}

async fn rule_of(ctx: &Context<'_>, studio_id: &ID) -> Result<CampaignRule> {
    let studio_id = GlobalId::key_of(studio_id, Kind::Studio, "studioId")?;
    let scope = ctx.scope_in(studio_id, Role::Analyst)?;
    Ok(CampaignRule(rules::of_studio(&scope, &ctx.statements()?, studio_id).await?))
}

async fn tried(
    ctx: &Context<'_>,
    studio_id: &ID,
    bounds: CampaignRuleBounds,
    days: Option<i64>,
) -> Result<CampaignRuleDryRun> {
    let studio_id = GlobalId::key_of(studio_id, Kind::Studio, "studioId")?;
    let (scope, statements) = (ctx.scope_in(studio_id, Role::Analyst)?, ctx.statements()?);
    let (changes, days) = (bounds.checked()?, days.unwrap_or(MOST_DAYS));
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Error::invalid_input("days", format!("has to be from 1 to {MOST_DAYS}")));
    }
    let rule = changes.applied_to(rules::of_studio(&scope, &statements, studio_id).await?);
    let to = ctx.app()?.clock.now();
    let from = to - TimeDelta::days(days);
    let run = dry_run(&scope, &statements, studio_id, rule, from).await?;
    CampaignRuleDryRun::of(ctx, (from, to), run).await
}

impl CampaignRuleBounds {
    fn checked(self) -> Result<Changes> {
        let invalid = |argument| move |reason: String| Error::invalid_input(argument, reason);
        let below = self.pauses_below_return.map(millionths).transpose();
        let percent = self.minimum_spent_percent.map(|Long(percent)| bounded(percent, PERCENT)).transpose();
        Ok(Changes {
            pauses_below_millionths: below.map_err(invalid("rule.pausesBelowReturn"))?,
            minimum_spent_percent: percent.map_err(invalid("rule.minimumSpentPercent"))?,
            ..Changes::default()
        })
    }
}
