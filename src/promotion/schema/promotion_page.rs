use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use shopee::{CampaignFilter, CampaignList, CampaignsQuery};

use super::Promotion;
use crate::{
    account::schema::ShopeeAccount,
    engine::joined::Observed,
    error::Result,
    graphql::{
        freshness::Freshness,
        long::Long,
        numbered::{self, Numbered},
    },
};

/// The states that Shopee can list promotions by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PromotionListState {
    /// They run.
    Ongoing,
    /// They are held until they are resumed.
    Paused,
    /// They are over, be they stopped, past their end or closed by Shopee.
    Closed,
}

impl From<PromotionListState> for CampaignFilter {
    fn from(state: PromotionListState) -> Self {
        match state {
            PromotionListState::Ongoing => Self::Ongoing,
            PromotionListState::Paused => Self::Paused,
            PromotionListState::Closed => Self::Closed,
        }
    }
}

/// Which of an account's promotions to list, checked.
pub(super) struct ListedPage {
    pub(super) numbered: Numbered,
    state: CampaignFilter,
    search: String,
}

impl ListedPage {
    pub(super) fn check(
        page: Option<i64>,
        page_size: Option<i64>,
        name: Option<String>,
        state: Option<PromotionListState>,
    ) -> Result<Self> {
        let (numbered, search) = (Numbered::check(page, page_size)?, numbered::search("name", name)?);
        Ok(Self { numbered, state: state.map_or(CampaignFilter::All, Into::into), search })
    }

    pub(super) fn query(&self, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> CampaignsQuery {
        let Numbered { page, page_size } = self.numbered;
        let (offset, search) = ((page - 1) * page_size, self.search.clone());
        CampaignsQuery { from, to, state: self.state, search, offset, limit: page_size }
    }
}

/// A numbered page of an account's promotions.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct PromotionPage {
    /// The page's number, from 1.
    page: i64,
    /// How many promotions a full page has.
    page_size: i64,
    /// How many promotions the whole list has; null when Shopee did not tell.
    total: Option<Long>,
    /// Whether figures are missing because Shopee could not make them; null when it did not tell.
    has_report_failure: Option<bool>,
    /// The page's promotions; at most `pageSize`.
    nodes: Vec<Promotion>,
    #[graphql(flatten)]
    freshness: Freshness,
}

impl PromotionPage {
    /// A list without even a length is how Shopee answers when it has nothing.
    pub(super) fn from_answer(
        answer: &Observed<CampaignList>,
        Numbered { page, page_size }: Numbered,
        account: &ShopeeAccount,
        region: shopee::Region,
    ) -> Option<Self> {
        let (list, freshness) = (&answer.value.page, Freshness::of(answer));
        if list.list.is_empty() && list.total.is_none() {
            return None;
        }
        let promotion = |listed| Promotion::listed(account.clone(), listed, region, freshness);
        Some(Self {
            page: page.into(),
            page_size: page_size.into(),
            total: list.total.map(Long),
            has_report_failure: answer.value.has_report_failure,
            nodes: list.list.iter().map(promotion).collect(),
            freshness,
        })
    }
}
