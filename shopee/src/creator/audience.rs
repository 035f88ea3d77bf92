//! Who watches and who buys.

use crate::envelope::Answer;
use crate::error::Error;
use crate::wire::{self, Object};

/// A session's viewers or buyers, divided by one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakdown {
    /// The criterion in Shopee's word, such as `gender` or `age`.
    pub by: String,
    /// The groups, in Shopee's order.
    pub groups: Vec<Group>,
}

/// One of the groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Shopee's word for it, such as `18-24`.
    pub name: String,
    /// How many belong to it. Shopee sends no percentages.
    pub people: Option<i64>,
}

pub(crate) fn read(answer: &Answer) -> Result<Vec<Breakdown>, Error> {
    Ok(answer.objects()?.iter().filter_map(breakdown).collect())
}

fn breakdown(object: &Object<'_>) -> Option<Breakdown> {
    let groups = object.raw("distribution").and_then(wire::elements).unwrap_or_default();
    let groups = groups.into_iter().filter_map(|raw| group(&Object::parse(raw)?)).collect();
    Some(Breakdown { by: object.text("type")?, groups })
}

fn group(object: &Object<'_>) -> Option<Group> {
    Some(Group { name: object.text("itemName")?, people: object.count("value") })
}
