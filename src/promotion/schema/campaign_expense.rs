use async_graphql::{Context, ID, Object, SimpleObject};
use shopee::{CampaignReport, ListedCampaign};

use super::{PromotionFigures, asked};
use crate::{
    account::schema::{Asking, ShopeeAccount},
    engine::joined::Observed,
    error::Result,
    graphql::{freshness::Freshness, money::Money},
    promotion::today,
};

/// What an account's promotions have cost today.
pub struct CampaignExpenseToday {
    account: ShopeeAccount,
    total: Option<Money>,
    figures: PromotionFigures,
    freshness: Freshness,
}

impl CampaignExpenseToday {
    /// A report without a single figure is how Shopee answers when it has nothing.
    pub(super) fn from_answer(
        answer: &Observed<CampaignReport>,
        account: &ShopeeAccount,
        region: shopee::Region,
    ) -> Option<Self> {
        let report = &answer.value;
        if report.points.is_empty() && report.total == shopee::AdsMetrics::default() {
            return None;
        }
        Some(Self {
            account: account.clone(),
            total: Money::reported(report.total.cost, region),
            figures: PromotionFigures::new(&report.total, region, Freshness::of(answer)),
            freshness: Freshness::of(answer),
        })
    }
}

/// What an account's promotions have cost today.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl CampaignExpenseToday {
    /// What all promotions have cost; null when Shopee did not tell.
    async fn total(&self) -> Option<Money> {
        self.total
    }

    /// What all promotions did.
    async fn figures(&self) -> PromotionFigures {
        self.figures
    }

    /// What each promotion has cost: those of which Shopee tells it, among the first hundred of `promotionsToday`. Asked of Shopee
    /// when selected, at most ten seconds old; null only with an error. Errors: SHOPEE_*.
    #[graphql(
        directive = crate::graphql::price::shopee_calls::apply(1),
        directive = crate::graphql::price::list_size::apply(100, None)
    )]
    async fn campaigns(&self, ctx: &Context<'_>) -> Option<Result<Vec<CampaignExpense>>> {
        Some(self.ask_campaigns(ctx).await)
    }

    #[graphql(flatten)]
    async fn freshness(&self, _ctx: &Context<'_>) -> Freshness {
        self.freshness
    }
}

impl CampaignExpenseToday {
    async fn ask_campaigns(&self, ctx: &Context<'_>) -> Result<Vec<CampaignExpense>> {
        let asking = Asking::of(&self.account, ctx).await?;
        let region = asking.access.region;
        let query = today::campaigns_named(String::new(), region, asking.app.clock.now())?;
        let answer = asked::campaigns(&asking, query).await?;
        let (campaigns, freshness) = (answer.value.page.list.iter(), Freshness::of(&answer));
        Ok(campaigns.filter_map(|campaign| CampaignExpense::new(campaign, region, freshness)).collect())
    }
}

/// What one promotion has cost today.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
struct CampaignExpense {
    /// Shopee's id of the promotion.
    campaign_id: ID,
    /// What the seller called it; null when Shopee did not tell.
    name: Option<String>,
    /// What it has cost.
    expense: Money,
    #[graphql(flatten)]
    freshness: Freshness,
}

impl CampaignExpense {
    fn new(campaign: &ListedCampaign, region: shopee::Region, freshness: Freshness) -> Option<Self> {
        let expense = Money::reported(campaign.report.cost, region)?;
        Some(Self { campaign_id: campaign.campaign_id.into(), name: campaign.title.clone(), expense, freshness })
    }
}
