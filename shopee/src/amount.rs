//! Money, exactly: from the digits on the wire to a whole number of 1/100000, never through a float.

use std::fmt;

use crate::decimal;

/// Money: a count of 1/100000 of the currency unit, which is Shopee's own unit. The currency is the region's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i64);

impl Amount {
    const DECIMALS: i32 = 5;

    /// Reads currency units: `83000` and `83000.5`, also with an exponent. What is finer than 1/100000 is rounded to
    /// the nearest, halves away from zero. `None` if it is no number or too large.
    pub fn from_units(text: &str) -> Option<Amount> {
        decimal::scaled(text, Self::DECIMALS).map(Amount)
    }

    /// Reads a count of 1/100000, as the live hosts send it. `None` if it is no whole number or too large.
    pub fn from_hundred_thousandths(text: &str) -> Option<Amount> {
        decimal::whole(text).map(Amount)
    }
}

/// Currency units, with as many decimals as needed: `83000`, `0.5`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, rest) = (self.0.unsigned_abs() / 100_000, self.0.unsigned_abs() % 100_000);
        match format!("{rest:05}").trim_end_matches('0') {
            "" => write!(f, "{sign}{units}"),
            decimals => write!(f, "{sign}{units}.{decimals}"),
        }
    }
}
