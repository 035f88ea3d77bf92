//! What an operation may cost at most, as the marks of the schema say (`graphql/price.rs`).
//!
//! The document is walked once, with every fragment where it is spread, as it would be executed: variables have their values, what is
//! skipped costs nothing. Two numbers are carried along: how many objects there may be, and how many times what they have is read,
//! since the neighbours of a page are read together. The limits of documents bound the walk.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        BaseType, ConstDirective, Directive, DocumentOperations, ExecutableDocument, Field, FieldDefinition,
        OperationDefinition, OperationType, Selection, SelectionSet,
    },
};

use super::{
    marks::{argument, base, fields, find, types},
    sdl,
};
use crate::{
    cost::price::Price,
    graphql::{numbered, page},
    session::schema::points_between,
};

static PRICES: LazyLock<Prices> = LazyLock::new(|| Prices::of(&sdl()));

/// Statements of a field at the root that says nothing else: few take so many.
const STATEMENTS_OF_A_ROOT: u64 = 5;
/// Statements of a page: its nodes, and how many there are.
const STATEMENTS_OF_A_PAGE: u64 = 2;
/// How long a list is that says nothing: `userErrors` has one for each field of a form.
const UNSAID_LENGTH: u64 = 10;
/// Values of all that the schema tells of itself, or of one type: a rough figure, for what is kept after the first time.
const SCHEMA: u64 = 2_000;
const TYPE: u64 = 500;

/// What an operation of a document may cost at most; one that is not there costs nothing.
pub(super) fn price(document: &ExecutableDocument, operation_name: Option<&str>, variables: &Variables) -> Price {
    let operation = match (&document.operations, operation_name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) => operations.values().next(),
    };
    operation.map_or_else(Price::default, |operation| {
        let mut walk = Walk { prices: &PRICES, document, operation: &operation.node, variables, sum: Price::default() };
        walk.root();
        walk.sum
    })
}

/// How many there are of what is selected.
#[derive(Clone, Copy, Debug)]
struct Multitude {
    /// Objects.
    objects: u64,
    /// Groups of objects that are read together.
    pages: u64,
    /// How long lists in each object are, as a page's arguments say of its nodes.
    within: Option<u64>,
}

struct Walk<'a> {
    prices: &'a Prices,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    sum: Price,
}

impl Walk<'_> {
    fn root(&mut self) {
        let owner = match self.operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let one = Multitude { objects: 1, pages: 1, within: None };
        self.below(&self.operation.selection_set.node, owner, one);
    }

    fn below(&mut self, set: &SelectionSet, owner: &str, many: Multitude) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if self.is_included(&field.node.directives) => {
                    self.field(&field.node, owner, many);
                }
                Selection::InlineFragment(fragment) if self.is_included(&fragment.node.directives) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
                    self.below(&fragment.node.selection_set.node, on.unwrap_or(owner), many);
                }
                Selection::FragmentSpread(spread) if self.is_included(&spread.node.directives) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.below(&fragment.node.selection_set.node, on, many);
                    }
                }
                Selection::Field(_) | Selection::InlineFragment(_) | Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(&mut self, field: &Field, owner: &str, many: Multitude) {
        let values = match field.name.node.as_str() {
            "__schema" => SCHEMA,
            "__type" => TYPE,
            _ => 1,
        };
        self.sum += Price { values: many.objects.saturating_mul(values), ..Price::default() };
        let prices = self.prices;
        // What is not there costs nothing: validation will say so.
        if let Some(priced) = prices.field(owner, field.name.node.as_str()) {
            let below = self.own(priced, field, many);
            self.below(&field.selection_set.node, &priced.of, below);
        }
    }

    /// Adds what the field itself takes; how many there are of what it answers.
    fn own(&mut self, priced: &Priced, field: &Field, many: Multitude) -> Multitude {
        let length = priced.length.as_ref().map(|length| self.length(length, field));
        let (together, each) = (priced.together, priced.each);
        let statements = together.saturating_mul(many.pages).saturating_add(each.saturating_mul(many.objects));
        self.sum += Price { values: 0, statements, shopee_calls: priced.shopee_calls.saturating_mul(many.objects) };
        let entries = if priced.is_list { length.or(many.within).unwrap_or(UNSAID_LENGTH) } else { 1 };
        Multitude {
            objects: many.objects.saturating_mul(entries),
            // What each object reads for itself, it reads with neighbours of its own.
            pages: if each > 0 { many.objects } else { many.pages },
            within: length.filter(|_| !priced.is_list),
        }
    }

    fn length(&self, length: &Length, field: &Field) -> u64 {
        match length {
            Length::Page => {
                let size = self.number(field, "first").or_else(|| self.number(field, "last"));
                bounded(size.unwrap_or(page::DEFAULT_SIZE as i64), page::LARGEST_SIZE)
            }
            Length::Numbered => {
                bounded(self.number(field, "pageSize").unwrap_or(numbered::DEFAULT_SIZE), page::LARGEST_SIZE)
            }
            Length::List { most, argument: None } => *most,
            Length::List { most, argument: Some(argument) } => match self.argument(field, argument) {
                Some(Value::List(entries)) => (entries.len() as u64).min(*most),
                Some(Value::Number(number)) => number.as_i64().map_or(*most, |number| bounded(number, *most)),
                _ => *most,
            },
            Length::Points { most } => {
                let [from, to, interval] = ["from", "to", "interval"].map(|name| self.argument(field, name));
                points_between(from, to, interval).map_or(*most, |points| points.min(*most))
            }
        }
    }

    /// A number among the arguments; one that cannot be read is as large as it could be.
    fn number(&self, field: &Field, name: &str) -> Option<i64> {
        match self.argument(field, name)? {
            Value::Null => None,
            Value::Number(number) => Some(number.as_i64().unwrap_or(i64::MAX)),
            _ => Some(i64::MAX),
        }
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let value = field.get_argument(name)?.node.clone();
        value.into_const_with(|variable| self.variable(&variable).ok_or(())).ok()
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        let defined = &self.operation.variable_definitions;
        let definition = defined.iter().find(|variable| variable.node.name.node == *name)?;
        let default = || definition.node.default_value.as_ref().map(|value| value.node.clone());
        self.variables.get(name).cloned().or_else(default)
    }

    fn is_included(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| match directive.node.name.node.as_str() {
            "skip" => self.condition(&directive.node) != Some(true),
            "include" => self.condition(&directive.node) != Some(false),
            _ => true,
        })
    }

    fn condition(&self, directive: &Directive) -> Option<bool> {
        let value = directive.get_argument("if")?.node.clone();
        match value.into_const_with(|variable| self.variable(&variable).ok_or(())) {
            Ok(Value::Boolean(condition)) => Some(condition),
            _ => None,
        }
    }
}

fn bounded(length: i64, most: u64) -> u64 {
    u64::try_from(length).unwrap_or_default().min(most)
}

/// How long a list is, or the list in a page.
#[derive(Debug)]
enum Length {
    Page,
    Numbered,
    List { most: u64, argument: Option<String> },
    Points { most: u64 },
}

/// What a field of the schema takes.
#[derive(Debug)]
struct Priced {
    shopee_calls: u64,
    /// Statements for each object.
    each: u64,
    /// Statements for all objects of a page.
    together: u64,
    length: Option<Length>,
    is_list: bool,
    /// Its type, without lists and exclamation marks.
    of: String,
}

/// What all fields take, by type and name.
struct Prices(HashMap<String, HashMap<String, Priced>>);

impl Prices {
    fn of(sdl: &str) -> Self {
        let priced = types(sdl).map(|definition| {
            let owner = definition.name.node.to_string();
            let fields = fields(&definition.kind).iter().map(|field| priced(&owner, &field.node)).collect();
            (owner, fields)
        });
        Self(priced.collect())
    }

    fn field(&self, owner: &str, name: &str) -> Option<&Priced> {
        self.0.get(owner)?.get(name)
    }
}

fn priced(owner: &str, field: &FieldDefinition) -> (String, Priced) {
    let number = |mark: &str, argument: &str| number(&field.directives, mark, argument);
    let shopee_calls = number("shopeeCalls", "times").unwrap_or_default();
    let together_page = boolean(&field.directives, "page", "together");
    let of_page = |together| if together_page == Some(together) { STATEMENTS_OF_A_PAGE } else { 0 };
    // The credential that a call takes.
    let of_calls = shopee_calls.min(1);
    let is_root = ["Query", "Mutation", "Subscription"].contains(&owner);
    let unsaid = if is_root && together_page.is_none() { STATEMENTS_OF_A_ROOT } else { of_page(false) };
    let each = number("statements", "each").unwrap_or(unsaid);
    let together = number("statements", "together").unwrap_or_default() + of_page(true) + of_calls;
    let priced = Priced {
        shopee_calls,
        each,
        together,
        length: length(&field.directives),
        is_list: matches!(field.ty.node.base, BaseType::List(_)),
        of: base(&field.ty.node).to_owned(),
    };
    (field.name.node.to_string(), priced)
}

fn length(marks: &[Positioned<ConstDirective>]) -> Option<Length> {
    let argument = match argument(marks, "listSize", "argument") {
        Some(Value::String(name)) => Some(name.clone()),
        _ => None,
    };
    let list = || number(marks, "listSize", "most").map(|most| Length::List { most, argument });
    let points = || number(marks, "points", "most").map(|most| Length::Points { most });
    match (find(marks, "page"), find(marks, "numberedPage")) {
        (Some(_), _) => Some(Length::Page),
        (_, Some(_)) => Some(Length::Numbered),
        (None, None) => list().or_else(points),
    }
}

fn number(marks: &[Positioned<ConstDirective>], name: &str, of: &str) -> Option<u64> {
    match argument(marks, name, of)? {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

fn boolean(marks: &[Positioned<ConstDirective>], name: &str, of: &str) -> Option<bool> {
    match argument(marks, name, of)? {
        Value::Boolean(boolean) => Some(*boolean),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
