//! Ratios of Shopee, which come as floats.

use rust_decimal::{Decimal, prelude::FromPrimitive as _};

/// Rates travel as decimals with at most six places: Shopee's own have fewer.
pub fn rate(ratio: Option<f64>) -> Option<Decimal> {
    Decimal::from_f64(ratio?).map(|rate| rate.round_dp(6).normalize())
}
