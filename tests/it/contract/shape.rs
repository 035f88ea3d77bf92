//! The shape of a JSON document: which kinds of values are found at which place. All elements of a list have one place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

#[derive(Default)]
pub(super) struct Shape(BTreeMap<String, BTreeSet<&'static str>>);

impl Shape {
    pub(super) fn of(document: &Value) -> Self {
        let mut shape = Self::default();
        shape.note("", document);
        shape
    }

    fn note(&mut self, place: &str, value: &Value) {
        self.0.entry(place.to_owned()).or_default().insert(kind(value));
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(key, member)| self.note(&format!("{place}.{key}"), member))
            }
            Value::Array(elements) => elements.iter().for_each(|element| self.note(&format!("{place}[]"), element)),
            _ => {}
        }
    }

    /// What is missing here, what is here beyond the documented, and what is of another kind.
    pub(super) fn differences(&self, documented: &Self) -> Vec<String> {
        let missing = documented.0.keys().filter(|place| !self.0.contains_key(*place));
        let missing = missing.map(|place| format!("{place} is missing"));
        let found = self.0.iter().flat_map(|(place, kinds)| match documented.0.get(place) {
            // What is inside something undocumented is not worth a word of its own.
            None if !documented.0.contains_key(around(place)) => Vec::new(),
            None => vec![format!("{place} is not documented")],
            Some(known) => kinds.difference(known).map(|kind| format!("{place} is {kind}, not {known:?}")).collect(),
        });
        missing.chain(found).collect()
    }
}

/// The place that this one is in.
fn around(place: &str) -> &str {
    place.rfind(['.', '[']).map_or("", |end| &place[..end])
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "decimal",
        Value::Number(_) => "whole number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
