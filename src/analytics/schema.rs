//! What clients see of the analytics room.

mod change;
mod figures;
mod query;
mod summary;
mod top_product;
mod top_streamer;

pub use query::AnalyticsQuery;
