//! Counts that may pass 32 bits.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// A count.
#[derive(Clone, Copy, Debug)]
pub struct Long(pub i64);

/// A whole number of up to 64 bits, as a JSON number: counts of viewers, likes, orders. JavaScript reads it exactly up to
/// 2^53 − 1, which no such count reaches; map it to `number` in code generators.
#[Scalar]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number.as_i64().map(Self).ok_or_else(|| InputValueError::expected_type(value)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}
