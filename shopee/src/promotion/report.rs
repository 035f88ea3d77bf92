//! What live campaigns did, as numbers.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::amount::Amount;
use crate::envelope::Answer;
use crate::error::Error;
use crate::page::Rows;
use crate::wire::Object;

/// What Shopee calls the live campaigns of an account.
pub(super) const LIVE_CAMPAIGNS: &str = "live_stream_homepage";

/// Between which moments to report, and in how long steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReportQuery {
    /// The first second. A day begins at midnight of the region's zone.
    pub from: DateTime<Utc>,
    /// The last second.
    pub to: DateTime<Utc>,
    /// How long each point is.
    pub step: ReportStep,
}

/// How long each point of a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportStep {
    /// Fifteen minutes; those of today that are to come are there, too.
    QuarterHour,
    /// One day.
    Day,
}

impl ReportQuery {
    pub(super) fn body(&self) -> Value {
        let quarter_hours = match self.step {
            ReportStep::QuarterHour => 1,
            ReportStep::Day => 96,
        };
        json!({
            "campaign_type": LIVE_CAMPAIGNS,
            "filter_params": { "campaign_type": LIVE_CAMPAIGNS },
            "agg_interval": quarter_hours,
            "start_time": self.from.timestamp(),
            "end_time": self.to.timestamp(),
            "need_roi_target_setting": false,
        })
    }
}

/// What campaigns did. `None` means not reported, which is not zero. "Broad" counts every order of whoever came through the
/// ad, "direct" those of what was advertised. The meaning of each number for live campaigns is unproven.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AdsMetrics {
    /// What they cost.
    pub cost: Option<Amount>,
    /// Money of the orders, broadly.
    pub broad_sales: Option<Amount>,
    /// Money of the orders, directly.
    pub direct_sales: Option<Amount>,
    /// Orders, broadly.
    pub broad_orders: Option<i64>,
    /// Orders, directly.
    pub direct_orders: Option<i64>,
    /// How often they were shown.
    pub impressions: Option<i64>,
    /// How often a session was opened through them.
    pub views: Option<i64>,
    /// Clicks.
    pub clicks: Option<i64>,
    /// Clicks per impression; 1 is all.
    pub click_rate: Option<f64>,
    /// How often somebody went to the checkout.
    pub checkouts: Option<i64>,
    /// Sales per money spent, broadly; 1 is the money back.
    pub broad_return: Option<f64>,
}

impl AdsMetrics {
    pub(super) fn read(report: &Object<'_>) -> AdsMetrics {
        AdsMetrics {
            cost: report.hundred_thousandths("cost"),
            broad_sales: report.hundred_thousandths("broad_gmv"),
            direct_sales: report.hundred_thousandths("direct_gmv"),
            broad_orders: report.count("broad_order"),
            direct_orders: report.count("direct_order"),
            impressions: report.count("impression"),
            views: report.count("view"),
            clicks: report.count("click"),
            click_rate: report.ratio("ctr"),
            checkouts: report.count("checkout"),
            broad_return: report.number("broad_roi"),
        }
    }
}

/// What all live campaigns of an account did together.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignReport {
    /// Over the whole time.
    pub total: AdsMetrics,
    /// Step by step; the steps sum to the total.
    pub points: Vec<ReportPoint>,
    /// Points left out because they had no time.
    pub unreadable: usize,
}

/// What they did in one step.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportPoint {
    /// When the step begins.
    pub at: DateTime<Utc>,
    /// What they did.
    pub metrics: AdsMetrics,
}

impl CampaignReport {
    pub(crate) fn read(answer: &Answer) -> Result<CampaignReport, Error> {
        let data = answer.object()?.unwrap_or_default();
        let Rows { list, unreadable } = Rows::read(answer, &data, "report_by_time", ReportPoint::read)?;
        let total = AdsMetrics::read(&data.object("report_aggregate").unwrap_or_default());
        Ok(CampaignReport { total, points: list, unreadable })
    }
}

impl ReportPoint {
    fn read(row: &Object<'_>) -> Option<ReportPoint> {
        let metrics = AdsMetrics::read(&row.object("metrics").unwrap_or_default());
        Some(ReportPoint { at: row.moment("key")?, metrics })
    }
}
