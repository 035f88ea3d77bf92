//! Client of Shopee's live-streaming calls: signing in, live analytics, who is on air, promotions, coins, and links.
//!
//! One method of [`Client`] is one call. The client is strict about how an answer is wrapped and lenient about what is in
//! it: a failure of any kind is an [`Error`], but a metric that is missing or of another kind is `None` and spoils
//! nothing beside it. It leaves to others what the numbers are used for; it knows no database and no GraphQL, keeps no
//! state but connections, rate limits and how hosts have done of late, and reads no clock: whoever asks about time passes it in.
//!
//! What always holds: a read may be repeated, a write is sent once; a host that fails for an account is left alone, and nobody who
//! asks for another account waits for that; a call ends within its total timeout; money is
//! exact; cookies reach only the region's own host and no log, error or `Debug` output.

#![warn(missing_docs)]

mod amount;
mod auth;
mod bulkhead;
mod calls;
mod circuit;
mod client;
mod coin;
mod creator;
mod credential;
mod decimal;
mod envelope;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod hosts;
mod item;
mod live;
mod observer;
mod pace;
mod page;
mod promotion;
mod region;
mod retry;
pub mod urls;
mod wire;

pub use amount::Amount;
pub use auth::{AccountInfo, QrCode, QrState, QrStatus};
pub use client::{BuildError, Client, ClientConfig};
pub use coin::{CoinGiveout, CoinReward, CoinState, CoinTotals};
pub use creator::{
    Breakdown, EndedSession, EndedSessionsQuery, Engagement, Group, ListedProduct, ListedSession, LiveDetail, Overview,
    ProductListQuery, ProductOrder, SessionInfo, SessionListQuery, SessionOrder, SessionStatus, Trend, TrendMetric,
    TrendPoint, TrendValue, TrendsQuery, UserInfo, Window,
};
pub use credential::{Account, Credential, InvalidCredential};
pub use error::{Cause, Error, UpstreamMessage};
pub use hosts::{HostRole, Hosts, InvalidBaseUrl, UnknownHostRole};
pub use item::{ItemPromotion, ItemPromotionStatus, PromotionItem, PromotionQuery};
pub use live::{BagItem, ItemPage, OngoingLive, PlayUrl, RoomSession, RoomStatus};
pub use observer::{Called, Observer};
pub use pace::{SharedPace, SpareTurn, Turn, Wait};
pub use page::{OffsetPage, Page, Sort};
pub use promotion::{
    AdsData, AdsMetrics, BudgetForEdit, Campaign, CampaignChange, CampaignExpense, CampaignFilter, CampaignList,
    CampaignObjective, CampaignReport, CampaignState, CampaignsQuery, ExpenseToday, ListedCampaign, PromotionToday,
    ReportPoint, ReportQuery, ReportStep, Streamer,
};
pub use region::{Region, UnknownRegion};
