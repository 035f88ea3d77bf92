use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

/// A budget that fits into a column.
const BUDGET: i64 = 600_000_000_000;

fn facts(state: State, budget: Option<i64>, spent: i64, sales: i64, hour: i64, trend: Option<Direction>) -> Facts {
    let midnight = DateTime::UNIX_EPOCH;
    Facts {
        standing: Standing { state, daily_budget: budget, spent, sales },
        passed: Passed::since(midnight, midnight + TimeDelta::hours(hour)),
        trend: Trend { direction: trend, ..Trend::default() },
    }
}

/// At so many hundredths of the budget, with a return in hundredths.
fn running(spent: i64, returned: i64, hour: i64, trend: Option<Direction>) -> Facts {
    let spent = BUDGET / 100 * spent;
    facts(State::Ongoing, Some(BUDGET), spent, spent / 100 * returned, hour, trend)
}

#[test]
fn each_course_has_its_suggestion() {
    let (falling, rising) = (Some(Direction::Falling), Some(Direction::Rising));
    let raise = |budget| (Advice::Raise(budget), Reason::BudgetRunsOut);
    for (facts, expected) in [
        // Below the threshold, however it moves.
        (running(20, 99, 12, None), (Advice::Pause, Reason::ReturnTooLow)),
        (running(90, 0, 12, rising), (Advice::Pause, Reason::ReturnTooLow)),
        (running(19, 0, 12, None), (Advice::Leave, Reason::TooEarly)),
        (running(0, 0, 12, None), (Advice::Leave, Reason::TooEarly)),
        // Between threshold and target.
        (running(20, 100, 12, None), (Advice::Leave, Reason::OnCourse)),
        (running(50, 200, 12, None), (Advice::Leave, Reason::OnCourse)),
        (running(60, 200, 12, None), (Advice::Lower(BUDGET / 100 * 80), Reason::SpendsTooFast)),
        (running(30, 200, 12, falling), (Advice::Lower(BUDGET / 100 * 80), Reason::ReturnFalling)),
        (running(85, 200, 12, falling), (Advice::Lower(BUDGET / 100 * 85), Reason::ReturnFalling)),
        (running(100, 200, 12, falling), (Advice::Leave, Reason::OnCourse)),
        // At the target or above.
        (running(50, 300, 12, None), (Advice::Leave, Reason::OnCourse)),
        (running(51, 300, 12, None), raise(BUDGET / 100 * 120)),
        (running(70, 300, 12, None), raise(840_000_000_000)),
        (running(100, 900, 6, rising), raise(BUDGET / 100 * 150)),
        (running(70, 300, 12, falling), (Advice::Leave, Reason::OnCourse)),
        (running(40, 900, 2, None), (Advice::Leave, Reason::OnCourse)),
        // What neither runs nor has a limit is left alone.
        (facts(State::Paused, Some(BUDGET), BUDGET, 0, 12, None), (Advice::Leave, Reason::NotRunning)),
        (facts(State::Ended, Some(BUDGET), BUDGET, 0, 12, None), (Advice::Leave, Reason::NotRunning)),
        (facts(State::Ongoing, Some(0), BUDGET, 0, 12, None), (Advice::Leave, Reason::NoBudget)),
        (facts(State::Ongoing, None, BUDGET, 0, 12, None), (Advice::Leave, Reason::NoBudget)),
    ] {
        let found = judge(&facts, &Rule::default()).suggestion;
        assert_eq!((found.advice, found.reason), expected, "{facts:?}");
    }
}

#[test]
fn the_numbers_are_exact() {
    let found = judge(&facts(State::Ongoing, Some(300), 100, 250, 8, None), &Rule::default());
    let text = |number: Option<Decimal>| number.map(|number| number.to_string());
    assert_eq!(text(found.spent_share).as_deref(), Some("0.333333"));
    assert_eq!(text(Some(found.day_share)).as_deref(), Some("0.333333"));
    assert_eq!(text(found.pace).as_deref(), Some("1"));
    assert_eq!((found.projected_spend, text(found.return_on_ad_spend).as_deref()), (300, Some("2.5")));
    let unlimited = judge(&facts(State::Ongoing, Some(0), 0, 250, 8, None), &Rule::default());
    assert_eq!((unlimited.spent_share, unlimited.pace, unlimited.return_on_ad_spend), (None, None, None));
}

#[test]
fn budgets_have_two_digits() {
    for (amount, expected) in [
        (0, 0),
        (7, 7),
        (99, 99),
        (101, 110),
        (120_000, 120_000),
        (120_001, 130_000),
        (9_910, 10_000),
        (i64::MAX, i64::MAX),
    ] {
        assert_eq!(two_digits(amount), expected, "{amount}");
    }
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let state = prop_oneof![4 => Just(State::Ongoing), 1 => Just(State::Paused), 1 => Just(State::Ended)];
    let direction = prop_oneof![Just(None), Just(Some(Direction::Rising)), Just(Some(Direction::Falling))];
    let money = || prop_oneof![any::<i64>(), 0..1_000_000_i64, Just(0)];
    let budget = prop::option::of(money());
    (state, budget, money(), money(), 0..25_i64, direction)
        .prop_map(|(state, budget, spent, sales, hour, trend)| facts(state, budget, spent, sales, hour, trend))
}

fn any_rule() -> impl Strategy<Value = Rule> {
    (1..10_000_000_i64, 0..10_000_000_i64, 1..=100_i64).prop_map(|(below, more, percent)| Rule {
        pauses_below_millionths: below,
        target_millionths: below + more,
        minimum_spent_percent: percent,
        ..Rule::default()
    })
}

fn rank(advice: Advice) -> u8 {
    match advice {
        Advice::Pause => 0,
        Advice::Lower(_) => 1,
        Advice::Leave => 2,
        Advice::Raise(_) => 3,
    }
}

proptest! {
    #[test]
    fn what_is_suggested_makes_sense(facts in any_facts(), rule in any_rule()) {
        let found = judge(&facts, &rule);
        let budget = facts.standing.limit().unwrap_or_default();
        match found.suggestion.advice {
            Advice::Raise(wanted) => {
                prop_assert!(wanted > budget, "{wanted}");
                prop_assert!(i128::from(wanted) * 100 <= i128::from(budget) * 165 + 100, "{wanted}");
            }
            Advice::Lower(wanted) => prop_assert!(wanted < budget && wanted >= facts.standing.spent, "{wanted}"),
            Advice::Pause | Advice::Leave => {}
        }
        prop_assert_eq!(found.suggestion.advice == Advice::Pause, rule.pauses(facts.standing));
        prop_assert!(found.day_share > Decimal::ZERO || facts.passed.0 < 100);
        prop_assert!(found.day_share <= Decimal::ONE);
    }

    #[test]
    fn who_brings_more_is_treated_no_worse(facts in any_facts(), rule in any_rule(), more in 0..i64::MAX) {
        let mut better = facts;
        better.standing.sales = facts.standing.sales.saturating_add(more);
        let [before, after] = [facts, better].map(|facts| rank(judge(&facts, &rule).suggestion.advice));
        prop_assert!(after >= before);
    }
}
