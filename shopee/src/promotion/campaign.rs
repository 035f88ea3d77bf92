//! A campaign's own state and budget.

use chrono::{DateTime, Utc};

use crate::amount::Amount;
use crate::envelope::Answer;
use crate::error::Error;
use crate::wire::Object;

/// Whether a campaign runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignState {
    /// It spends whenever there is a session to show.
    Ongoing,
    /// Held until it is resumed.
    Paused,
    /// Over for good: stopped, or past its end.
    Ended,
    /// Closed by Shopee.
    Closed,
    /// Its start is to come.
    Scheduled,
    /// A state this client does not know.
    Unknown(String),
}

impl CampaignState {
    pub(super) fn read(object: &Object<'_>) -> Option<CampaignState> {
        let word = object.text("state")?;
        Some(match word.as_str() {
            "ongoing" => CampaignState::Ongoing,
            "paused" => CampaignState::Paused,
            "ended" => CampaignState::Ended,
            "closed" => CampaignState::Closed,
            "scheduled" => CampaignState::Scheduled,
            _ => CampaignState::Unknown(word),
        })
    }
}

/// What a campaign is after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignObjective {
    /// As much sold as the budget gives.
    Sales,
    /// As many views.
    Views,
    /// As much sold as a return target allows.
    SalesAtTarget,
    /// An objective this client does not know.
    Unknown(String),
}

impl CampaignObjective {
    fn read(object: &Object<'_>) -> Option<CampaignObjective> {
        let word = object.text("objective")?;
        Some(match word.as_str() {
            "max_gmv" => CampaignObjective::Sales,
            "max_view" => CampaignObjective::Views,
            "max_gmv_roi_two" => CampaignObjective::SalesAtTarget,
            _ => CampaignObjective::Unknown(word),
        })
    }
}

/// A live campaign. `None` means not reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// What the seller called it.
    pub name: Option<String>,
    /// What it is after.
    pub objective: Option<CampaignObjective>,
    /// Whether it runs. Shows an edit only after a second or so.
    pub state: Option<CampaignState>,
    /// What it may spend a day. Zero is taken to mean no limit.
    pub daily_budget: Option<Amount>,
    /// What it may spend altogether, if that is limited.
    pub total_budget: Option<Amount>,
    /// When it starts.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ends, if that is set.
    pub ends_at: Option<DateTime<Utc>>,
    /// Sales wanted per money spent, where the objective has a target.
    pub return_target: Option<f64>,
}

impl Campaign {
    pub(crate) fn read(answer: &Answer) -> Result<Option<Campaign>, Error> {
        let Some(data) = answer.object()? else { return Ok(None) };
        let campaign = data.object("campaign").ok_or_else(|| answer.garbled("no campaign"))?;
        Ok(Some(Campaign {
            name: campaign.text("name"),
            objective: CampaignObjective::read(&campaign),
            state: CampaignState::read(&campaign),
            daily_budget: campaign.hundred_thousandths("daily_budget"),
            total_budget: campaign.hundred_thousandths("total_budget"),
            started_at: campaign.moment("start_time"),
            ends_at: campaign.moment("end_time"),
            return_target: campaign.object("roi_two").and_then(|target| target.scaled_ratio("target")),
        }))
    }
}

/// A promotion that runs today. All of it is inferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionToday {
    /// The campaign.
    pub campaign_id: i64,
    /// What the seller called it.
    pub name: Option<String>,
    /// What it is after.
    pub objective: Option<CampaignObjective>,
    /// Whether it runs.
    pub state: Option<CampaignState>,
    /// What it may spend a day. Zero is taken to mean no limit.
    pub daily_budget: Option<Amount>,
    /// What it has spent today.
    pub expense_today: Option<Amount>,
    /// When it starts.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ends, if that is set.
    pub ends_at: Option<DateTime<Utc>>,
}

impl PromotionToday {
    pub(super) fn read(row: &Object<'_>) -> Option<PromotionToday> {
        Some(PromotionToday {
            campaign_id: row.id("campaign_id")?,
            name: row.text("name"),
            objective: CampaignObjective::read(row),
            state: CampaignState::read(row),
            daily_budget: row.hundred_thousandths("daily_budget"),
            expense_today: row.hundred_thousandths("expense_today"),
            started_at: row.moment("start_time"),
            ends_at: row.moment("end_time"),
        })
    }
}
