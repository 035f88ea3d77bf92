//! Shopee reads that many may share: joined while in flight, and kept for the times stated here, which the schema's
//! descriptions repeat. While Shopee fails, all but [`Reads::play_url`] give their last answer for a while longer, marked as stale.

use std::time::Duration;

use shopee::{
    AdsData, Breakdown, BudgetForEdit, Campaign, CampaignList, CampaignReport, CampaignsQuery, CoinReward, CoinTotals,
    EndedSession, EndedSessionsQuery, ItemPromotion, ListedProduct, ListedSession, OffsetPage, OngoingLive, Overview,
    Page, PlayUrl, ProductListQuery, PromotionItem, PromotionQuery, Region, ReportQuery, SessionInfo, SessionListQuery,
    Streamer, Trend, TrendsQuery, UserInfo,
};

use crate::{
    clock::Clock,
    engine::joined::{Failure, Joined, Missed},
    error::{ClientError, Error, ShopeeFaultKind},
};

/// Shopee account (our id) and Shopee's session id.
pub type SessionKey = (i64, i64);
/// Shopee account (our id) and Shopee's campaign id.
pub type CampaignKey = (i64, i64);
/// Region and Shopee's id of a user or a session: what everybody may ask.
pub type PublicKey = (Region, i64);

/// Shopee account (our id) and Shopee's id of a promotion of its items.
pub type ItemPromotionKey = (i64, i64);

/// One table of answers per call.
pub struct Reads {
    /// Two seconds: what is on air moves.
    pub overview: Joined<SessionKey, Option<Overview>>,
    /// Ten seconds: the stream's address and title hardly move, but an end should show soon.
    pub session_info: Joined<SessionKey, Option<SessionInfo>>,
    /// Ten seconds.
    pub session_list: Joined<(i64, SessionListQuery), Page<ListedSession>>,
    /// One minute: what is over hardly changes.
    pub ended_sessions: Joined<(i64, EndedSessionsQuery), Page<EndedSession>>,
    /// Ten seconds.
    pub product_list: Joined<(SessionKey, ProductListQuery), Page<ListedProduct>>,
    /// Ten seconds.
    pub trends: Joined<(SessionKey, TrendsQuery), Vec<Trend>>,
    /// One minute.
    pub viewer_profile: Joined<SessionKey, Vec<Breakdown>>,
    /// One minute.
    pub buyer_profile: Joined<SessionKey, Vec<Breakdown>>,
    /// One minute.
    pub viewer_source: Joined<SessionKey, Option<Breakdown>>,
    /// Five seconds: viewers claim coins within minutes, and Shopee's own apps ask every ten seconds.
    pub coin_totals: Joined<SessionKey, Option<CoinTotals>>,
    /// Five seconds.
    pub coin_reward_info: Joined<SessionKey, Option<CoinReward>>,
    /// Ten seconds.
    pub item_promotions: Joined<(i64, PromotionQuery), OffsetPage<ItemPromotion>>,
    /// Ten seconds: of each item, the stock moves.
    pub promotion_items: Joined<(ItemPromotionKey, PromotionQuery), OffsetPage<PromotionItem>>,
    /// One minute.
    pub user_info: Joined<i64, UserInfo>,
    /// Five seconds.
    pub ongoing_live: Joined<PublicKey, Option<OngoingLive>>,
    /// Five seconds: the address is good for a short while only. Never stale: it is asked to find out how things stand now.
    pub play_url: Joined<PublicKey, Option<PlayUrl>>,
    /// One minute.
    pub streamers: Joined<i64, OffsetPage<Streamer>>,
    /// Ten seconds.
    pub campaigns: Joined<(i64, CampaignsQuery), CampaignList>,
    /// Ten seconds.
    pub campaign_report: Joined<(i64, ReportQuery), CampaignReport>,
    /// Two seconds: whoever changes a campaign looks whether it shows.
    pub campaign: Joined<CampaignKey, Option<Campaign>>,
    /// Five seconds: the least budget rises with what is spent.
    pub budget_for_edit: Joined<CampaignKey, Option<BudgetForEdit>>,
    /// Ten seconds.
    pub ads_data: Joined<i64, Option<AdsData>>,
}

impl Reads {
    /// Answers of which those that are stale may be so old; `None` for never.
    pub fn new(clock: Clock, stale: Option<Duration>) -> Self {
        let seconds = Duration::from_secs;
        Self {
            overview: Joined::new(10_000, seconds(2), clock).or_stale_for(stale, Option::is_some),
            session_info: Joined::new(10_000, seconds(10), clock).or_stale_for(stale, Option::is_some),
            session_list: Joined::new(1_000, seconds(10), clock).or_stale_for(stale, always),
            ended_sessions: Joined::new(1_000, seconds(60), clock).or_stale_for(stale, always),
            product_list: Joined::new(1_000, seconds(10), clock).or_stale_for(stale, always),
            trends: Joined::new(1_000, seconds(10), clock).or_stale_for(stale, |list: &Vec<_>| !list.is_empty()),
            viewer_profile: Joined::new(10_000, seconds(60), clock)
                .or_stale_for(stale, |list: &Vec<_>| !list.is_empty()),
            buyer_profile: Joined::new(10_000, seconds(60), clock)
                .or_stale_for(stale, |list: &Vec<_>| !list.is_empty()),
            viewer_source: Joined::new(10_000, seconds(60), clock).or_stale_for(stale, Option::is_some),
            coin_totals: Joined::new(10_000, seconds(5), clock).or_stale_for(stale, Option::is_some),
            coin_reward_info: Joined::new(10_000, seconds(5), clock).or_stale_for(stale, Option::is_some),
            item_promotions: Joined::new(1_000, seconds(10), clock).or_stale_for(stale, always),
            promotion_items: Joined::new(1_000, seconds(10), clock).or_stale_for(stale, always),
            user_info: Joined::new(10_000, seconds(60), clock).or_stale_for(stale, always),
            ongoing_live: Joined::new(10_000, seconds(5), clock).or_stale_for(stale, Option::is_some),
            play_url: Joined::new(10_000, seconds(5), clock),
            streamers: Joined::new(1_000, seconds(60), clock).or_stale_for(stale, always),
            campaigns: Joined::new(1_000, seconds(10), clock).or_stale_for(stale, always),
            campaign_report: Joined::new(1_000, seconds(10), clock).or_stale_for(stale, always),
            campaign: Joined::new(10_000, seconds(2), clock).or_stale_for(stale, Option::is_some),
            budget_for_edit: Joined::new(10_000, seconds(5), clock).or_stale_for(stale, Option::is_some),
            ads_data: Joined::new(10_000, seconds(10), clock).or_stale_for(stale, Option::is_some),
        }
    }
}

fn always<V>(_: &V) -> bool {
    true
}

impl Failure for shopee::Error {
    fn leaves_the_last_answer_good(&self) -> bool {
        ShopeeFaultKind::from(self).leaves_the_last_answer_good()
    }
}

impl From<Missed<shopee::Error>> for Error {
    fn from(missed: Missed<shopee::Error>) -> Self {
        match missed {
            Missed::Failed(error) => Self::from(error.as_ref()),
            Missed::Late => ClientError::DeadlineExceeded.into(),
        }
    }
}
