use chrono::TimeDelta;

use super::*;

/// A reading at an hour: day, state, what was spent of a budget of 100, what it had brought.
fn row(campaign_id: i64, hour: i64, state: State, spent: i64, sales: i64) -> Model {
    let read_at = DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
    Model {
        id: 0,
        studio_id: 1,
        shopee_account_id: 1,
        campaign_id,
        name: None,
        day: read_at.date_naive(),
        state,
        daily_budget: Some(100),
        spent,
        sales,
        orders: None,
        read_at,
    }
}

fn run(rows: impl IntoIterator<Item = Model>) -> DryRun {
    let mut run = Run::new(Rule::default());
    rows.into_iter().for_each(|row| run.goes_on(row));
    run.over()
}

/// Hour of the pause, hour at which it was resumed, saved, lost.
fn told(run: &DryRun) -> Vec<(i64, Option<i64>, i64, i64)> {
    let hour = |at: DateTime<Utc>| (at - DateTime::UNIX_EPOCH).num_hours();
    let told = |pause: &Pause| (hour(pause.reading.read_at), pause.resumed_at.map(hour), pause.saved, pause.lost_sales);
    run.newest.iter().map(told).collect()
}

#[test]
fn what_would_have_been_paused_stays_so() {
    use State::{Ongoing, Paused};
    let found = run([
        row(1, 1, Ongoing, 10, 0),
        row(1, 2, Ongoing, 20, 19),
        row(1, 3, Ongoing, 50, 40),
        // The next day, as if nobody had resumed it.
        row(1, 25, Ongoing, 30, 10),
        // Paused by somebody, and resumed on the day after: then it is judged anew.
        row(1, 26, Paused, 31, 10),
        row(1, 49, Ongoing, 0, 0),
        row(1, 50, Ongoing, 30, 0),
        // One that pays.
        row(2, 2, Ongoing, 50, 50),
    ]);
    assert_eq!(told(&found), [(50, None, 0, 0), (2, Some(49), 30 + 31, 21 + 10)]);
    assert_eq!((found.campaigns, found.pauses), (2, 2));
    assert_eq!(found.covered_from, Some(DateTime::UNIX_EPOCH + TimeDelta::hours(1)));
    assert_eq!(found.without[&1], (61, 31));
}

#[test]
fn a_campaign_is_paused_once_a_day() {
    use State::{Ongoing, Paused};
    let found = run([
        row(1, 1, Ongoing, 20, 0),
        row(1, 2, Paused, 20, 0),
        row(1, 3, Ongoing, 20, 0),
        row(1, 4, Ongoing, 40, 0),
        row(1, 25, Ongoing, 20, 0),
    ]);
    assert_eq!(told(&found), [(25, None, 0, 0), (1, Some(3), 0, 0)]);
}

#[test]
fn the_newest_are_told_and_all_are_counted() {
    let found = run((0..150).map(|campaign| row(campaign, campaign, State::Ongoing, 50, 0)));
    assert_eq!((found.pauses, found.newest.len()), (150, MOST_PAUSES));
    assert_eq!(told(&found)[0].0, 149);
    assert_eq!(told(&found)[MOST_PAUSES - 1].0, 50);
}
