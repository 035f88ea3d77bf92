//! The stored operations, each a document of its own.

macro_rules! document {
    ($name:literal $(, $fragment:literal)*) => {
        concat!(
            include_str!(concat!("documents/", $name, ".graphql"))
            $(, include_str!(concat!("documents/", $fragment, ".graphql")))*
        )
    };
}

pub(super) const FIND_PLACE: &str = document!("find_place");
pub(super) const FIND_ACCOUNT: &str = document!("find_account");
pub(super) const FIND_SESSION: &str = document!("find_session");
pub(super) const CREATE: &str = document!("create_live_session", "session_row");
pub(super) const LIST: &str = document!("live_sessions", "session_row");
pub(super) const ONE: &str = document!("live_session", "session_row");
pub(super) const UPDATE: &str = document!("update_live_session", "session_row");
pub(super) const DELETE: &str = document!("delete_live_session");
pub(super) const SYNC_SESSION: &str = document!("sync_live_session", "session_row");
pub(super) const SYNC_ACCOUNT: &str = document!("sync_shopee_account");
pub(super) const DAYS: &str = document!("live_analytics", "figures");
pub(super) const SUMMARY: &str = document!("analytics_summary", "figures");
pub(super) const CREATOR: &str = document!("creator");
pub(super) const REMOTE_SESSIONS: &str = document!("remote_sessions");
pub(super) const PROMOTIONS: &str = document!("promotions_today");
pub(super) const EXPENSE: &str = document!("campaign_expense_today");
pub(super) const ADS: &str = document!("ads");
pub(super) const ITEMS: &str = document!("item_promotions");
pub(super) const GIVE_OUT: &str = document!("give_out_coins");
pub(super) const SHARE: &str = document!("share_url");
pub(super) const PRODUCT: &str = document!("product_url");

/// All of them.
pub const DOCUMENTS: [&str; 21] = [
    FIND_PLACE,
    FIND_ACCOUNT,
    FIND_SESSION,
    CREATE,
    LIST,
    ONE,
    UPDATE,
    DELETE,
    SYNC_SESSION,
    SYNC_ACCOUNT,
    DAYS,
    SUMMARY,
    CREATOR,
    REMOTE_SESSIONS,
    PROMOTIONS,
    EXPENSE,
    ADS,
    ITEMS,
    GIVE_OUT,
    SHARE,
    PRODUCT,
];
