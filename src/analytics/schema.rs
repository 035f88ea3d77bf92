//! What clients see of the analytics room.

mod change;
mod figures;
mod mutation;
mod query;
mod summary;
mod top_product;
mod top_streamer;

pub use mutation::AnalyticsMutation;
pub use query::AnalyticsQuery;
