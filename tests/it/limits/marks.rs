//! The prices in the schema: whoever adds a field that asks Shopee, or a list, has to say so.

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, TypeKind, TypeSystemDefinition},
};
use live_gateway::api;

/// Every field of an object, with its owner.
fn fields() -> Vec<(String, FieldDefinition)> {
    let document = parse_schema(api::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    let of = |(owner, kind): (String, TypeKind)| match kind {
        TypeKind::Object(object) => {
            object.fields.into_iter().map(|field| (String::clone(&owner), field.node)).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    };
    types.map(|definition| (definition.name.node.to_string(), definition.kind)).flat_map(of).collect()
}

fn has(field: &FieldDefinition, mark: &str) -> bool {
    field.directives.iter().any(|directive| directive.node.name.node == mark)
}

fn is_list(field: &FieldDefinition) -> bool {
    matches!(field.ty.node.base, BaseType::List(_))
}

fn base(field: &FieldDefinition) -> String {
    field.ty.node.to_string().replace(['[', ']', '!'], "")
}

#[test]
fn what_asks_shopee_says_how_often() {
    let asks = |field: &FieldDefinition| {
        let words = field.description.as_ref().map(|text| text.node.split_whitespace().collect::<Vec<_>>().join(" "));
        words.is_some_and(|words| words.contains("Asked of Shopee"))
    };
    let asking: Vec<_> = fields().into_iter().filter(|(_, field)| asks(field)).collect();
    assert!(asking.len() >= 20, "{}", asking.len());
    let free: Vec<_> = asking.iter().filter(|(_, field)| !has(field, "shopeeCalls")).collect();
    let free: Vec<_> = free.iter().map(|(owner, field)| format!("{owner}.{}", field.name.node)).collect();
    assert_eq!(free, [""; 0]);
}

#[test]
fn every_list_says_how_long_it_may_be() {
    let all = fields();
    // The length of a page is said where the page is asked for.
    let sized = |(_, field): &&(String, FieldDefinition)| {
        !is_list(field) && ["page", "numberedPage", "listSize"].iter().any(|mark| has(field, mark))
    };
    let pages: Vec<String> = all.iter().filter(sized).map(|(_, field)| base(field)).collect();
    let unsaid = all.iter().filter(|(owner, field)| {
        let says = ["listSize", "points"].iter().any(|mark| has(field, mark));
        is_list(field) && !says && !pages.contains(owner) && field.name.node != "userErrors"
    });
    let unsaid: Vec<String> = unsaid.map(|(owner, field)| format!("{owner}.{}", field.name.node)).collect();
    assert_eq!(unsaid, [""; 0]);
}

#[test]
fn every_connection_is_a_page() {
    let wrong = fields().into_iter().filter(|(_, field)| base(field).ends_with("Connection") != has(field, "page"));
    let wrong: Vec<String> = wrong.map(|(owner, field)| format!("{owner}.{}", field.name.node)).collect();
    assert_eq!(wrong, [""; 0]);
}
