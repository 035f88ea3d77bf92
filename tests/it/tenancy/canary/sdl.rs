//! The schema's types, as the writer of operations needs them: read from the SDL.

use std::collections::{BTreeMap, VecDeque};

use async_graphql::parser::{
    Positioned, parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use live_gateway::api;

/// Fields that end the asker's own access, and with it the run; who may use them is the table of permissions' business.
const ENDS: [&str; 5] = ["signOut", "signOutEverywhere", "changePassword", "leaveStudio", "disconnectShopeeAccount"];

/// Fields that say what everybody may see on Shopee, or nothing but what they were given: they belong to no studio.
const PUBLIC: [&str; 4] = ["externalApiUrl", "ongoingLive", "productUrl", "shopUrl"];

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

pub(super) struct Types {
    kinds: BTreeMap<String, TypeKind>,
    fields: Vec<Target>,
    /// How many steps it is to a type, by that type and by where one stands.
    steps: BTreeMap<String, BTreeMap<String, u32>>,
}

/// A field that an operation is to ask for, if it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) owner: String,
    pub(super) field: String,
}

impl Types {
    pub(super) fn of_the_schema() -> Self {
        let document = parse_schema(api::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        });
        let kinds: BTreeMap<_, _> = types.map(named).collect();
        let target = |owner: &String, field: &Positioned<FieldDefinition>| Target {
            owner: owner.clone(),
            field: field.node.name.node.to_string(),
        };
        let fields = kinds.iter().flat_map(|(name, kind)| fields_of(kind).iter().map(move |field| target(name, field)));
        let mut types = Self { fields: fields.collect(), kinds, steps: BTreeMap::new() };
        types.steps = types.kinds.keys().map(|name| (name.clone(), types.steps_to(name))).collect();
        let within_reach = |of: &Target| ROOTS.iter().any(|root| types.steps(root, &of.owner).is_some());
        types.fields = types.fields.iter().filter(|of| within_reach(of)).cloned().collect();
        types
    }

    /// Every field that an operation can ask for.
    pub(super) fn fields(&self) -> &[Target] {
        &self.fields
    }

    /// How many steps it is from one type to another; `None` if there is no way.
    pub(super) fn steps(&self, from: &str, to: &str) -> Option<u32> {
        self.steps.get(to)?.get(from).copied()
    }

    fn steps_to(&self, name: &str) -> BTreeMap<String, u32> {
        let mut steps = BTreeMap::from([(name.to_owned(), 0)]);
        let mut reached = VecDeque::from([(name.to_owned(), 0)]);
        while let Some((to, count)) = reached.pop_front() {
            for from in self.kinds.keys().filter(|from| self.leads_to(from, &to)) {
                if !steps.contains_key(from) {
                    steps.insert(from.clone(), count + 1);
                    reached.push_back((from.clone(), count + 1));
                }
            }
        }
        steps
    }

    fn leads_to(&self, from: &str, to: &str) -> bool {
        self.fields_of(from).iter().any(|field| base_of(&field.ty.node) == to) || self.objects_of(from).contains(&to)
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
    let left_out: &[&str] = match name.as_str() {
        "Mutation" => &ENDS,
        "Query" => &PUBLIC,
        _ => &[],
    };
    if let TypeKind::Object(object) = &mut kind {
        object.fields.retain(|field| !left_out.contains(&field.node.name.node.as_str()));
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
