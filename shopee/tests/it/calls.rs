//! Every call of the client, in a form that a test can go through.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::{BoxFuture, FutureExt};
use shopee::{
    Account, Amount, CampaignChange, CampaignFilter, CampaignsQuery, Client, CoinGiveout, Credential,
    EndedSessionsQuery, Error, ProductListQuery, ProductOrder, PromotionQuery, Region, ReportQuery, ReportStep,
    SessionListQuery, Sort, TrendMetric, TrendsQuery,
};

pub(crate) const SESSION: i64 = 100_000_001;
const ENDED_SESSION: i64 = 100_000_000;
const USER: i64 = 1_000_001;
pub(crate) const CAMPAIGN: i64 = 500_000_001;
const PROMOTION: i64 = 900_000_000_000_001;
const REFERENCE: &str = "0b6f0f2e-8f3a-4f6e-9d0e-0000000000aa";
const WRITES: [&str; 4] = ["qrcode_login", "edit_live_stream", "coin_start", "coin_giveout"];
pub(crate) const COOKIES: &str = "SPC_ST=synthetic-st; SPC_EC=synthetic-ec; SPC_U=1000001; SPC_CDS=synthetic-cds";
pub(crate) const TOKEN: &str = "synthetic-qrcode-token";

/// What a call makes of success without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoData {
    Answer,
    SignedOut,
    Garbled,
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) signed: bool,
    pub(crate) no_data: NoData,
    /// Makes the call with the arguments of its fixture; the answer is what `Debug` prints of it.
    pub(crate) run: fn(Client) -> BoxFuture<'static, Result<String, Error>>,
}

impl Row {
    /// Whether the call changes something.
    pub(crate) fn writes(&self) -> bool {
        WRITES.contains(&self.name)
    }
}

macro_rules! public {
    ($name:literal, $no_data:ident, |$client:ident| $call:expr) => {
        Row {
            name: $name,
            signed: false,
            no_data: NoData::$no_data,
            run: |$client| async move { $call.await.map(|answer| format!("{answer:?}")) }.boxed(),
        }
    };
}

macro_rules! signed {
    ($name:literal, $no_data:ident, |$client:ident, $account:ident| $call:expr) => {
        Row {
            name: $name,
            signed: true,
            no_data: NoData::$no_data,
            run: |$client| {
                async move {
                    let credential = credential();
                    let $account = &account(&credential);
                    $call.await.map(|answer| format!("{answer:?}"))
                }
                .boxed()
            },
        }
    };
}

pub(crate) fn credential() -> Credential {
    Credential::from_cookie_header(COOKIES).unwrap()
}

pub(crate) fn account(credential: &Credential) -> Account<'_> {
    Account { key: 1, region: Region::Id, credential }
}

pub(crate) fn all() -> Vec<Row> {
    vec![
        public!("gen_qrcode", Garbled, |client| client.gen_qrcode(Region::Id)),
        public!("qrcode_status", Garbled, |client| client.qrcode_status(Region::Id, "aZ9+/x==")),
        public!("qrcode_login", Garbled, |client| client.qrcode_login(Region::Id, &TOKEN.into())),
        signed!("account_info", SignedOut, |client, account| client.account_info(account)),
        signed!("user_info", SignedOut, |client, account| client.user_info(account)),
        signed!("session_list", SignedOut, |client, account| client.session_list(account, &sessions())),
        signed!("session_info", Answer, |client, account| client.session_info(account, SESSION)),
        signed!("overview", Answer, |client, account| client.overview(account, SESSION)),
        signed!("product_list", Answer, |client, account| client.product_list(account, SESSION, &products())),
        signed!("trends", Answer, |client, account| client.trends(account, SESSION, &trends())),
        signed!("viewer_profile", Answer, |client, account| client.viewer_profile(account, SESSION)),
        signed!("buyer_profile", Answer, |client, account| client.buyer_profile(account, SESSION)),
        signed!("viewer_source", Answer, |client, account| client.viewer_source(account, SESSION)),
        signed!("ended_sessions", SignedOut, |client, account| client.ended_sessions(account, &ended())),
        signed!("live_detail", Answer, |client, account| client.live_detail(account, ENDED_SESSION)),
        public!("ongoing_live", Answer, |client| client.ongoing_live(Region::Id, USER)),
        public!("play_url", Answer, |client| client.play_url(Region::Id, SESSION)),
        signed!("session_items", Answer, |client, account| client.session_items(account, SESSION, 0, 20)),
        signed!("session", Answer, |client, account| client.session(account, SESSION)),
        signed!("item_promotions", Answer, |client, account| client.item_promotions(account, &bag())),
        signed!("promotion_items", Answer, |client, account| client.promotion_items(account, PROMOTION, &bag())),
        signed!("coin_start", Answer, |client, account| client.coin_start(account, SESSION, Some(200))),
        signed!("coin_giveout", Answer, |client, account| client.coin_giveout(account, SESSION, giveout())),
        signed!("coin_totals", Answer, |client, account| client.coin_totals(account, SESSION)),
        signed!("coin_reward_info", Answer, |client, account| client.coin_reward_info(account, SESSION)),
        signed!("streamers", Answer, |client, account| client.streamers(account)),
        signed!("promotions_today", Answer, |client, account| client.promotions_today(account)),
        signed!("campaigns", Answer, |client, account| client.campaigns(account, &campaigns())),
        signed!("campaign_report", Answer, |client, account| client.campaign_report(account, &report())),
        signed!("live_stream", Answer, |client, account| client.live_stream(account, CAMPAIGN)),
        signed!("budget_for_edit", Answer, |client, account| client.budget_for_edit(account, CAMPAIGN, REFERENCE)),
        signed!("edit_live_stream", Answer, |client, account| client.edit_live_stream(account, CAMPAIGN, &more())),
        signed!("campaign_expense_today", Answer, |client, account| {
            client.campaign_expense_today(account, at(1_790_590_120_000))
        }),
        signed!("ads_data", Answer, |client, account| client.ads_data(account)),
    ]
}

fn sessions() -> SessionListQuery {
    SessionListQuery { page_size: 10, ..SessionListQuery::default() }
}

fn products() -> ProductListQuery {
    ProductListQuery {
        page_size: 10,
        order_by: Some(ProductOrder::ProductClicks),
        sort: Some(Sort::Descending),
        ..ProductListQuery::default()
    }
}

fn ended() -> EndedSessionsQuery {
    EndedSessionsQuery {
        page_size: 10,
        end_date: NaiveDate::from_ymd_opt(2026, 9, 27),
        ..EndedSessionsQuery::default()
    }
}

pub(crate) fn trends() -> TrendsQuery {
    TrendsQuery {
        from: at(1_790_590_000_000),
        to: at(1_790_590_120_000),
        metrics: vec![TrendMetric::CurrentViewers, TrendMetric::PlacedOrders, TrendMetric::PlacedSales],
    }
}

pub(crate) fn campaigns() -> CampaignsQuery {
    CampaignsQuery {
        from: at(1_790_528_400_000),
        to: at(1_790_614_799_000),
        state: CampaignFilter::All,
        search: String::new(),
        offset: 0,
        limit: 20,
    }
}

pub(crate) fn report() -> ReportQuery {
    ReportQuery { from: at(1_790_442_000_000), to: at(1_790_614_799_000), step: ReportStep::Day }
}

fn more() -> CampaignChange {
    CampaignChange::ChangeBudget { daily_budget: Amount(6_000_000_000_000), log_key: "log-500000001".to_owned() }
}

fn bag() -> PromotionQuery {
    PromotionQuery { session_id: Some(SESSION), ..PromotionQuery::default() }
}

fn giveout() -> CoinGiveout {
    CoinGiveout { amount: 50, recipients: 10 }
}

fn at(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap()
}
