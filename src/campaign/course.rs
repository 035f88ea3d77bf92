//! How the return of a campaign moves: what its latest hours brought beside the day before them. Pure.

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::reading::Reading;
use crate::graphql::rate::quotient;

/// What counts as the latest.
pub const RECENT: TimeDelta = TimeDelta::hours(3);
/// How far back readings are looked at.
pub const WINDOW: TimeDelta = TimeDelta::hours(27);
/// By how much two returns have to differ to be different: a tenth.
const NOTABLE: Decimal = Decimal::from_parts(1, 0, 0, false, 1);
/// Of all that was spent, how many times less than the whole a part may be that says something.
const TELLING: i128 = 20;

/// Whether a return gets better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Rising,
    Falling,
    Steady,
}

/// How a return moves; what is `None` cannot be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trend {
    /// Sales for each unit of money spent in the latest hours.
    pub recent: Option<Decimal>,
    /// The same of the day before them.
    pub earlier: Option<Decimal>,
    pub direction: Option<Direction>,
}

/// Money spent and brought.
#[derive(Clone, Copy, Default)]
struct Sums {
    spent: i64,
    sales: i64,
}

impl Sums {
    fn add(&mut self, (spent, sales): (i64, i64)) {
        self.spent = self.spent.saturating_add(spent);
        self.sales = self.sales.saturating_add(sales);
    }

    fn returned(self) -> Option<Decimal> {
        if self.spent > 0 { quotient(self.sales, self.spent) } else { None }
    }
}

impl Trend {
    /// By the readings of one campaign, the oldest first. Of the first only what came after it counts.
    pub fn of(readings: &[Reading]) -> Self {
        let Some(now) = readings.last().map(|reading| reading.read_at) else { return Self::default() };
        let (mut recent, mut earlier) = (Sums::default(), Sums::default());
        for pair in readings.windows(2) {
            let part = if pair[1].read_at > now - RECENT { &mut recent } else { &mut earlier };
            part.add(pair[1].since(&pair[0]));
        }
        let direction = direction(recent, earlier);
        Self { recent: recent.returned(), earlier: earlier.returned(), direction }
    }
}

/// A part in which hardly anything was spent says nothing.
fn direction(recent: Sums, earlier: Sums) -> Option<Direction> {
    let whole = i128::from(recent.spent) + i128::from(earlier.spent);
    if [recent, earlier].iter().any(|part| i128::from(part.spent) * TELLING < whole) {
        return None;
    }
    let (recent, earlier) = (recent.returned()?, earlier.returned()?);
    let bound = earlier.checked_mul(NOTABLE)?.abs();
    Some(match recent.checked_sub(earlier)? {
        difference if difference > bound => Direction::Rising,
        difference if difference < -bound => Direction::Falling,
        _ => Direction::Steady,
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};
    use entity::campaign_reading::State;

    use super::*;

    /// Readings at hours of the first two days: what was spent and brought by then.
    fn readings(course: &[(i64, i64, i64)]) -> Vec<Reading> {
        let reading = |&(hour, spent, sales): &(i64, i64, i64)| Reading {
            campaign_id: 1,
            name: None,
            day: NaiveDate::from_ymd_opt(2026, 11, if hour < 24 { 1 } else { 2 }).unwrap(),
            state: State::Ongoing,
            daily_budget: Some(1_000),
            spent,
            sales,
            orders: None,
            read_at: DateTime::UNIX_EPOCH + TimeDelta::hours(hour),
        };
        course.iter().map(reading).collect()
    }

    fn trend(course: &[(i64, i64, i64)]) -> (Option<String>, Option<String>, Option<Direction>) {
        let Trend { recent, earlier, direction } = Trend::of(&readings(course));
        (recent.map(|value| value.to_string()), earlier.map(|value| value.to_string()), direction)
    }

    #[test]
    fn the_latest_hours_are_held_against_those_before() {
        let text = |text: &str| Some(text.to_owned());
        for (course, expected) in [
            (&[][..], (None, None, None)),
            (&[(1, 10, 50)], (None, None, None)),
            (&[(1, 0, 0), (2, 10, 50)], (text("5"), None, None)),
            (&[(1, 0, 0), (5, 10, 50), (8, 20, 60)], (text("1"), text("5"), Some(Direction::Falling))),
            (&[(1, 0, 0), (5, 10, 10), (8, 20, 60)], (text("5"), text("1"), Some(Direction::Rising))),
            (&[(1, 0, 0), (5, 10, 50), (8, 20, 98)], (text("4.8"), text("5"), Some(Direction::Steady))),
            // Across midnight a day's counts begin anew.
            (&[(18, 100, 100), (22, 110, 150), (25, 10, 10)], (text("1"), text("5"), Some(Direction::Falling))),
            // Hardly anything was spent lately.
            (&[(1, 0, 0), (5, 1_000, 5_000), (8, 1_001, 5_000)], (text("0"), text("5"), None)),
            // What Shopee takes back makes no return.
            (&[(1, 0, 0), (5, 10, 50), (8, 5, 50)], (None, text("5"), None)),
        ] {
            assert_eq!(trend(course), expected, "{course:?}");
        }
    }
}
