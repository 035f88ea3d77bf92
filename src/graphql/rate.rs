//! Ratios: those of Shopee, which come as floats, and our own, which are exact.

use rust_decimal::{Decimal, prelude::FromPrimitive as _};

/// Rates travel as decimals with at most six places: Shopee's own have fewer.
const PLACES: u32 = 6;

pub fn rate(ratio: Option<f64>) -> Option<Decimal> {
    Decimal::from_f64(ratio?).map(|rate| rate.round_dp(PLACES).normalize())
}

/// One number by another; nothing by zero.
pub fn quotient(above: i64, below: i64) -> Option<Decimal> {
    let ratio = Decimal::from(above).checked_div(Decimal::from(below))?;
    Some(ratio.round_dp(PLACES).normalize())
}
