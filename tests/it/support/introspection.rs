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

    /// Every type that is ours: not GraphQL's own scalars, and not the types of introspection.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Value> {
        const STANDARD: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];
        let ours = |name: &str| !name.starts_with("__") && !STANDARD.contains(&name);
        list(&self.0["types"]).iter().filter(move |kind| ours(text(&kind["name"])))
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

/// Whether a field's or argument's type is a list of something.
pub(crate) fn is_list(element: &Value) -> bool {
    let mut reference = &element["type"];
    while !reference["ofType"].is_null() && reference["kind"] != "LIST" {
        reference = &reference["ofType"];
    }
    reference["kind"] == "LIST"
}

/// The entries of an array, none if there is no array.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
