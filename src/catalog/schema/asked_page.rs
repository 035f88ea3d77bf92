use shopee::{OffsetPage, PromotionQuery};

use crate::{
    error::Result,
    graphql::numbered::{self, Numbered},
};

/// A numbered page of a list that Shopee counts from an offset: the arguments, checked, and what Shopee is asked.
pub(super) struct AskedPage {
    pub(super) page: i64,
    pub(super) page_size: i64,
    pub(super) query: PromotionQuery,
}

impl AskedPage {
    /// Of a list of which Shopee gives at most `largest` rows at once.
    pub(super) fn check(
        largest: u32,
        keyword: Option<String>,
        page: Option<i64>,
        page_size: Option<i64>,
    ) -> Result<Self> {
        let numbered = Numbered::check_up_to(largest, page, page_size)?;
        let (offset, limit) = (numbered.offset(), numbered.page_size);
        let query = PromotionQuery { keyword: numbered::search("keyword", keyword)?, session_id: None, offset, limit };
        Ok(Self { page: numbered.page.into(), page_size: limit.into(), query })
    }
}

/// Whether an answer holds nothing at all, not even the list's length.
pub(super) fn is_nothing<T>(answer: &OffsetPage<T>) -> bool {
    answer.list.is_empty() && answer.total.is_none()
}
