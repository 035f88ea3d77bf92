//! Money, never a float: counted in 1/100000 of the currency unit, Shopee's own unit, and sent as a decimal text.

use std::borrow::Cow;

use async_graphql::{
    Enum, InputObject, InputType, InputValueError, InputValueResult, SimpleObject, Value, registry::Registry,
};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

/// What we count in, of a currency unit.
const PARTS: u32 = 100_000;
const PLACES: u32 = 5;

/// An amount of money in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
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

    /// What Shopee reported, if it did.
    pub fn reported(amount: Option<shopee::Amount>, region: shopee::Region) -> Option<Self> {
        amount.map(|amount| Self::new(amount.0, region))
    }
}

/// An amount of money that somebody enters.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct MoneyInput {
    /// The amount in whole currency units, zero or more, as a decimal text such as `"83000"` or `"12.5"`; up to five decimals.
    amount: Exact,
    /// The currency the amount is in, which has to be that of the thing's Shopee region.
    currency_code: CurrencyCode,
}

impl MoneyInput {
    /// The count of 1/100000 of a region's currency unit, or what is wrong with the amount.
    pub fn count(self, region: shopee::Region) -> Result<i64, String> {
        if self.currency_code != region.into() {
            return Err(format!("the amount has to be in {}", region.currency()));
        }
        let amount = self.amount.0.normalize();
        if amount < Decimal::ZERO || amount.scale() > PLACES {
            return Err("the amount has to be zero or more, with at most five decimals".to_owned());
        }
        let count = amount.checked_mul(PARTS.into()).and_then(|count| count.to_i64());
        count.ok_or_else(|| format!("the amount may not pass {}", Decimal::new(i64::MAX, PLACES)))
    }
}

/// A `Decimal` as it was written. The library's own way of reading one takes numbers by way of a float, and rounds what has more
/// digits than fit.
#[derive(Clone, Copy, Debug)]
pub struct Exact(pub Decimal);

impl InputType for Exact {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <Decimal as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Decimal as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let decimal = match value.as_ref() {
            Some(Value::String(text)) => Decimal::from_str_exact(text).ok(),
            Some(Value::Number(number)) => number.as_i64().map(Decimal::from),
            _ => None,
        };
        decimal.map(Self).ok_or_else(|| InputValueError::custom("an amount is a decimal text such as \"12.5\""))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
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

#[cfg(test)]
mod tests {
    use shopee::Region;

    use super::*;

    fn count(amount: &str) -> Result<i64, String> {
        let amount = Exact(Decimal::from_str_exact(amount).unwrap());
        MoneyInput { amount, currency_code: CurrencyCode::Idr }.count(Region::Id)
    }

    #[test]
    fn what_is_entered_is_counted_exactly_or_not_at_all() {
        let largest = "92233720368547.75807";
        for (amount, expected) in [("0", 0), ("-0", 0), ("12.50000000", 1_250_000), ("0.00001", 1), (largest, i64::MAX)]
        {
            assert_eq!(count(amount), Ok(expected), "{amount}");
        }
        for amount in ["-1", "-0.00001", "0.000001", "92233720368547.75808", "79228162514264337593543950335"] {
            assert!(count(amount).is_err(), "{amount}");
        }
    }

    #[test]
    fn a_number_that_was_rounded_on_its_way_is_no_amount() {
        let parse = |value: Value| Exact::parse(Some(value)).ok().map(|exact| exact.0.to_string());
        assert_eq!(parse(Value::from("0.10")), Some("0.10".to_owned()));
        assert_eq!(parse(Value::from(9_007_199_254_740_993_i64)), Some("9007199254740993".to_owned()));
        for unfit in [Value::from(0.1), Value::from("1e3"), Value::from("0.00000000000000000000000000001"), Value::Null]
        {
            assert_eq!(parse(unfit.clone()), None, "{unfit}");
        }
    }
}
