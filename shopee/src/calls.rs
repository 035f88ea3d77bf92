//! The table of calls. What we believe of a call's method, host, path and envelope stands here and nowhere else, so that
//! a wrong belief is a change of one line.

use crate::hosts::HostRole::{self, Creator, Live, Mall, Seller, SellerApp};

use Envelope::{Code, ErrCode, Error};

/// One row of the table.
pub(crate) struct Call {
    /// The method of `Client` that makes the call; errors, logs and fixtures name it so.
    pub(crate) name: &'static str,
    pub(crate) verb: Verb,
    pub(crate) host: HostRole,
    /// May contain `{id}`: of a session, or of a promotion.
    pub(crate) path: &'static str,
    pub(crate) envelope: Envelope,
    /// What success without data tells.
    pub(crate) no_data: NoData,
    /// Whether it may be repeated when no answer comes: not what changes or makes something.
    pub(crate) repeatable: bool,
    /// The call asks who is signed in, so a refusal of any number says: nobody.
    pub(crate) identity_check: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// A GET.
    Read,
    /// A POST that changes nothing, as the ads calls ask. May be repeated, too.
    Query,
    /// A POST that changes something: sent once, whatever happens.
    Write,
}

/// How an answer is wrapped: which key tells success.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// `code`, `msg`, `data`: the creator and seller hosts.
    Code,
    /// `error`, `error_msg`, `data`: the mall hosts.
    Error,
    /// `err_code`, `err_msg`, `data`: the live hosts.
    ErrCode,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoData {
    /// The caller decides: nothing to report, or another shop's session.
    Nothing,
    /// Every signed-in account has this, so the cookies have expired.
    SignedOut,
}

impl Call {
    const fn read(name: &'static str, host: HostRole, path: &'static str, envelope: Envelope) -> Call {
        Call {
            name,
            verb: Verb::Read,
            host,
            path,
            envelope,
            no_data: NoData::Nothing,
            repeatable: true,
            identity_check: false,
        }
    }

    const fn query(name: &'static str, host: HostRole, path: &'static str, envelope: Envelope) -> Call {
        Call { verb: Verb::Query, ..Call::read(name, host, path, envelope) }
    }

    const fn write(name: &'static str, host: HostRole, path: &'static str, envelope: Envelope) -> Call {
        Call { verb: Verb::Write, repeatable: false, ..Call::read(name, host, path, envelope) }
    }

    /// A GET that makes something.
    const fn sent_once(self) -> Call {
        Call { repeatable: false, ..self }
    }

    const fn identity_check(self) -> Call {
        Call { identity_check: true, ..self }
    }

    const fn no_data_is_signed_out(self) -> Call {
        Call { no_data: NoData::SignedOut, ..self }
    }
}

/// The analytics of the creator hosts. The seller hosts have the same under `/api/supply/lm/sellercenter`.
macro_rules! analytics {
    ($path:literal) => {
        concat!("/supply/api/lm/sellercenter", $path)
    };
}

/// The ads of the seller hosts: every call a POST, every path with a slash at its end.
macro_rules! ads {
    ($path:literal) => {
        concat!("/api/pas/v1", $path)
    };
}

/// The same under the seller centre's app, which nobody but the system before this one names.
macro_rules! ads_app {
    ($path:literal) => {
        concat!("/api/app/pas/v1", $path)
    };
}

pub(crate) static GEN_QRCODE: Call =
    Call::read("gen_qrcode", Mall, "/api/v2/authentication/gen_qrcode", Error).sent_once();
pub(crate) static QRCODE_STATUS: Call =
    Call::read("qrcode_status", Mall, "/api/v2/authentication/qrcode_status", Error);
pub(crate) static QRCODE_LOGIN: Call = Call::write("qrcode_login", Mall, "/api/v2/authentication/qrcode_login", Error);
pub(crate) static ACCOUNT_INFO: Call =
    Call::read("account_info", Mall, "/api/v4/account/basic/get_account_info", Error)
        .no_data_is_signed_out()
        .identity_check();

pub(crate) static USER_INFO: Call =
    Call::read("user_info", Creator, analytics!("/userInfo"), Code).no_data_is_signed_out();
pub(crate) static SESSION_LIST: Call =
    Call::read("session_list", Creator, analytics!("/realtime/sessionList"), Code).no_data_is_signed_out();
pub(crate) static SESSION_INFO: Call =
    Call::read("session_info", Creator, analytics!("/realtime/dashboard/sessionInfo"), Code);
pub(crate) static OVERVIEW: Call = Call::read("overview", Creator, analytics!("/realtime/dashboard/overview"), Code);
pub(crate) static PRODUCT_LIST: Call =
    Call::read("product_list", Creator, analytics!("/realtime/dashboard/productList"), Code);
pub(crate) static TRENDS: Call = Call::read("trends", Creator, analytics!("/realtime/dashboard/trends"), Code);
pub(crate) static VIEWER_PROFILE: Call =
    Call::read("viewer_profile", Creator, analytics!("/realtime/dashboard/viewer-profile"), Code);
pub(crate) static BUYER_PROFILE: Call =
    Call::read("buyer_profile", Creator, analytics!("/realtime/dashboard/buyer-profile"), Code);
pub(crate) static VIEWER_SOURCE: Call =
    Call::read("viewer_source", Creator, analytics!("/realtime/dashboard/viewer-source"), Code);
pub(crate) static ENDED_SESSIONS: Call =
    Call::read("ended_sessions", Creator, analytics!("/liveList/v2"), Code).no_data_is_signed_out();
pub(crate) static LIVE_DETAIL: Call = Call::read("live_detail", Creator, analytics!("/liveDetail"), Code);

pub(crate) static ONGOING_LIVE: Call = Call::read("ongoing_live", Live, "/api/v1/shop_page/live/ongoing", ErrCode);
pub(crate) static PLAY_URL: Call = Call::read("play_url", Live, "/api/v1/session/{id}/play_url", ErrCode);
pub(crate) static SESSION_ITEMS: Call = Call::read("session_items", Live, "/api/v1/session/{id}/items", ErrCode);
pub(crate) static SESSION: Call = Call::read("session", Live, "/api/v1/session/{id}", ErrCode);

pub(crate) static ITEM_PROMOTIONS: Call = Call::read("item_promotions", Live, "/api/v1/item/promotion", ErrCode);
pub(crate) static PROMOTION_ITEMS: Call = Call::read("promotion_items", Live, "/api/v1/item/promotion/{id}", ErrCode);

pub(crate) static COIN_START: Call = Call::write("coin_start", Live, "/api/v1/session/{id}/coin/start", ErrCode);
pub(crate) static COIN_GIVEOUT: Call = Call::write("coin_giveout", Live, "/api/v1/session/{id}/coin/giveout", ErrCode);
pub(crate) static COIN_TOTALS: Call = Call::read("coin_totals", Live, "/api/v1/session/{id}/coin/giveout", ErrCode);
pub(crate) static COIN_REWARD_INFO: Call =
    Call::read("coin_reward_info", Live, "/api/v1/session/{id}/coin/rewardinfo", ErrCode);

pub(crate) static STREAMERS: Call =
    Call::read("streamers", Seller, "/api/v4/streaming_promotion/streamer_selector/", Error);
pub(crate) static PROMOTIONS_TODAY: Call =
    Call::read("promotions_today", SellerApp, ads_app!("/live_stream/get_promotions_today/"), Code);
pub(crate) static CAMPAIGN_EXPENSE_TODAY: Call =
    Call::read("campaign_expense_today", SellerApp, ads_app!("/live_stream/get_campaign_expense_today/"), Code);
pub(crate) static CAMPAIGNS: Call = Call::query("campaigns", Seller, ads!("/homepage/query/"), Code);
pub(crate) static CAMPAIGN_REPORT: Call = Call::query("campaign_report", Seller, ads!("/report/get_time_graph/"), Code);
pub(crate) static LIVE_STREAM: Call = Call::query("live_stream", Seller, ads!("/live_stream/get/"), Code);
pub(crate) static BUDGET_FOR_EDIT: Call =
    Call::query("budget_for_edit", Seller, ads!("/setup_helper/get_budget_data_for_edit/"), Code);
pub(crate) static EDIT_LIVE_STREAM: Call = Call::write("edit_live_stream", Seller, ads!("/live_stream/edit/"), Code);
pub(crate) static ADS_DATA: Call = Call::query("ads_data", Seller, ads!("/meta/get_ads_data/"), Code);
