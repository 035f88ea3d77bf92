//! In which order fragments can be weighed: each after those it spreads.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::Refusal;

/// The fragments of a document, each after all that it spreads.
pub(super) struct Order<'a> {
    pub(super) fragments: Vec<&'a str>,
    /// Those that no operation and no other fragment spreads.
    pub(super) unused: Vec<&'a str>,
}

/// Which fragments spread which.
struct Spreads<'a> {
    /// For each fragment, what it spreads, as often as it does.
    of: HashMap<&'a str, Vec<&'a str>>,
    /// For each fragment, how many spreads of it stand in fragments that are not ordered yet.
    waiting: HashMap<&'a str, usize>,
}

impl<'a> Order<'a> {
    /// Refuses fragments that spread themselves, directly or through others: they have no order.
    pub(super) fn of(document: &'a ExecutableDocument) -> Result<Self, Refusal> {
        let mut spreads = Spreads::of(document);
        let mut order = spreads.spread_by_none();
        let by_operations = spread_by_operations(document);
        let unused = order.iter().copied().filter(|name| !by_operations.contains(name)).collect();
        let mut next = 0;
        while let Some(name) = order.get(next) {
            let freed = spreads.release(name);
            order.extend(freed);
            next += 1;
        }
        match document.fragments.iter().find(|(name, _)| spreads.still_waits(name)) {
            Some((name, fragment)) => {
                Err(Refusal::invalid(format!("Fragment \"{name}\" spreads itself."), Some(fragment.pos)))
            }
            None => {
                order.reverse();
                Ok(Self { fragments: order, unused })
            }
        }
    }
}

impl<'a> Spreads<'a> {
    fn of(document: &'a ExecutableDocument) -> Self {
        let definitions = document.fragments.iter();
        let of: HashMap<&str, Vec<&str>> =
            definitions.map(|(name, fragment)| (name.as_str(), spread_in(&fragment.node.selection_set.node))).collect();
        let mut waiting: HashMap<&str, usize> = of.keys().map(|name| (*name, 0)).collect();
        for name in of.values().flatten() {
            if let Some(count) = waiting.get_mut(name) {
                *count += 1;
            }
        }
        Self { of, waiting }
    }

    fn spread_by_none(&self) -> Vec<&'a str> {
        self.waiting.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect()
    }

    /// Takes a fragment out; returns those that no remaining one spreads now.
    fn release(&mut self, name: &str) -> Vec<&'a str> {
        let mut freed = Vec::new();
        for spread in self.of.get(name).into_iter().flatten() {
            if let Some(count) = self.waiting.get_mut(spread) {
                *count -= 1;
                if *count == 0 {
                    freed.push(*spread);
                }
            }
        }
        freed
    }

    fn still_waits(&self, name: &str) -> bool {
        self.waiting.get(name).is_some_and(|count| *count > 0)
    }
}

fn spread_by_operations(document: &ExecutableDocument) -> HashSet<&str> {
    document.operations.iter().flat_map(|(_, operation)| spread_in(&operation.node.selection_set.node)).collect()
}

fn spread_in(set: &SelectionSet) -> Vec<&str> {
    let mut names = Vec::new();
    collect(set, &mut names);
    names
}

/// Recurses within one definition only, where the brackets are already bounded.
fn collect<'a>(set: &'a SelectionSet, names: &mut Vec<&'a str>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => collect(&field.node.selection_set.node, names),
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, names),
            Selection::FragmentSpread(spread) => names.push(&spread.node.fragment_name.node),
        }
    }
}
