//! Changing a campaign, and the budgets that it may be given.

use serde_json::{Value, json};

use crate::amount::Amount;
use crate::envelope::Answer;
use crate::error::Error;

/// Where Shopee's own page changes a budget; it wants to be told.
const PAGE: &str = "page_homepage";

/// What to do with a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignChange {
    /// Hold it.
    Pause,
    /// Go on with a paused one.
    Resume,
    /// End it for good.
    Stop,
    /// Give it another budget.
    ChangeBudget {
        /// What it may spend a day.
        daily_budget: Amount,
        /// [`BudgetForEdit::log_key`], or empty.
        log_key: String,
    },
}

impl CampaignChange {
    fn word(&self) -> &'static str {
        match self {
            CampaignChange::Pause => "pause",
            CampaignChange::Resume => "resume",
            CampaignChange::Stop => "stop",
            CampaignChange::ChangeBudget { .. } => "change_budget",
        }
    }

    pub(super) fn body(&self, campaign_id: i64) -> Value {
        let mut body = json!({ "campaign_id": campaign_id, "type": self.word(), "header": {} });
        if let CampaignChange::ChangeBudget { daily_budget, log_key } = self {
            body["change_budget"] = json!({ "daily_budget": daily_budget.0, "page": PAGE, "budget_log_key": log_key });
        }
        body
    }
}

/// Which budgets a campaign may be given now. `None` means not reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetForEdit {
    /// The least.
    pub minimum: Option<Amount>,
    /// The most.
    pub maximum: Option<Amount>,
    /// A budget has to be a multiple of this.
    pub step: Option<Amount>,
    /// What Shopee would have the seller take.
    pub recommended: Option<Amount>,
    /// What the campaign has spent today.
    pub spent_today: Option<Amount>,
    /// Below this Shopee warns that a budget is small.
    pub low_threshold: Option<Amount>,
    /// Whether the budget may be made smaller.
    pub may_decrease: Option<bool>,
    /// What an edit that follows should carry.
    pub log_key: Option<String>,
}

impl BudgetForEdit {
    pub(crate) fn read(answer: &Answer) -> Result<Option<BudgetForEdit>, Error> {
        let Some(data) = answer.object()? else { return Ok(None) };
        let budget = data.object("daily_budget").ok_or_else(|| answer.garbled("no daily_budget"))?;
        Ok(Some(BudgetForEdit {
            minimum: budget.hundred_thousandths("min"),
            maximum: budget.hundred_thousandths("max"),
            step: budget.hundred_thousandths("multiple"),
            recommended: budget.hundred_thousandths("recommended"),
            spent_today: budget.hundred_thousandths("previous_expense"),
            low_threshold: budget.hundred_thousandths("low_threshold"),
            may_decrease: budget.flag("is_allow_decrease"),
            log_key: budget.text("budget_log_key"),
        }))
    }
}
