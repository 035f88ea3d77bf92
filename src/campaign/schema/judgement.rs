use async_graphql::{Context, Enum, SimpleObject};
use rust_decimal::Decimal;
use shopee::ListedCampaign;

use crate::{
    account::schema::ShopeeAccount,
    campaign::{
        course::{Direction, Trend},
        judgement::{Advice, Facts, Judgement, Passed, Reason, judge},
        loader,
        reading::Reading,
        rule::{Rule, decimal},
    },
    error::Result,
    graphql::{freshness::Freshness, long::Long, money::Money},
    promotion::today,
};

/// How a promotion does today, and what to do about it: the numbers, and what follows from them by the studio's `campaignRule`, whether
/// that is switched on or not. Today is a day in the time zone of the account's region. What is null cannot be told.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct PromotionJudgement {
    /// How much of the daily budget is spent, as a fraction: `"0.5"` is half of it. Null without a daily budget.
    spent_share: Option<Decimal>,
    /// How much of the day is over, as a fraction.
    day_share: Decimal,
    /// `spentShare` by `dayShare`: `"1"` is evenly over the day, `"2"` spends everything by noon. Promotions spend while the account is on
    /// air, so a pace before the day's first live is low. Null without a daily budget.
    pace: Option<Decimal>,
    /// What it has spent by midnight if it goes on so, whatever the budget.
    projected_spend: Money,
    /// Value of the orders for each unit of money spent today, by what Shopee tells of both; null when nothing was spent.
    return_on_ad_spend: Option<Decimal>,
    /// How that return moves.
    trend: PromotionTrend,
    /// What to do.
    suggestion: PromotionSuggestion,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// How the return of a promotion moves, by what the gateway has read of it since yesterday.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
struct PromotionTrend {
    /// Value of the orders for each unit of money spent in the last three hours; null when nothing was spent in them.
    recent: Option<Decimal>,
    /// The same of the 24 hours before those; null when nothing was spent in them.
    earlier: Option<Decimal>,
    /// How the two compare; null while hardly anything was spent in one of them.
    direction: Option<TrendDirection>,
}

/// How a return moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Direction")]
enum TrendDirection {
    /// It is better by more than a tenth.
    Rising,
    /// It is worse by more than a tenth.
    Falling,
    /// It is about what it was.
    Steady,
}

/// What to do about a promotion, and why.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
struct PromotionSuggestion {
    /// What to do.
    action: SuggestedAction,
    /// What decided it.
    reason: SuggestionReason,
    /// The daily budget to give it, with RAISE and LOWER only: two digits and zeros. `budgetLimits` says whether Shopee takes it now.
    daily_budget: Option<Money>,
    /// The studio's threshold below which a promotion is to be paused.
    pauses_below_return: Decimal,
    /// The studio's threshold from which on a promotion is worth more money.
    target_return: Decimal,
    /// How much of its budget a promotion has spent, in percent, before it is judged.
    minimum_spent_percent: Long,
}

/// What to do about a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum SuggestedAction {
    /// Nothing.
    Leave,
    /// Hold it: `editPromotion` with PAUSE. The studio's rule does, where it is switched on.
    Pause,
    /// Give it a larger daily budget: `editPromotion` with CHANGE_BUDGET.
    Raise,
    /// Give it a smaller daily budget.
    Lower,
}

/// What decided a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Reason")]
enum SuggestionReason {
    /// It does not run, so there is nothing to do: LEAVE.
    NotRunning,
    /// It has no daily budget to judge it by: LEAVE.
    NoBudget,
    /// It has spent too little of its budget for its return to say something: LEAVE.
    TooEarly,
    /// Its return is below `pausesBelowReturn`: PAUSE.
    ReturnTooLow,
    /// Its return is below `targetReturn` and gets worse: LOWER.
    ReturnFalling,
    /// Its return is below `targetReturn`, and it spends at least 1.2 times as fast as evenly: LOWER.
    SpendsTooFast,
    /// It brings what it should, does not get worse, and will have spent its budget before the day is over: RAISE.
    BudgetRunsOut,
    /// None of these: LEAVE.
    OnCourse,
}

/// What to do about a promotion of today's list; `None` when Shopee does not tell what it cost and brought.
pub async fn judged(
    ctx: &Context<'_>,
    account: &ShopeeAccount,
    listed: &ListedCampaign,
    freshness: Freshness,
) -> Result<Option<PromotionJudgement>> {
    let (region, observed_at) = (account.shopee_region()?, freshness.at());
    let day = today::date(region, observed_at)?;
    let Some(reading) = Reading::of(listed, day, observed_at) else { return Ok(None) };
    let rule = loader::rule(ctx, account.studio_key()?).await?;
    let mut course = loader::course(ctx, (account.key()?, reading.campaign_id)).await?;
    course.retain(|earlier| earlier.read_at < observed_at);
    let standing = (&reading).into();
    course.push(reading);
    let (midnight, _) = today::today(region, observed_at)?;
    let facts = Facts { standing, passed: Passed::since(midnight, observed_at), trend: Trend::of(&course) };
    Ok(Some(PromotionJudgement::new(&judge(&facts, &rule), &rule, region, freshness)))
}

impl PromotionJudgement {
    fn new(judgement: &Judgement, rule: &Rule, region: shopee::Region, freshness: Freshness) -> Self {
        let Trend { recent, earlier, direction } = judgement.trend;
        let (action, daily_budget) = match judgement.suggestion.advice {
            Advice::Leave => (SuggestedAction::Leave, None),
            Advice::Pause => (SuggestedAction::Pause, None),
            Advice::Raise(budget) => (SuggestedAction::Raise, Some(budget)),
            Advice::Lower(budget) => (SuggestedAction::Lower, Some(budget)),
        };
        Self {
            spent_share: judgement.spent_share,
            day_share: judgement.day_share,
            pace: judgement.pace,
            projected_spend: Money::new(judgement.projected_spend, region),
            return_on_ad_spend: judgement.return_on_ad_spend,
            trend: PromotionTrend { recent, earlier, direction: direction.map(Into::into) },
            suggestion: PromotionSuggestion {
                action,
                reason: judgement.suggestion.reason.into(),
                daily_budget: daily_budget.map(|budget| Money::new(budget, region)),
                pauses_below_return: decimal(rule.pauses_below_millionths),
                target_return: decimal(rule.target_millionths),
                minimum_spent_percent: Long(rule.minimum_spent_percent),
            },
            freshness,
        }
    }
}
