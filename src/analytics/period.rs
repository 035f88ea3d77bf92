//! Whole days in a studio's time zone.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{
    clock::start_of_day,
    error::{Error, Result},
};

/// The longest period: a leap year.
pub const MOST_DAYS: i64 = 366;

/// From one day to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    /// The days from one to another.
    pub fn between(from: NaiveDate, to: NaiveDate) -> Result<Self> {
        let days = (to - from).num_days() + 1;
        if days < 1 {
            return Err(Error::invalid_input("to", "is before `from`"));
        }
        if days > MOST_DAYS {
            return Err(Error::invalid_input(
                "to",
                format!("is {days} days from `from`; at most {MOST_DAYS} are allowed"),
            ));
        }
        Ok(Self { from, to })
    }

    /// So many days up to and with `today`.
    pub fn last_days(days: i64, today: NaiveDate) -> Result<Self> {
        let allowed = (1..=MOST_DAYS).contains(&days);
        let back = u64::try_from(days.saturating_sub(1)).ok().filter(|_| allowed).map(Days::new);
        let from = back.and_then(|back| today.checked_sub_days(back));
        let from = from.ok_or_else(|| Error::invalid_input("days", format!("has to be from 1 to {MOST_DAYS}")))?;
        Ok(Self { from, to: today })
    }

    /// As many days, up to just before these.
    pub fn before(self) -> Self {
        let days = Days::new((self.to - self.from).num_days().unsigned_abs());
        let to = self.from.pred_opt().unwrap_or(self.from);
        Self { from: to.checked_sub_days(days).unwrap_or(to), to }
    }

    /// Its days.
    pub fn dates(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(move |date| *date <= self.to)
    }

    /// From its first instant to its last.
    pub fn whole(self, zone: Tz) -> Span {
        Span { begins: start_of_day(self.from, zone), ends: start_of_day(next(self.to), zone) }
    }
}

/// From one instant until just before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub begins: DateTime<Utc>,
    pub ends: DateTime<Utc>,
}

fn next(date: NaiveDate) -> NaiveDate {
    date.succ_opt().unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn hours(day: &str, zone: Tz) -> i64 {
        let day = Period::between(date(day), date(day)).unwrap().whole(zone);
        (day.ends - day.begins).num_hours()
    }

    #[test]
    fn days_are_as_long_as_the_clocks_say() {
        assert_eq!(hours("2026-11-22", chrono_tz::Asia::Bangkok), 24);
        assert_eq!(hours("2018-11-04", chrono_tz::America::Sao_Paulo), 23, "no midnight that day");
        assert_eq!(hours("2018-02-17", chrono_tz::America::Sao_Paulo), 25);
    }

    #[test]
    fn a_period_has_one_day_to_a_year() {
        let today = date("2026-11-22");
        assert_eq!(Period::last_days(1, today).unwrap(), Period { from: today, to: today });
        assert_eq!(Period::last_days(30, today).unwrap().from, date("2026-10-24"));
        for days in [0, -1, 367, i64::MIN, i64::MAX] {
            assert!(Period::last_days(days, today).is_err(), "{days}");
        }
        assert!(Period::between(today, date("2026-11-21")).is_err());
        assert!(Period::between(date("2025-11-21"), today).is_err());
        assert_eq!(Period::between(date("2024-01-01"), date("2024-12-31")).unwrap().dates().count(), 366);
    }

    #[test]
    fn the_period_before_is_as_long_and_ends_just_before() {
        let month = Period { from: date("2026-11-01"), to: date("2026-11-30") };
        assert_eq!(month.before(), Period { from: date("2026-10-02"), to: date("2026-10-31") });
        let day = Period { from: date("2026-03-01"), to: date("2026-03-01") };
        assert_eq!(day.before(), Period { from: date("2026-02-28"), to: date("2026-02-28") });
    }
}
