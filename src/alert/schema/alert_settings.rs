use async_graphql::SimpleObject;

use crate::{alert::settings::Settings, graphql::long::Long};

/// When a studio wants to be alerted. A threshold that is null is never passed. ACCOUNT_SIGNED_OUT and INTENT_UNKNOWN have none: they
/// are always told.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct AlertSettings {
    /// By how much of what was usual in the minutes before viewers fall, in percent; 40 until somebody changes it.
    viewers_drop_percent: Option<Long>,
    /// The same of orders in a minute; 60 until somebody changes it.
    orders_drop_percent: Option<Long>,
    /// The same of likes in a minute; 70 until somebody changes it.
    likes_drop_percent: Option<Long>,
    /// At how many pieces left a product is told; 5 until somebody changes it.
    stock_low_pieces: Option<Long>,
    /// At how much left a budget of coins is told, in percent of it; 10 until somebody changes it.
    coins_low_percent: Option<Long>,
    /// After how many minutes of silence a session on air is told; 15 until somebody changes it.
    source_stale_minutes: Option<Long>,
}

impl From<Settings> for AlertSettings {
    fn from(settings: Settings) -> Self {
        Self {
            viewers_drop_percent: settings.viewers_drop_percent.map(Long),
            orders_drop_percent: settings.orders_drop_percent.map(Long),
            likes_drop_percent: settings.likes_drop_percent.map(Long),
            stock_low_pieces: settings.stock_low_pieces.map(Long),
            coins_low_percent: settings.coins_low_percent.map(Long),
            source_stale_minutes: settings.source_stale_minutes.map(Long),
        }
    }
}
