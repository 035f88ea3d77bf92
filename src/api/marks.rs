//! Reading the marks that the schema's fields carry, as the published schema has them.

use async_graphql::{
    Positioned, Value,
    parser::{
        parse_schema,
        types::{BaseType, ConstDirective, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
    },
};

/// The schema's types.
pub(super) fn types(sdl: &str) -> impl Iterator<Item = TypeDefinition> {
    let definitions = parse_schema(sdl).map(|document| document.definitions).unwrap_or_default();
    definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    })
}

pub(super) fn fields(kind: &TypeKind) -> &[Positioned<FieldDefinition>] {
    match kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

/// The name of a type, or of what its list holds.
pub(super) fn base(kind: &Type) -> &str {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(entry) => base(entry),
    }
}

pub(super) fn find<'a>(marks: &'a [Positioned<ConstDirective>], name: &str) -> Option<&'a ConstDirective> {
    marks.iter().map(|mark| &mark.node).find(|mark| mark.name.node == name)
}

pub(super) fn argument<'a>(marks: &'a [Positioned<ConstDirective>], name: &str, argument: &str) -> Option<&'a Value> {
    find(marks, name)?.get_argument(argument).map(|value| &value.node)
}
