//! How long the values of arguments are. Validation copies a variable's value wherever it is used, and quotes what does not fit its type,
//! so that a long value in many places is what the machine has to hold as often.

use std::collections::HashMap;

use async_graphql::{
    Value, Variables,
    parser::types::{ExecutableDocument, Field},
};

/// The lengths of variables by their names, in bytes.
pub(super) struct Values<'a>(HashMap<&'a str, u32>);

impl<'a> Values<'a> {
    /// What is sent, or stands for what is not.
    pub(super) fn of(document: &'a ExecutableDocument, sent: &'a Variables) -> Self {
        let definitions = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
        let defaults = definitions.filter_map(|definition| {
            let (name, default) = (&definition.node.name.node, definition.node.default_value.as_ref()?);
            Some((name.as_str(), length(&default.node)))
        });
        let sent = sent.iter().map(|(name, value)| (name.as_str(), length(value)));
        let mut longest: HashMap<&str, u32> = HashMap::new();
        for (name, length) in defaults.chain(sent) {
            let known = longest.entry(name).or_default();
            *known = length.max(*known);
        }
        Self(longest)
    }

    /// Of all that a field is given, the variables written out.
    pub(super) fn given(&self, field: &Field) -> u32 {
        let lengths = field.arguments.iter().map(|(_, value)| {
            let mut variables = 0_u32;
            let literal = value.node.clone().into_const_with(|name| {
                variables = variables.saturating_add(self.0.get(name.as_str()).copied().unwrap_or_default());
                Ok::<_, ()>(Value::Null)
            });
            variables.saturating_add(literal.map_or(0, |literal| length(&literal)))
        });
        lengths.fold(0, u32::saturating_add)
    }
}

/// Recurses no deeper than the brackets of a document, or of JSON, are nested.
fn length(value: &Value) -> u32 {
    let bytes = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let parts = match value {
        Value::String(text) => bytes(text.len()),
        Value::Enum(name) => bytes(name.len()),
        Value::Binary(binary) => bytes(binary.len()),
        Value::List(entries) => entries.iter().map(length).fold(0, u32::saturating_add),
        Value::Object(members) => {
            let each = members.iter().map(|(name, value)| bytes(name.len()).saturating_add(length(value)));
            each.fold(0, u32::saturating_add)
        }
        Value::Null | Value::Number(_) | Value::Boolean(_) => 0,
    };
    parts.saturating_add(1)
}
