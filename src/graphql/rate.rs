//! Ratios: those of Shopee, which come as floats, and our own, which are exact.

use rust_decimal::{Decimal, prelude::FromPrimitive as _};

/// Rates travel as decimals with at most six places: Shopee's own have fewer.
const PLACES: u32 = 6;

pub fn rate(ratio: Option<f64>) -> Option<Decimal> {
    Decimal::from_f64(ratio?).map(rounded)
}

/// One number by another; nothing by zero.
pub fn quotient(above: i64, below: i64) -> Option<Decimal> {
    exactly(above, below).map(rounded)
}

/// What is gained for what is spent: (the one − the other) / the other.
pub fn gain(above: i64, below: i64) -> Option<Decimal> {
    let gained = Decimal::from(above) - Decimal::from(below);
    gained.checked_div(Decimal::from(below)).map(rounded)
}

/// One number by another, in the unit of the one.
pub fn share(above: i64, below: i64) -> Option<i64> {
    exactly(above, below).and_then(|share| i64::try_from(share.round()).ok())
}

/// One number by another, as exactly as can be.
pub fn exactly(above: i64, below: i64) -> Option<Decimal> {
    Decimal::from(above).checked_div(Decimal::from(below))
}

/// Half a millionth goes to the even neighbour, so that what is rounded often leans to neither side.
pub fn rounded(ratio: Decimal) -> Decimal {
    ratio.round_dp(PLACES).normalize()
}
