//! What a client selected below a field, so that a parent can fetch it in one go.

use std::collections::BTreeSet;

use async_graphql::{Context, Lookahead, SelectionField};

/// The fields selected below one place of the query, through fragments and under all aliases.
pub struct Selection<'a>(Vec<SelectionField<'a>>);

impl<'a> Selection<'a> {
    /// Below the field that is being resolved.
    pub fn of(ctx: &'a Context<'a>) -> Self {
        Self(children(&ctx.look_ahead()))
    }

    /// Below the nodes of a connection that is being resolved: `nodes { … }` and `edges { node { … } }` together.
    pub fn of_nodes(ctx: &'a Context<'a>) -> Self {
        Self::nodes_in(&ctx.look_ahead())
    }

    /// Below the nodes of a connection seen from its parent.
    pub fn nodes_in(connection: &Lookahead<'a>) -> Self {
        let mut fields = children(&connection.field("nodes"));
        fields.extend(children(&connection.field("edges").field("node")));
        Self(fields)
    }

    /// Whether any of these fields is selected.
    pub fn has_any(&self, names: &[&str]) -> bool {
        self.0.iter().any(|field| names.contains(&field.name()))
    }

    /// The names selected, each once.
    pub fn names(&self) -> BTreeSet<&'a str> {
        self.0.iter().map(SelectionField::name).collect()
    }

    /// The selections of one field: several when it is selected under several aliases.
    pub fn fields(&self, name: &str) -> Vec<SelectionField<'a>> {
        self.0.iter().filter(|field| field.name() == name).copied().collect()
    }

    /// Below one field, all its selections together.
    pub fn below(&self, name: &str) -> Self {
        Self(self.fields(name).iter().flat_map(SelectionField::selection_set).collect())
    }
}

fn children<'a>(place: &Lookahead<'a>) -> Vec<SelectionField<'a>> {
    place.selection_fields().iter().flat_map(SelectionField::selection_set).collect()
}
