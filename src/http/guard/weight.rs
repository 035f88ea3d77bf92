//! What a document weighs once every fragment is written out, computed in one pass over it.
//!
//! Fragments are weighed before those that spread them (`spreads.rs`), so each is weighed once. The recursion left is within
//! one definition, where the brackets are already bounded.

use std::collections::HashMap;

use async_graphql::{
    Positioned, Variables,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};

use super::{
    DocumentLimits, Refusal, TOO_DEEP, TOO_LARGE, TOO_MANY_ALIASES, TOO_MANY_DIRECTIVES, TOO_MANY_ROOT_FIELDS,
    spreads::Order, values::Values,
};

/// What multiplies an introspection answer by the size of the schema.
const INTROSPECTION_LISTS: [&str; 5] = ["types", "fields", "inputFields", "interfaces", "possibleTypes"];

/// What a selection weighs with all it contains. Sums stop at the largest number instead of starting anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) selections: u32,
    pub(super) aliases: u32,
    pub(super) directives: u32,
    /// Bytes of the arguments' values, variables as what they are.
    pub(super) values: u32,
    /// Fields at the top.
    pub(super) roots: u32,
    /// Fields within fields, without those below `__schema` and `__type`.
    pub(super) depth: u32,
    /// Selection sets within this one.
    pub(super) nesting: u32,
    /// Nested fields with the name of an introspection list, wherever they stand.
    pub(super) lists: u32,
    /// The same, only below `__schema` and `__type`.
    pub(super) introspection: u32,
    /// Fields with such a name, within and beside each other, wherever they stand.
    pub(super) listed: u32,
    /// The same, only below `__schema` and `__type`.
    pub(super) introspected: u32,
}

impl Weight {
    /// This beside that, in one selection set.
    fn beside(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            values: self.values.saturating_add(other.values),
            roots: self.roots.saturating_add(other.roots),
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            lists: self.lists.max(other.lists),
            introspection: self.introspection.max(other.introspection),
            listed: self.listed.saturating_add(other.listed),
            introspected: self.introspected.saturating_add(other.introspected),
        }
    }

    /// This as the content of a fragment.
    fn in_fragment(self, directives: usize) -> Self {
        Self {
            selections: self.selections.saturating_add(1),
            directives: self.directives.saturating_add(count(directives)),
            nesting: self.nesting.saturating_add(1),
            ..self
        }
    }

    /// This as the content of a field.
    fn in_field(self, field: &Field, values: u32) -> Self {
        let name = field.name.node.as_str();
        let introspects = matches!(name, "__schema" | "__type");
        let is_list = INTROSPECTION_LISTS.contains(&name);
        let nests = !field.selection_set.node.items.is_empty();
        Self {
            selections: self.selections.saturating_add(1),
            aliases: self.aliases.saturating_add(u32::from(field.alias.is_some())),
            directives: self.directives.saturating_add(count(field.directives.len())),
            values: self.values.saturating_add(values),
            roots: 1,
            depth: if introspects { 1 } else { self.depth.saturating_add(1) },
            nesting: self.nesting.saturating_add(u32::from(nests)),
            lists: self.lists.saturating_add(u32::from(is_list)),
            introspection: if introspects { self.lists } else { self.introspection },
            listed: self.listed.saturating_add(u32::from(is_list)),
            introspected: if introspects { self.listed } else { self.introspected },
        }
    }

    fn check(self, limits: &DocumentLimits) -> Result<(), Refusal> {
        let bounds = [
            (TOO_DEEP, "fields with a nesting", self.depth, limits.depth),
            (TOO_DEEP, "selection sets with a nesting", self.nesting, limits.nesting),
            (TOO_DEEP, "introspection lists with a nesting", self.introspection, limits.introspection_lists),
            (TOO_LARGE, "an introspection list count", self.introspected, limits.introspection_lists_in_all),
            (TOO_MANY_ALIASES, "an alias count", self.aliases, limits.aliases),
            (TOO_MANY_ROOT_FIELDS, "a root field count", self.roots, limits.root_fields),
            (TOO_MANY_DIRECTIVES, "a directive count", self.directives, limits.directives),
        ];
        match bounds.into_iter().find(|(_, _, found, limit)| found > limit) {
            Some((code, what, found, limit)) => Err(Refusal::limit(code, what, found, limit)),
            None => Ok(()),
        }
    }
}

/// Refuses a document above the limits, or with fragments that spread themselves.
pub(super) fn check(
    document: &ExecutableDocument,
    variables: &Variables,
    limits: &DocumentLimits,
) -> Result<(), Refusal> {
    let fragments = Fragments::weigh(document, variables)?;
    let operations: Vec<_> =
        document.operations.iter().map(|(_, operation)| (operation, fragments.operation(operation))).collect();
    // Fragments that no operation spreads are validated all the same.
    let weights = operations.iter().map(|(_, weight)| *weight).chain(fragments.unused());
    let all = weights.clone().fold(Weight::default(), Weight::beside);
    if all.selections > limits.selections {
        let what = "a field count, fragments written out,";
        return Err(Refusal::limit(TOO_LARGE, what, all.selections, limits.selections));
    }
    if all.values > limits.value_bytes {
        let what = "arguments, fragments and variables written out, with a length";
        return Err(Refusal::limit(TOO_LARGE, what, all.values, limits.value_bytes));
    }
    for weight in weights {
        weight.check(limits)?;
    }
    operations.iter().try_for_each(|(operation, weight)| single_root(operation, *weight))
}

/// A subscription is one stream of events, so it has one root field. The executor does not check it.
fn single_root(operation: &Positioned<OperationDefinition>, weight: Weight) -> Result<(), Refusal> {
    match operation.node.ty {
        OperationType::Subscription if weight.roots > 1 => {
            Err(Refusal::invalid("A subscription must select exactly one root field.", Some(operation.pos)))
        }
        _ => Ok(()),
    }
}

/// The weight of every fragment.
pub(super) struct Fragments<'a> {
    weights: HashMap<&'a str, Weight>,
    values: Values<'a>,
    /// Those that no fragment and no operation spreads.
    unused: Vec<&'a str>,
}

impl<'a> Fragments<'a> {
    pub(super) fn weigh(document: &'a ExecutableDocument, variables: &'a Variables) -> Result<Self, Refusal> {
        let (order, values) = (Order::of(document)?, Values::of(document, variables));
        let mut fragments =
            Self { weights: HashMap::with_capacity(order.fragments.len()), values, unused: order.unused };
        for name in order.fragments {
            if let Some(fragment) = document.fragments.get(name) {
                let weight = fragments.definition(fragment);
                fragments.weights.insert(name, weight);
            }
        }
        Ok(fragments)
    }

    pub(super) fn operation(&self, operation: &Positioned<OperationDefinition>) -> Weight {
        let operation = &operation.node;
        let on_variables: usize =
            operation.variable_definitions.iter().map(|variable| variable.node.directives.len()).sum();
        let content = self.selection_set(&operation.selection_set.node);
        let directives = content.directives.saturating_add(count(operation.directives.len() + on_variables));
        Weight { directives, ..content }
    }

    fn unused(&self) -> impl Iterator<Item = Weight> + Clone {
        // They have no root: what they are spread on is not known.
        self.unused.iter().filter_map(|name| self.weights.get(name)).map(|weight| Weight { roots: 0, ..*weight })
    }

    fn definition(&self, fragment: &Positioned<FragmentDefinition>) -> Weight {
        let content = self.selection_set(&fragment.node.selection_set.node);
        let directives = content.directives.saturating_add(count(fragment.node.directives.len()));
        Weight { directives, ..content }
    }

    fn selection_set(&self, set: &SelectionSet) -> Weight {
        set.items.iter().map(|selection| self.selection(&selection.node)).fold(Weight::default(), Weight::beside)
    }

    fn selection(&self, selection: &Selection) -> Weight {
        match selection {
            Selection::Field(field) => {
                let content = self.selection_set(&field.node.selection_set.node);
                content.in_field(&field.node, self.values.given(&field.node))
            }
            Selection::InlineFragment(fragment) => {
                self.selection_set(&fragment.node.selection_set.node).in_fragment(fragment.node.directives.len())
            }
            Selection::FragmentSpread(spread) => {
                // One that is not defined weighs nothing; validation will say so.
                let content = self.weights.get(spread.node.fragment_name.node.as_str()).copied().unwrap_or_default();
                content.in_fragment(spread.node.directives.len())
            }
        }
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
