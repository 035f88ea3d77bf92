//! The ads of live streams: which campaigns an account has, what they may spend and have spent, and changing them.
//!
//! A change shows late: Shopee takes an edit, and [`Client::live_stream`] goes on telling the old state for a second or so.
//! Of today's promotions there are two lists: [`Client::promotions_today`] is the name that the system before this one
//! called, of whose answer nothing is known for sure; [`Client::campaigns`] is what Shopee's own page calls.

mod ads;
mod campaign;
mod edit;
mod expense;
mod listing;
mod report;
mod streamer;

pub use ads::AdsData;
pub use campaign::{Campaign, CampaignObjective, CampaignState, PromotionToday};
pub use edit::{BudgetForEdit, CampaignChange};
pub use expense::{CampaignExpense, ExpenseToday};
pub use listing::{CampaignFilter, CampaignList, CampaignsQuery, ListedCampaign};
pub use report::{AdsMetrics, CampaignReport, ReportPoint, ReportQuery, ReportStep};
pub use streamer::Streamer;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::calls;
use crate::client::{Ask, Client};
use crate::credential::Account;
use crate::envelope::Answer;
use crate::error::Error;
use crate::page::OffsetPage;

impl Client {
    /// Asks for the streamers whom the account may advertise.
    pub async fn streamers(&self, account: &Account<'_>) -> Result<OffsetPage<Streamer>, Error> {
        let ask = Ask::signed(&calls::STREAMERS, account);
        self.ask(ask, streamers).await
    }

    /// Asks for today's promotions. Host, path and answer are inferred; [`Client::campaigns`] has evidence for the same.
    pub async fn promotions_today(&self, account: &Account<'_>) -> Result<OffsetPage<PromotionToday>, Error> {
        let ask = Ask::signed(&calls::PROMOTIONS_TODAY, account);
        self.ask(ask, promotions_today).await
    }

    /// Asks for the account's live campaigns, with what each did between two moments.
    pub async fn campaigns(&self, account: &Account<'_>, query: &CampaignsQuery) -> Result<CampaignList, Error> {
        let ask = Ask::signed(&calls::CAMPAIGNS, account).body(query.body());
        self.ask(ask, CampaignList::read).await
    }

    /// Asks what all live campaigns of the account did together, over time.
    pub async fn campaign_report(&self, account: &Account<'_>, query: &ReportQuery) -> Result<CampaignReport, Error> {
        let ask = Ask::signed(&calls::CAMPAIGN_REPORT, account).body(query.body());
        self.ask(ask, CampaignReport::read).await
    }

    /// Asks for a campaign's own state and budget. `None` if there is nothing under this id.
    pub async fn live_stream(&self, account: &Account<'_>, campaign_id: i64) -> Result<Option<Campaign>, Error> {
        let ask = Ask::signed(&calls::LIVE_STREAM, account).body(json!({ "campaign_id": campaign_id }));
        self.ask(ask, Campaign::read).await
    }

    /// Asks which budgets a campaign may be given, and what it has spent today. `reference_id` names the question; a UUID
    /// of the caller's making. `None` if there is nothing under this id.
    pub async fn budget_for_edit(
        &self,
        account: &Account<'_>,
        campaign_id: i64,
        reference_id: &str,
    ) -> Result<Option<BudgetForEdit>, Error> {
        let body = json!({ "reference_id": reference_id, "campaign_id_list": [campaign_id] });
        self.ask(Ask::signed(&calls::BUDGET_FOR_EDIT, account).body(body), BudgetForEdit::read).await
    }

    /// Changes a campaign. A write: sent once, and it may have happened even if no answer comes. Success means that
    /// Shopee has taken the change, not that it shows yet.
    pub async fn edit_live_stream(
        &self,
        account: &Account<'_>,
        campaign_id: i64,
        change: &CampaignChange,
    ) -> Result<(), Error> {
        let ask = Ask::signed(&calls::EDIT_LIVE_STREAM, account).body(change.body(campaign_id));
        self.ask(ask, Answer::taken).await
    }

    /// Asks what the live campaigns have spent today. Host, path and answer are inferred; the reports of
    /// [`Client::campaigns`] have evidence for the same. `now` only keeps the answer from coming out of a cache.
    pub async fn campaign_expense_today(
        &self,
        account: &Account<'_>,
        now: DateTime<Utc>,
    ) -> Result<ExpenseToday, Error> {
        let ask = Ask::signed(&calls::CAMPAIGN_EXPENSE_TODAY, account).query("_", now.timestamp_millis());
        self.ask(ask, ExpenseToday::read).await
    }

    /// Asks for the account's ads credit and today's expense on ads of every kind. `None` if Shopee has nothing.
    pub async fn ads_data(&self, account: &Account<'_>) -> Result<Option<AdsData>, Error> {
        let ask = Ask::signed(&calls::ADS_DATA, account).body(json!({ "info_type_list": ads::KINDS }));
        self.ask(ask, ads_data).await
    }
}

pub(crate) fn streamers(answer: &Answer) -> Result<OffsetPage<Streamer>, Error> {
    OffsetPage::read(answer, "streamers", "total", Streamer::read)
}

pub(crate) fn promotions_today(answer: &Answer) -> Result<OffsetPage<PromotionToday>, Error> {
    OffsetPage::read(answer, "promotions", "total", PromotionToday::read)
}

pub(crate) fn ads_data(answer: &Answer) -> Result<Option<AdsData>, Error> {
    Ok(answer.object()?.map(|data| AdsData::read(&data)))
}
