//! What clients see of the analytics room.

mod figures;
mod query;
mod top_product;

pub use query::AnalyticsQuery;
