//! A door for fuzz tests: bytes as if they were the answer to a call, without a connection. The readers are the client's own; nothing
//! but tests should come in here.

use std::fmt::Debug;

use crate::calls::{self, Call};
use crate::creator::{TrendMetric, audience, trend};
use crate::envelope::{self, Answer, Reply};
use crate::error::Error;
use crate::live::{self, RoomSession};
use crate::promotion::{self, BudgetForEdit, Campaign, CampaignList, CampaignReport, ExpenseToday};
use crate::region::Region;
use crate::{auth, coin, creator, item};

/// One call, and what is read of its answer.
pub struct Reader {
    call: &'static Call,
    signed: bool,
    read: fn(&Answer) -> Result<String, Error>,
}

impl Reader {
    /// Name of the call.
    pub fn name(&self) -> &'static str {
        self.call.name
    }

    /// What the call makes of an answer, as `Debug` prints it.
    pub fn read(&self, status: u16, set_cookies: Vec<String>, body: Vec<u8>) -> Result<String, Error> {
        let reply = Reply { status, retry_after: None, set_cookies, body };
        envelope::open(self.call, self.signed, reply).and_then(|answer| (self.read)(&answer))
    }
}

fn told(read: Result<impl Debug, Error>) -> Result<String, Error> {
    read.map(|answer| format!("{answer:?}"))
}

macro_rules! public {
    ($call:ident, $read:expr) => {
        Reader { call: &calls::$call, signed: false, read: |answer| told($read(answer)) }
    };
}

macro_rules! signed {
    ($call:ident, $read:expr) => {
        Reader { signed: true, ..public!($call, $read) }
    };
}

/// Counts and money.
const METRICS: [TrendMetric; 3] = [TrendMetric::CurrentViewers, TrendMetric::PlacedOrders, TrendMetric::PlacedSales];

/// Of every call.
pub static READERS: [Reader; 34] = [
    public!(GEN_QRCODE, |answer| auth::qr_code(Region::Id, answer)),
    public!(QRCODE_STATUS, auth::qr_status),
    public!(QRCODE_LOGIN, auth::credential),
    signed!(ACCOUNT_INFO, auth::account_info),
    signed!(USER_INFO, creator::user_info),
    signed!(SESSION_LIST, creator::session_list),
    signed!(SESSION_INFO, creator::session_info),
    signed!(OVERVIEW, creator::overview),
    signed!(PRODUCT_LIST, creator::product_list),
    signed!(TRENDS, |answer| trend::read(answer, &METRICS)),
    signed!(VIEWER_PROFILE, audience::read),
    signed!(BUYER_PROFILE, audience::read),
    signed!(VIEWER_SOURCE, creator::viewer_source),
    signed!(ENDED_SESSIONS, creator::ended_sessions),
    signed!(LIVE_DETAIL, creator::live_detail),
    public!(ONGOING_LIVE, live::ongoing_live),
    public!(PLAY_URL, live::play_url),
    signed!(SESSION_ITEMS, live::item_page),
    signed!(SESSION, RoomSession::read),
    signed!(ITEM_PROMOTIONS, item::item_promotions),
    signed!(PROMOTION_ITEMS, item::promotion_items),
    signed!(COIN_START, Answer::taken),
    signed!(COIN_GIVEOUT, Answer::taken),
    signed!(COIN_TOTALS, coin::coin_totals),
    signed!(COIN_REWARD_INFO, coin::coin_reward_info),
    signed!(STREAMERS, promotion::streamers),
    signed!(PROMOTIONS_TODAY, promotion::promotions_today),
    signed!(CAMPAIGNS, CampaignList::read),
    signed!(CAMPAIGN_REPORT, CampaignReport::read),
    signed!(LIVE_STREAM, Campaign::read),
    signed!(BUDGET_FOR_EDIT, BudgetForEdit::read),
    signed!(EDIT_LIVE_STREAM, Answer::taken),
    signed!(CAMPAIGN_EXPENSE_TODAY, ExpenseToday::read),
    signed!(ADS_DATA, promotion::ads_data),
];
