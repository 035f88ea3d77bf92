//! Money, never a float: counted in 1/100000 of the currency unit, Shopee's own unit, and sent as a decimal text.

use async_graphql::{Enum, SimpleObject};
use rust_decimal::Decimal;

/// An amount of money in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct Money {
    /// The amount in whole currency units, as a decimal text such as `"83000"` or `"12.5"`; exact, up to five decimals.
    amount: Decimal,
    /// The currency the amount is in: that of the Shopee region it comes from.
    currency_code: CurrencyCode,
}

impl Money {
    /// From a count of 1/100000 of the currency unit.
    pub fn new(amount: i64, region: shopee::Region) -> Self {
        Self { amount: Decimal::new(amount, 5).normalize(), currency_code: region.into() }
    }
}

/// Currencies of the regions Shopee serves, by ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(rename_items = "UPPERCASE")]
pub enum CurrencyCode {
    /// Indonesian rupiah.
    Idr,
    /// Vietnamese dong.
    Vnd,
    /// Thai baht.
    Thb,
    /// Malaysian ringgit.
    Myr,
    /// Singapore dollar.
    Sgd,
    /// Philippine peso.
    Php,
    /// New Taiwan dollar.
    Twd,
    /// Brazilian real.
    Brl,
}

impl From<shopee::Region> for CurrencyCode {
    fn from(region: shopee::Region) -> Self {
        use shopee::Region;
        match region {
            Region::Id => Self::Idr,
            Region::Vn => Self::Vnd,
            Region::Th => Self::Thb,
            Region::My => Self::Myr,
            Region::Sg => Self::Sgd,
            Region::Ph => Self::Php,
            Region::Tw => Self::Twd,
            Region::Br => Self::Brl,
        }
    }
}
