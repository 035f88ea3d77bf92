//! The schema as the gateway itself tells it.

use serde_json::{Value, json};

use super::world::World;

const QUERY: &str = "
    { __schema {
        queryType { name } subscriptionType { name }
        types {
            kind name description
            fields(includeDeprecated: true) {
                name description type { ...Type }
                args { name description type { ...Type } }
            }
            inputFields { name description type { ...Type } }
            enumValues(includeDeprecated: true) { name description }
        }
    } }
    fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

pub(crate) struct Introspection(Value);

impl Introspection {
    pub(crate) async fn of(world: &World) -> Self {
        Self(world.data(QUERY, json!({})).await["__schema"].take())
    }

    pub(crate) fn named(&self, name: &str) -> &Value {
        list(&self.0["types"]).iter().find(|kind| kind["name"] == name).unwrap_or_else(|| panic!("no type {name}"))
    }

    /// The fields of the type that a root of this kind (`queryType`, `subscriptionType`) has.
    pub(crate) fn root_fields(&self, root: &str) -> &[Value] {
        list(&self.named(text(&self.0[root]["name"]))["fields"])
    }

    /// The type of a field or argument, without its lists and exclamation marks.
    pub(crate) fn type_of(&self, element: &Value) -> &Value {
        let mut reference = &element["type"];
        while !reference["ofType"].is_null() {
            reference = &reference["ofType"];
        }
        self.named(text(&reference["name"]))
    }
}

/// The entries of an array, none if there is no array.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
