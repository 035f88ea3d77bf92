//! Every call of the client, by name, with the arguments of its document as far as a sandbox has them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use shopee::{
    Account, Amount, CampaignChange, CampaignFilter, CampaignsQuery, Client, CoinGiveout, Credential,
    EndedSessionsQuery, Error, ProductListQuery, ProductOrder, PromotionQuery, Region, ReportQuery, ReportStep,
    SessionListQuery, Sort, TrendMetric, TrendsQuery,
};

use super::tap::{Exchange, Tap};

const REFERENCE: &str = "0b6f0f2e-8f3a-4f6e-9d0e-0000000000aa";
/// The day of the documents and the one before it, in Jakarta.
const YESTERDAY: i64 = 1_790_442_000;
const TODAY: i64 = 1_790_528_400;
const END_OF_TODAY: i64 = 1_790_614_799;

pub(super) struct Arguments {
    credential: Credential,
    user_id: i64,
    session_id: i64,
    ended_session_id: i64,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    qrcode_id: String,
    qrcode_token: SecretString,
    campaign_id: i64,
    item_promotion_id: i64,
}

impl Arguments {
    /// Arguments with which every call has something to answer.
    pub(super) async fn of(tap: &Tap) -> Self {
        let session = tap.session(true);
        let code = tap.client.gen_qrcode(Region::Id).await.unwrap();
        tap.panel().confirm_qr(&code.id, tap.account().user_id).unwrap();
        let status = tap.client.qrcode_status(Region::Id, &code.id).await.unwrap();
        let credential = tap.credential();
        let account = Account { key: 1, region: Region::Id, credential: &credential };
        let promotions = tap.client.item_promotions(&account, &PromotionQuery::default()).await.unwrap();
        Self {
            user_id: tap.account().user_id,
            session_id: session.session_id,
            ended_session_id: tap.session(false).session_id,
            from: session.started_at - TimeDelta::minutes(1),
            to: tap.panel().clock().now,
            qrcode_id: code.id,
            qrcode_token: status.token.unwrap(),
            campaign_id: tap.campaign().campaign_id,
            item_promotion_id: promotions.list[0].promotion_id,
            credential,
        }
    }

    /// Puts the documents' ids and times where an exchange has this sandbox's.
    pub(super) fn in_the_words_of_the_documents(&self, exchange: Exchange) -> Exchange {
        let words = [
            (self.session_id.to_string(), "100000001"),
            (self.ended_session_id.to_string(), "100000000"),
            (self.user_id.to_string(), "1000001"),
            (self.from.timestamp_millis().to_string(), "1790590000000"),
            (self.to.timestamp_millis().to_string(), "1790590120000"),
            (self.qrcode_id.clone(), "aZ9+/x=="),
            (self.qrcode_token.expose_secret().to_owned(), "synthetic-qrcode-token"),
            (self.campaign_id.to_string(), "500000001"),
            (self.item_promotion_id.to_string(), "900000000000001"),
            (self.seller_token(), "synthetic-cds"),
        ];
        let known = |text: &str| words.iter().find(|(ours, _)| ours == text).map(|(_, theirs)| (*theirs).to_owned());
        let translate = |text: String| known(&text).unwrap_or(text);
        let mut body = exchange.body;
        if let Some(Value::String(token)) = body.get_mut("qrcode_token") {
            *token = translate(std::mem::take(token));
        }
        for place in ["/campaign_id", "/campaign_id_list/0"] {
            if let Some(id) = body.pointer_mut(place).filter(|id| **id == self.campaign_id) {
                *id = 500_000_001.into();
            }
        }
        Exchange {
            path: exchange.path.split('/').map(|part| translate(part.to_owned())).collect::<Vec<_>>().join("/"),
            query: exchange.query.into_iter().map(|(name, value)| (name, translate(value))).collect(),
            body,
            ..exchange
        }
    }

    fn seller_token(&self) -> String {
        let mut cookies = self.credential.expose_cookie_header().split("; ");
        cookies.find_map(|cookie| cookie.strip_prefix("SPC_CDS=")).unwrap().to_owned()
    }

    fn account(&self) -> Account<'_> {
        Account { key: 1, region: Region::Id, credential: &self.credential }
    }
}

/// Makes a call; the answer is what `Debug` prints of it.
pub(super) async fn run(call: &str, client: &Client, with: &Arguments) -> Result<String, Error> {
    let (account, session_id) = (&with.account(), with.session_id);
    macro_rules! printed {
        ($call:expr) => {
            $call.await.map(|answer| format!("{answer:?}"))
        };
    }
    match call {
        "gen_qrcode" => printed!(client.gen_qrcode(Region::Id)),
        "qrcode_status" => printed!(client.qrcode_status(Region::Id, &with.qrcode_id)),
        "qrcode_login" => printed!(client.qrcode_login(Region::Id, &with.qrcode_token)),
        "account_info" => printed!(client.account_info(account)),
        "user_info" => printed!(client.user_info(account)),
        "session_list" => printed!(client.session_list(account, &sessions())),
        "session_info" => printed!(client.session_info(account, session_id)),
        "overview" => printed!(client.overview(account, session_id)),
        "product_list" => printed!(client.product_list(account, session_id, &products())),
        "trends" => printed!(client.trends(account, session_id, &trends(with))),
        "viewer_profile" => printed!(client.viewer_profile(account, session_id)),
        "buyer_profile" => printed!(client.buyer_profile(account, session_id)),
        "viewer_source" => printed!(client.viewer_source(account, session_id)),
        "ended_sessions" => printed!(client.ended_sessions(account, &ended())),
        "live_detail" => printed!(client.live_detail(account, with.ended_session_id)),
        "ongoing_live" => printed!(client.ongoing_live(Region::Id, with.user_id)),
        "play_url" => printed!(client.play_url(Region::Id, session_id)),
        "session_items" => printed!(client.session_items(account, session_id, 0, 20)),
        "session" => printed!(client.session(account, session_id)),
        "item_promotions" => printed!(client.item_promotions(account, &in_the_bag(with))),
        "promotion_items" => printed!(client.promotion_items(account, with.item_promotion_id, &in_the_bag(with))),
        "coin_start" => printed!(client.coin_start(account, session_id, Some(200))),
        "coin_giveout" => printed!(client.coin_giveout(account, session_id, giveout())),
        "coin_totals" => printed!(client.coin_totals(account, session_id)),
        "coin_reward_info" => printed!(client.coin_reward_info(account, session_id)),
        "streamers" => printed!(client.streamers(account)),
        "promotions_today" => printed!(client.promotions_today(account)),
        "campaigns" => printed!(client.campaigns(account, &campaigns())),
        "campaign_report" => printed!(client.campaign_report(account, &report())),
        "live_stream" => printed!(client.live_stream(account, with.campaign_id)),
        "budget_for_edit" => printed!(client.budget_for_edit(account, with.campaign_id, REFERENCE)),
        "edit_live_stream" => printed!(client.edit_live_stream(account, with.campaign_id, &larger_budget())),
        "campaign_expense_today" => printed!(client.campaign_expense_today(account, with.to)),
        "ads_data" => printed!(client.ads_data(account)),
        other => panic!("{other} is new: it needs its line here"),
    }
}

fn sessions() -> SessionListQuery {
    SessionListQuery { page_size: 10, ..SessionListQuery::default() }
}

fn products() -> ProductListQuery {
    let (order_by, sort) = (Some(ProductOrder::ProductClicks), Some(Sort::Descending));
    ProductListQuery { page_size: 10, order_by, sort, ..ProductListQuery::default() }
}

fn ended() -> EndedSessionsQuery {
    let end_date = NaiveDate::from_ymd_opt(2026, 9, 27);
    EndedSessionsQuery { page_size: 10, end_date, ..EndedSessionsQuery::default() }
}

fn trends(with: &Arguments) -> TrendsQuery {
    let metrics = vec![TrendMetric::CurrentViewers, TrendMetric::PlacedOrders, TrendMetric::PlacedSales];
    TrendsQuery { from: with.from, to: with.to, metrics }
}

fn in_the_bag(with: &Arguments) -> PromotionQuery {
    PromotionQuery { session_id: Some(with.session_id), ..PromotionQuery::default() }
}

fn giveout() -> CoinGiveout {
    CoinGiveout { amount: 50, recipients: 10 }
}

pub(super) fn campaigns() -> CampaignsQuery {
    CampaignsQuery {
        from: at(TODAY),
        to: at(END_OF_TODAY),
        state: CampaignFilter::All,
        search: String::new(),
        offset: 0,
        limit: 20,
    }
}

fn report() -> ReportQuery {
    ReportQuery { from: at(YESTERDAY), to: at(END_OF_TODAY), step: ReportStep::Day }
}

fn larger_budget() -> CampaignChange {
    CampaignChange::ChangeBudget { daily_budget: Amount(6_000_000_000_000), log_key: "log-500000001".to_owned() }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}
