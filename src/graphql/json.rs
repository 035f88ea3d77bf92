//! JSON whose form depends on what it tells of.

use async_graphql::{InputValueResult, Scalar, ScalarType, Value};

/// A JSON value.
pub struct Json(pub serde_json::Value);

/// A JSON value, as it is. Its form depends on what it tells of and may grow; show it, do not compute with it.
#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}
