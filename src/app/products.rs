//! What bags of sessions have told of products lately.

use std::time::Duration;

use moka::future::Cache;
use shopee::Region;

/// Products that are remembered: some two megabytes.
const MOST: u64 = 20_000;
/// A price or a rate that a shop has changed is seen by then.
const LASTS: Duration = Duration::from_hours(1);

/// What a bag tells of one product. Money counts 1/100000 of the currency unit.
#[derive(Clone, Copy, Debug)]
pub struct Bagged {
    pub shop_id: i64,
    /// What it costs outside the live.
    pub regular_price: Option<i64>,
    /// The part of a sale that is commission.
    pub commission_millionths: Option<i64>,
}

/// By region and Shopee's id of the product.
pub type Products = Cache<(Region, i64), Bagged>;

pub(super) fn none_yet() -> Products {
    Cache::builder().max_capacity(MOST).time_to_live(LASTS).build()
}
