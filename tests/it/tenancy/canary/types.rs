//! The schema's types, as the writer of operations needs them: read from the SDL.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    Positioned, parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use live_gateway::api;

/// Fields that end the asker's own access, and with it the run; who may use them is the table of permissions' business.
const ENDS: [&str; 5] = ["signOut", "signOutEverywhere", "changePassword", "leaveStudio", "disconnectShopeeAccount"];

pub(super) struct Types {
    kinds: BTreeMap<String, TypeKind>,
    fields: BTreeSet<String>,
}

impl Types {
    pub(super) fn of_the_schema() -> Self {
        let document = parse_schema(api::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        });
        let kinds: BTreeMap<_, _> = types.map(named).collect();
        let fields = kinds.iter().flat_map(|(name, kind)| fields_of(kind).iter().map(|field| path(name, &field.node)));
        Self { fields: fields.collect(), kinds }
    }

    /// Every field, as `LiveSession.sessionName`.
    pub(super) fn fields(&self) -> impl Iterator<Item = &String> {
        self.fields.iter()
    }

    pub(super) fn kind(&self, name: &str) -> Option<&TypeKind> {
        self.kinds.get(name)
    }

    /// The fields of an object or interface.
    pub(super) fn fields_of(&self, name: &str) -> Vec<&FieldDefinition> {
        self.kind(name).map_or(&[][..], fields_of).iter().map(|field| &field.node).collect()
    }

    /// The fields of an input object.
    pub(super) fn inputs_of(&self, name: &str) -> Vec<&InputValueDefinition> {
        match self.kind(name) {
            Some(TypeKind::InputObject(input)) => input.fields.iter().map(|field| &field.node).collect(),
            _ => Vec::new(),
        }
    }

    /// The objects that an interface or union may turn out to be.
    pub(super) fn objects_of(&self, name: &str) -> Vec<&str> {
        let implements = |kind: &TypeKind| match kind {
            TypeKind::Object(object) => object.implements.iter().any(|interface| interface.node == name),
            _ => false,
        };
        match self.kind(name) {
            Some(TypeKind::Interface(_)) => {
                let objects = self.kinds.iter().filter(|(_, kind)| implements(kind));
                objects.map(|(object, _)| object.as_str()).collect()
            }
            Some(TypeKind::Union(union)) => union.members.iter().map(|member| member.node.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a type has fields to select.
    pub(super) fn has_fields(&self, name: &str) -> bool {
        matches!(self.kind(name), Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)))
    }
}

/// A type without its lists and exclamation marks.
pub(super) fn base_of(reference: &Type) -> &str {
    let mut base = &reference.base;
    loop {
        match base {
            BaseType::Named(name) => return name.as_str(),
            BaseType::List(entry) => base = &entry.base,
        }
    }
}

pub(super) fn path(owner: &str, field: &FieldDefinition) -> String {
    format!("{owner}.{}", field.name.node)
}

fn named(definition: TypeDefinition) -> (String, TypeKind) {
    let (name, mut kind) = (definition.name.node.to_string(), definition.kind);
    if let ("Mutation", TypeKind::Object(object)) = (name.as_str(), &mut kind) {
        object.fields.retain(|field| !ENDS.contains(&field.node.name.node.as_str()));
    }
    (name, kind)
}

fn fields_of(kind: &TypeKind) -> &[Positioned<FieldDefinition>] {
    match kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}
