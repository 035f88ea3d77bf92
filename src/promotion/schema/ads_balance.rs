use async_graphql::SimpleObject;
use shopee::AdsData;

use crate::{
    engine::joined::Observed,
    graphql::{freshness::Freshness, money::Money},
};

/// An account's prepaid money for ads. What is null was not reported, which is not zero.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct AdsBalance {
    /// Prepaid money left.
    credit: Option<Money>,
    /// The part of it that may be spent on promotions of lives.
    live_credit: Option<Money>,
    /// The part of it that expires within thirty days.
    expiring_credit: Option<Money>,
    /// Whether Shopee calls the credit low.
    is_credit_low: Option<bool>,
    /// Shopee's word for how the credit stands; to be shown, not compared.
    credit_status: Option<String>,
    /// What ads of every kind have cost today, in the time zone of the account's region: more than `campaignExpenseToday`, which
    /// counts the promotions of lives alone.
    expense_today: Option<Money>,
    /// Whether today is one of Shopee's own campaign days, such as 11.11.
    is_campaign_day: Option<bool>,
    #[graphql(flatten)]
    freshness: Freshness,
}

impl AdsBalance {
    pub(super) fn from_answer(answer: &Observed<Option<AdsData>>, region: shopee::Region) -> Option<Self> {
        let data = answer.value.as_ref()?;
        Some(Self {
            credit: Money::reported(data.credit, region),
            live_credit: Money::reported(data.live_credit, region),
            expiring_credit: Money::reported(data.expiring_credit, region),
            is_credit_low: data.is_credit_low,
            credit_status: data.low_credit_status.clone(),
            expense_today: Money::reported(data.expense_today, region),
            is_campaign_day: data.is_campaign_day,
            freshness: Freshness::of(answer),
        })
    }
}
