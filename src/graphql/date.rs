//! Days of the calendar.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike as _, NaiveDate};

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A day of the calendar, as text: `2026-11-22`. Which instants it spans depends on a time zone, which is said where it is used.
/// Years from 2000 to 2199.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => {
                let date = text.parse::<NaiveDate>().ok().filter(|date| (2000..2200).contains(&date.year()));
                date.map(Self).ok_or_else(|| InputValueError::custom("a day looks like 2026-11-22"))
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
