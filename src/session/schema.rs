//! What clients see of the session room: stored sessions and their items, what Shopee says of a session, its live numbers.

mod audience;
mod from_shopee;
mod list;
mod live_info;
mod live_overview;
mod live_play_url;
mod live_product;
mod live_session;
mod live_session_item;
mod live_trend;
mod node;
mod query;
mod session_mutation;
mod subscription;

pub use audience::{AudienceProfile, ViewerSource};
pub use from_shopee::SessionFromShopee;
pub use list::{LiveSessionFilter, LiveSessionOrder, page_of_sessions};
pub use live_info::LiveInfo;
pub use live_overview::LiveOverview;
pub use live_play_url::LivePlayUrl;
pub use live_product::{LiveProductOrder, LiveProductPage};
pub use live_session::{LiveSession, LiveSessionStatus};
pub use live_session_item::LiveSessionItem;
pub use live_trend::{LiveTrendMetric, LiveTrends};
pub use node::Node;
pub use query::SessionQuery;
pub use session_mutation::SessionMutation;
pub use subscription::{LiveMetrics, SessionSubscription, ViewerCount};
