use async_graphql::SimpleObject;
use shopee::{Breakdown, Group};

use crate::{
    engine::joined::Observed,
    graphql::{freshness::Freshness, long::Long},
};

/// Who watched, or who bought.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct AudienceProfile {
    /// The same people divided by one criterion after the other; as many as Shopee has, a handful.
    #[graphql(directive = crate::graphql::price::list_size::apply(10, None))]
    breakdowns: Vec<AudienceBreakdown>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// People divided by one criterion.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub(super) struct AudienceBreakdown {
    /// The criterion in Shopee's word, such as `gender` or `age`.
    criterion: String,
    /// The groups, in Shopee's order; a handful.
    #[graphql(directive = crate::graphql::price::list_size::apply(50, None))]
    groups: Vec<AudienceGroup>,
}

/// Some of the people.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub(super) struct AudienceGroup {
    /// Shopee's word for the group, such as `18-24`.
    name: String,
    /// How many belong to it; null when Shopee did not report it. Shopee sends no percentages.
    people: Option<Long>,
}

/// Where viewers came from.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct ViewerSource {
    /// The ways they took, in Shopee's words and order; a handful.
    #[graphql(directive = crate::graphql::price::list_size::apply(50, None))]
    groups: Vec<AudienceGroup>,
    #[graphql(flatten)]
    freshness: Freshness,
}

impl AudienceProfile {
    pub fn from_answer(answer: &Observed<Vec<Breakdown>>) -> Option<Self> {
        let breakdowns: Vec<_> = answer.value.iter().map(AudienceBreakdown::new).collect();
        (!breakdowns.is_empty()).then_some(Self { breakdowns, freshness: Freshness::of(answer) })
    }
}

impl AudienceBreakdown {
    fn new(breakdown: &Breakdown) -> Self {
        Self { criterion: breakdown.by.clone(), groups: groups(breakdown) }
    }
}

impl ViewerSource {
    pub fn from_answer(answer: &Observed<Option<Breakdown>>) -> Option<Self> {
        let groups = groups(answer.value.as_ref()?);
        Some(Self { groups, freshness: Freshness::of(answer) })
    }
}

fn groups(breakdown: &Breakdown) -> Vec<AudienceGroup> {
    let group = |group: &Group| AudienceGroup { name: group.name.clone(), people: group.people.map(Long) };
    breakdown.groups.iter().map(group).collect()
}
