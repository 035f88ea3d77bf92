use std::borrow::Cow;

use async_graphql::{Context, Enum, ID, Object};
use shopee::{Campaign, CampaignState, ListedCampaign};

use super::{BudgetLimits, PromotionFigures, PromotionSettings, asked};
use crate::{
    account::schema::{Asking, ShopeeAccount},
    campaign::schema::{PromotionJudgement, judged},
    error::Result,
    graphql::{freshness::Freshness, money::Money},
    promotion::{reference::reference_id, today},
};

/// A campaign that advertises an account's lives.
pub struct Promotion {
    account: ShopeeAccount,
    campaign_id: i64,
    name: Option<String>,
    state: Option<PromotionState>,
    daily_budget: Option<Money>,
    freshness: Freshness,
    /// What Shopee told along with the above, which depends on what was asked.
    settings: Option<PromotionSettings>,
    listed: Option<Box<ListedCampaign>>,
}

impl Promotion {
    /// What Shopee says of a campaign itself; `None` if it says nothing.
    pub async fn asked(ctx: &Context<'_>, account: ShopeeAccount, campaign_id: i64) -> Result<Option<Self>> {
        let asking = Asking::of(&account, ctx).await?;
        let answer = asked::campaign(&asking, campaign_id).await?;
        let Some(campaign) = &answer.value else { return Ok(None) };
        Ok(Some(Self::of_campaign(account, campaign_id, campaign, asking.access.region, Freshness::of(&answer))))
    }

    /// A campaign as it tells of itself.
    pub fn of_campaign(
        account: ShopeeAccount,
        campaign_id: i64,
        campaign: &Campaign,
        region: shopee::Region,
        freshness: Freshness,
    ) -> Self {
        Self {
            account,
            campaign_id,
            name: campaign.name.clone(),
            state: campaign.state.as_ref().map(Into::into),
            daily_budget: Money::reported(campaign.daily_budget, region),
            freshness,
            settings: Some(PromotionSettings::new(campaign, region, freshness)),
            listed: None,
        }
    }

    /// A campaign as today's list has it.
    pub(super) fn listed(
        account: ShopeeAccount,
        listed: &ListedCampaign,
        region: shopee::Region,
        freshness: Freshness,
    ) -> Self {
        Self {
            account,
            campaign_id: listed.campaign_id,
            name: listed.title.clone(),
            state: listed.state.as_ref().map(Into::into),
            daily_budget: Money::reported(listed.daily_budget, region),
            freshness,
            settings: None,
            listed: Some(Box::new(listed.clone())),
        }
    }
}

/// A campaign that advertises an account's lives. Nothing of it is stored: all of it was asked of Shopee at `observedAt`, or is
/// asked when it is selected where a field says so.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl Promotion {
    /// Shopee's id of the promotion, which it calls a campaign.
    async fn campaign_id(&self) -> ID {
        self.campaign_id.into()
    }

    /// The account whose promotion it is.
    async fn shopee_account(&self) -> ShopeeAccount {
        self.account.clone()
    }

    /// What the seller called it; null when Shopee did not tell.
    async fn name(&self) -> Option<&String> {
        self.name.as_ref()
    }

    /// Whether it runs; null when Shopee did not tell. Shows a change only after a second or so.
    async fn state(&self) -> Option<PromotionState> {
        self.state
    }

    /// What it may spend a day; zero is taken to mean no limit. Null when Shopee did not tell.
    async fn daily_budget(&self) -> Option<Money> {
        self.daily_budget
    }

    /// How it is set up. Below `promotionsToday` this is a call for each promotion: asked of Shopee when selected, at most two
    /// seconds old; elsewhere it comes with the promotion. Null when Shopee has nothing. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn settings(&self, ctx: &Context<'_>) -> Option<Result<PromotionSettings>> {
        match self.settings {
            Some(settings) => Some(Ok(settings)),
            None => self.ask_settings(ctx).await.transpose(),
        }
    }

    /// What it did today. Below `promotionsToday` this comes with the promotion; elsewhere it is asked of Shopee when selected, at
    /// most ten seconds old. Null when Shopee lists no such promotion. Errors: SHOPEE_*.
    // Priced where a promotion comes from alone: in a list, it costs no call.
    async fn today(&self, ctx: &Context<'_>) -> Option<Result<PromotionFigures>> {
        self.ask_today(ctx).await.transpose()
    }

    /// How it does today against its budget and what it should bring, and what to do about it. Asks Shopee what `today` asks, and is as
    /// fresh. Null when Shopee does not tell what it cost and brought. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(4)))]
    async fn judgement(&self, ctx: &Context<'_>) -> Option<Result<PromotionJudgement>> {
        self.judge(ctx).await.transpose()
    }

    /// Which daily budgets it may be given now. Asked of Shopee when selected, at most five seconds old; null when Shopee has
    /// nothing. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn budget_limits(&self, ctx: &Context<'_>) -> Option<Result<BudgetLimits>> {
        self.ask_budget_limits(ctx).await.transpose()
    }

    #[graphql(flatten)]
    async fn freshness(&self, _ctx: &Context<'_>) -> Freshness {
        self.freshness
    }
}

// A resolver that returns `Result<Option<_>>` would take its whole object away when it fails; `Option<Result<_>>` is null alone.
impl Promotion {
    async fn ask_settings(&self, ctx: &Context<'_>) -> Result<Option<PromotionSettings>> {
        let asking = Asking::of(&self.account, ctx).await?;
        let answer = asked::campaign(&asking, self.campaign_id).await?;
        let (campaign, region) = (answer.value.as_ref(), asking.access.region);
        Ok(campaign.map(|campaign| PromotionSettings::new(campaign, region, Freshness::of(&answer))))
    }

    async fn ask_today(&self, ctx: &Context<'_>) -> Result<Option<PromotionFigures>> {
        let region = self.account.shopee_region()?;
        let listed = self.ask_listed(ctx).await?;
        Ok(listed.map(|(listed, freshness)| PromotionFigures::new(&listed.report, region, freshness)))
    }

    async fn judge(&self, ctx: &Context<'_>) -> Result<Option<PromotionJudgement>> {
        match self.ask_listed(ctx).await? {
            Some((listed, freshness)) => judged(ctx, &self.account, &listed, freshness).await,
            None => Ok(None),
        }
    }

    /// As today's list has it, and how old that is.
    async fn ask_listed(&self, ctx: &Context<'_>) -> Result<Option<(Cow<'_, ListedCampaign>, Freshness)>> {
        if let Some(listed) = &self.listed {
            return Ok(Some((Cow::Borrowed(&**listed), self.freshness)));
        }
        let asking = Asking::of(&self.account, ctx).await?;
        // Shopee lists by name, not by id.
        let name = self.name.clone().unwrap_or_default();
        let query = today::campaigns_named(name, asking.access.region, asking.app.clock.now())?;
        let answer = asked::campaigns(&asking, query).await?;
        let listed = answer.value.page.list.iter().find(|listed| listed.campaign_id == self.campaign_id);
        Ok(listed.map(|listed| (Cow::Owned(listed.clone()), Freshness::of(&answer))))
    }

    async fn ask_budget_limits(&self, ctx: &Context<'_>) -> Result<Option<BudgetLimits>> {
        let Asking { app, cost, access } = Asking::of(&self.account, ctx).await?;
        let (key, account, reference) = ((access.account_id, self.campaign_id), access.account(), reference_id());
        let call = app.shopee.budget_for_edit(&account, self.campaign_id, &reference);
        let answer = app.reads.budget_for_edit.get(key, cost, call).await?;
        Ok(BudgetLimits::from_answer(&answer, access.region))
    }
}

/// Whether a promotion runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PromotionState {
    /// It spends whenever there is a live to show.
    Ongoing,
    /// Held until it is resumed.
    Paused,
    /// Over for good: stopped, or past its end.
    Ended,
    /// Closed by Shopee.
    Closed,
    /// Its start is to come.
    Scheduled,
    /// A state that this gateway does not know yet.
    Unknown,
}

impl From<&CampaignState> for PromotionState {
    fn from(state: &CampaignState) -> Self {
        match state {
            CampaignState::Ongoing => Self::Ongoing,
            CampaignState::Paused => Self::Paused,
            CampaignState::Ended => Self::Ended,
            CampaignState::Closed => Self::Closed,
            CampaignState::Scheduled => Self::Scheduled,
            CampaignState::Unknown(_) => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use shopee::CampaignObjective;

    use super::*;
    use crate::promotion::schema::PromotionObjective;

    #[test]
    fn what_shopee_adds_is_unknown_and_no_error() {
        assert_eq!(PromotionState::from(&CampaignState::Unknown("resting".to_owned())), PromotionState::Unknown);
        let objective = CampaignObjective::Unknown("max_fun".to_owned());
        assert_eq!(PromotionObjective::from(&objective), PromotionObjective::Unknown);
    }
}
