//! Writes valid operations at random: fields, aliases, fragments, directives, variables.

use std::{collections::BTreeSet, fmt::Write as _};

use async_graphql::parser::types::FieldDefinition;
use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Map, Value};

use super::{
    house::{Side, Things},
    sdl::{Target, Types, base_of, path},
    values::Values,
};

/// Objects within objects, counted from the root.
const DEEPEST: u32 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Query,
    Mutation,
    Subscription,
}

/// Whose things an operation names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Anyones,
    /// The asker's.
    TheirOwn,
}

#[derive(Debug)]
pub(super) struct Operation {
    pub(super) root: Root,
    pub(super) document: String,
    pub(super) variables: Value,
    pub(super) fields: BTreeSet<String>,
}

pub(super) struct Writer<'a> {
    types: &'a Types,
    things: &'a Things,
    asker: Side,
    about: About,
    target: &'a Target,
    dice: StdRng,
    names: u32,
    fragments: String,
    declared: Vec<String>,
    variables: Map<String, Value>,
    fields: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    /// A writer who strays on the way to its target.
    pub(super) fn new(types: &'a Types, things: &'a Things, asker: Side, target: &'a Target, dice: StdRng) -> Self {
        let (fragments, declared, variables) = (String::new(), Vec::new(), Map::new());
        let (about, fields) = (About::Anyones, BTreeSet::new());
        Self { types, things, asker, about, target, dice, names: 0, fragments, declared, variables, fields }
    }

    pub(super) fn about(self, about: About) -> Self {
        Self { about, ..self }
    }

    pub(super) fn operation(mut self, root: Root, name: &str) -> Operation {
        let (keyword, owner, most) = match root {
            Root::Query => ("query", "Query", 3),
            Root::Mutation => ("mutation", "Mutation", 2),
            // More than one field is not valid there.
            Root::Subscription => ("subscription", "Subscription", 1),
        };
        let count = self.dice.random_range(1..=most);
        let fields: Vec<String> = (0..count).map(|_| self.any_field(root, owner, 0)).collect();
        let variables = match self.declared.as_slice() {
            [] => String::new(),
            declared => format!("({})", declared.join(", ")),
        };
        let document = format!("{keyword} {name}{variables} {{ {} }}{}", fields.join(" "), self.fragments);
        Operation { root, document, variables: self.variables.into(), fields: self.fields }
    }

    fn any_field(&mut self, root: Root, owner: &str, depth: u32) -> String {
        let types = self.types;
        let fields: Vec<_> = types.fields_of(owner).into_iter().filter(|field| self.fits(field, depth)).collect();
        let nearest =
            fields.iter().filter_map(|field| Some((self.steps(owner, field)?, *field))).min_by_key(|way| way.0);
        let field = match nearest {
            // The deepest are seven steps away: at evens, hardly one operation in a hundred would get there.
            Some((_, field)) if self.dice.random_bool(0.65) => field,
            _ => *fields.choose(&mut self.dice).unwrap(),
        };
        self.field(root, owner, field, depth)
    }

    /// How far it is to the target through a field.
    fn steps(&self, owner: &str, field: &FieldDefinition) -> Option<u32> {
        if owner == self.target.owner && field.name.node.as_str() == self.target.field {
            return Some(0);
        }
        self.types.steps(base_of(&field.ty.node), &self.target.owner).map(|steps| steps + 1)
    }

    /// Whether there is still room for what would be selected below.
    fn fits(&self, field: &FieldDefinition, depth: u32) -> bool {
        depth < DEEPEST || !self.types.has_fields(base_of(&field.ty.node))
    }

    /// One field. Its answer's name is its own only if nothing else could be meant by it.
    fn field(&mut self, root: Root, owner: &str, field: &FieldDefinition, depth: u32) -> String {
        self.fields.insert(path(owner, field));
        let (name, of) = (field.name.node.as_str(), base_of(&field.ty.node));
        let arguments = self.arguments(root, field);
        let has_fields = self.types.has_fields(of);
        let mut text = match has_fields || !arguments.is_empty() || self.dice.random_bool(0.1) {
            true => format!("{}: {name}{arguments}", self.name("a")),
            false => format!("{name}{arguments}"),
        };
        // At the root of a subscription this could leave nothing.
        if root != Root::Subscription && self.dice.random_bool(0.05) {
            let _ = write!(
                text,
                " @{}(if: {})",
                ["include", "skip"][self.dice.random_range(0..2)],
                self.dice.random_bool(0.5)
            );
        }
        if has_fields {
            let selection = self.selection(root, of, depth + 1);
            let _ = write!(text, " {{ {selection} }}");
        }
        text
    }

    /// What is selected of an object: few fields, since each list multiplies them.
    fn selection(&mut self, root: Root, of: &str, depth: u32) -> String {
        let objects: Vec<String> = self.types.objects_of(of).into_iter().map(str::to_owned).collect();
        let nearest = objects.iter().filter_map(|object| Some((self.types.steps(object, &self.target.owner)?, object)));
        let nearest = nearest.min_by_key(|way| way.0).map(|way| way.1);
        let object = nearest.filter(|_| self.dice.random_bool(0.5)).or(objects.choose(&mut self.dice));
        if let Some(object) = object {
            let common =
                if self.types.fields_of(of).is_empty() { String::new() } else { self.any_field(root, of, depth) };
            let inner = self.selection(root, object, depth);
            return format!("__typename {common} ... on {object} {{ {inner} }}");
        }
        let count = self.dice.random_range(1..=3);
        let fields: Vec<String> = (0..count).map(|_| self.any_field(root, of, depth)).collect();
        let mut text = fields.join(" ");
        if self.dice.random_bool(0.1) {
            let name = self.name("F");
            let _ = write!(self.fragments, " fragment {name} on {of} {{ {text} }}");
            text = format!("...{name}");
        }
        text
    }

    fn arguments(&mut self, root: Root, field: &FieldDefinition) -> String {
        let mut texts = Vec::new();
        let mut values = Values {
            types: self.types,
            things: self.things,
            asker: self.asker,
            about: self.about,
            root,
            dice: &mut self.dice,
        };
        let given = values.of_arguments(field);
        for (definition, value) in given {
            let name = definition.name.node.as_str();
            let reference = &definition.ty.node;
            if self.dice.random_bool(0.3) {
                let variable = self.name("v");
                self.declared.push(format!("${variable}: {reference}"));
                self.variables.insert(variable.clone(), value.into_json().unwrap());
                texts.push(format!("{name}: ${variable}"));
            } else {
                texts.push(format!("{name}: {value}"));
            }
        }
        if texts.is_empty() { String::new() } else { format!("({})", texts.join(", ")) }
    }

    fn name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("{kind}{}", self.names)
    }
}
