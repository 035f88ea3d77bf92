//! What the live campaigns have spent today. All of it is inferred.

use crate::amount::Amount;
use crate::envelope::Answer;
use crate::error::Error;
use crate::page::Rows;
use crate::wire::Object;

/// What the live campaigns have spent today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpenseToday {
    /// All of them.
    pub total: Option<Amount>,
    /// Each of them.
    pub campaigns: Vec<CampaignExpense>,
    /// Rows left out because they had no campaign id.
    pub unreadable: usize,
}

/// What one campaign has spent today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignExpense {
    /// The campaign.
    pub campaign_id: i64,
    /// What it has spent today.
    pub expense: Option<Amount>,
}

impl ExpenseToday {
    pub(crate) fn read(answer: &Answer) -> Result<ExpenseToday, Error> {
        let data = answer.object()?.unwrap_or_default();
        let Rows { list, unreadable } = Rows::read(answer, &data, "campaign_list", CampaignExpense::read)?;
        let total = data.hundred_thousandths("ads_expense_today");
        Ok(ExpenseToday { total, campaigns: list, unreadable })
    }
}

impl CampaignExpense {
    fn read(row: &Object<'_>) -> Option<CampaignExpense> {
        Some(CampaignExpense { campaign_id: row.id("campaign_id")?, expense: row.hundred_thousandths("expense") })
    }
}
