use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use shopee::{Campaign, CampaignObjective};

use crate::graphql::{freshness::Freshness, money::Money, rate::rate};

/// How a promotion is set up. What is null was not reported or is not set.
#[derive(Clone, Copy, SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct PromotionSettings {
    /// What it is after.
    objective: Option<PromotionObjective>,
    /// What it may spend altogether; null when that is not limited.
    total_budget: Option<Money>,
    /// When it starts, or has started.
    started_at: Option<DateTime<Utc>>,
    /// When it ends; null when no end is set.
    ends_at: Option<DateTime<Utc>>,
    /// Value of orders wanted for each unit of money spent, where the objective is SALES_AT_TARGET.
    return_target: Option<Decimal>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// What a promotion is after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PromotionObjective {
    /// As much sold as the budget gives.
    Sales,
    /// As many views as the budget gives.
    Views,
    /// As much sold as a return target allows.
    SalesAtTarget,
    /// An objective that this gateway does not know yet.
    Unknown,
}

impl From<&CampaignObjective> for PromotionObjective {
    fn from(objective: &CampaignObjective) -> Self {
        match objective {
            CampaignObjective::Sales => Self::Sales,
            CampaignObjective::Views => Self::Views,
            CampaignObjective::SalesAtTarget => Self::SalesAtTarget,
            CampaignObjective::Unknown(_) => Self::Unknown,
        }
    }
}

impl PromotionSettings {
    pub(super) fn new(campaign: &Campaign, region: shopee::Region, freshness: Freshness) -> Self {
        Self {
            objective: campaign.objective.as_ref().map(Into::into),
            total_budget: Money::reported(campaign.total_budget, region),
            started_at: campaign.started_at,
            ends_at: campaign.ends_at,
            return_target: rate(campaign.return_target),
            freshness,
        }
    }
}
