use async_graphql::SimpleObject;
use shopee::BudgetForEdit;

use crate::{
    engine::joined::Observed,
    graphql::{freshness::Freshness, money::Money},
};

/// Which daily budgets a promotion may be given now. What is null was not reported, which is not zero.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct BudgetLimits {
    /// The least; rises with what is spent.
    minimum: Option<Money>,
    /// The most.
    maximum: Option<Money>,
    /// A budget has to be a multiple of this.
    step: Option<Money>,
    /// What Shopee would have the seller take.
    recommended: Option<Money>,
    /// Below this Shopee warns that a budget is small.
    low_threshold: Option<Money>,
    /// Whether the budget may be made smaller.
    may_decrease: Option<bool>,
    /// What the promotion has spent today.
    spent_today: Option<Money>,
    #[graphql(flatten)]
    freshness: Freshness,
}

impl BudgetLimits {
    pub(super) fn from_answer(answer: &Observed<Option<BudgetForEdit>>, region: shopee::Region) -> Option<Self> {
        let budget = answer.value.as_ref()?;
        Some(Self {
            minimum: Money::reported(budget.minimum, region),
            maximum: Money::reported(budget.maximum, region),
            step: Money::reported(budget.step, region),
            recommended: Money::reported(budget.recommended, region),
            low_threshold: Money::reported(budget.low_threshold, region),
            may_decrease: budget.may_decrease,
            spent_today: Money::reported(budget.spent_today, region),
            freshness: Freshness::of(answer),
        })
    }
}
