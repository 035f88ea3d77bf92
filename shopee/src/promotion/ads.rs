//! An account's ads credit, and what its ads of every kind have cost today.

use crate::amount::Amount;
use crate::wire::Object;

/// The parts of the answer that are asked for; Shopee leaves out the others.
pub(super) const KINDS: [&str; 3] = ["ads_expense", "ads_credit", "campaign_day"];

/// An account's ads credit. `None` means not reported, which is not zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdsData {
    /// What ads of every kind have cost today; more than the live campaigns alone.
    pub expense_today: Option<Amount>,
    /// Prepaid money left for ads.
    pub credit: Option<Amount>,
    /// The part of it that may be spent on live campaigns.
    pub live_credit: Option<Amount>,
    /// The part of it that expires within thirty days.
    pub expiring_credit: Option<Amount>,
    /// Whether Shopee calls the credit low.
    pub is_credit_low: Option<bool>,
    /// How Shopee words that.
    pub low_credit_status: Option<String>,
    /// Whether today is one of Shopee's own campaign days.
    pub is_campaign_day: Option<bool>,
}

impl AdsData {
    pub(super) fn read(data: &Object<'_>) -> AdsData {
        let part = |key| data.object(key).unwrap_or_default();
        let credit = part("ads_credit");
        AdsData {
            expense_today: part("ads_expense").hundred_thousandths("ads_expense_today"),
            credit: credit.hundred_thousandths("total"),
            live_credit: credit
                .object("app_detail")
                .and_then(|detail| detail.hundred_thousandths("live_available_balance")),
            expiring_credit: credit.hundred_thousandths("expiring_in_30d"),
            is_credit_low: credit.flag("is_low_balance"),
            low_credit_status: credit.text("low_balance_status"),
            is_campaign_day: part("campaign_day").flag("is_campaign_day"),
        }
    }
}
