//! The list of an account's live campaigns.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::campaign::CampaignState;
use super::report::{AdsMetrics, LIVE_CAMPAIGNS};
use crate::amount::Amount;
use crate::envelope::Answer;
use crate::error::Error;
use crate::page::OffsetPage;
use crate::wire::Object;

/// Which campaigns to list, and between which moments to report on them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CampaignsQuery {
    /// The first second of the reports. A day begins at midnight of the region's zone.
    pub from: DateTime<Utc>,
    /// The last second of the reports.
    pub to: DateTime<Utc>,
    /// Campaigns in this state only.
    pub state: CampaignFilter,
    /// Campaigns with this in their names; empty for all.
    pub search: String,
    /// How many to leave out.
    pub offset: u32,
    /// How many to list at most.
    pub limit: u32,
}

/// Campaigns in one state, or in any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CampaignFilter {
    /// In any.
    All,
    /// Those that run.
    Ongoing,
    /// Those that are held.
    Paused,
    /// Those that are over.
    Closed,
}

impl CampaignFilter {
    fn word(self) -> &'static str {
        match self {
            CampaignFilter::All => "all",
            CampaignFilter::Ongoing => "ongoing",
            CampaignFilter::Paused => "paused",
            CampaignFilter::Closed => "closed",
        }
    }
}

impl CampaignsQuery {
    pub(super) fn body(&self) -> Value {
        json!({
            "start_time": self.from.timestamp(),
            "end_time": self.to.timestamp(),
            "filter_list": [{
                "campaign_type": LIVE_CAMPAIGNS,
                "state": self.state.word(),
                "search_term": self.search,
                "is_valid_rebate_only": false,
            }],
            "offset": self.offset,
            "limit": self.limit,
        })
    }
}

/// Some of an account's live campaigns.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignList {
    /// The campaigns, in Shopee's order.
    pub page: OffsetPage<ListedCampaign>,
    /// Whether reports are missing because Shopee could not make them.
    pub has_report_failure: Option<bool>,
}

/// A campaign in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedCampaign {
    /// The campaign.
    pub campaign_id: i64,
    /// What the seller called it.
    pub title: Option<String>,
    /// Whether it runs.
    pub state: Option<CampaignState>,
    /// What it may spend a day. Zero is taken to mean no limit.
    pub daily_budget: Option<Amount>,
    /// What it did between the two moments. Has no clicks, checkouts or direct orders.
    pub report: AdsMetrics,
}

impl CampaignList {
    pub(crate) fn read(answer: &Answer) -> Result<CampaignList, Error> {
        let page = OffsetPage::read(answer, "entry_list", "total", ListedCampaign::read)?;
        let has_report_failure = answer.object()?.and_then(|data| data.flag("has_report_failure"));
        Ok(CampaignList { page, has_report_failure })
    }
}

impl ListedCampaign {
    fn read(row: &Object<'_>) -> Option<ListedCampaign> {
        let campaign = row.object("campaign")?;
        Some(ListedCampaign {
            campaign_id: campaign.id("campaign_id")?,
            title: row.text("title"),
            state: CampaignState::read(row),
            daily_budget: campaign.hundred_thousandths("daily_budget"),
            report: AdsMetrics::read(&row.object("report").unwrap_or_default()),
        })
    }
}
