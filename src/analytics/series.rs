//! A period cut into pieces for a chart, in a studio's time zone.

use async_graphql::Enum;
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Timelike as _, Utc, Weekday};
use chrono_tz::Tz;

use super::period::{Period, Span};
use crate::{
    clock::start_of_day,
    error::{Error, Result},
};

/// The most pieces at once: a month of hours, also one in which the clocks are put back.
pub const MOST_PIECES: usize = 745;

/// How long each piece of a series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Interval {
    /// An hour by the clocks of the studio's time zone. Where they are put back, the hour that comes twice is two pieces; where they
    /// are put forward, the hour that is left out is none.
    Hour,
    /// A day in the studio's time zone: 23 or 25 hours where the clocks are changed.
    Day,
    /// A week from Monday to Sunday; the first and the last are cut where the period begins and ends.
    Week,
    /// A month of the calendar; the first and the last are cut where the period begins and ends.
    Month,
}

impl Period {
    /// The period in pieces, without gaps, in order.
    pub fn pieces(self, interval: Interval, zone: Tz) -> Result<Vec<Span>> {
        let whole = self.whole(zone);
        // Looked at before hours are counted out.
        let hours = (whole.ends - whole.begins).num_hours();
        if interval == Interval::Hour && hours > MOST_PIECES as i64 {
            return Err(Error::invalid_input("interval", "by the hour, at most 31 days are allowed"));
        }
        Ok(match interval {
            Interval::Hour => spans(hours_of(whole, zone), whole.ends),
            _ => {
                let begin = self.dates().filter(|date| *date == self.from || interval.begins_on(*date));
                spans(begin.map(|date| start_of_day(date, zone)), whole.ends)
            }
        })
    }
}

impl Interval {
    fn begins_on(self, date: NaiveDate) -> bool {
        match self {
            Self::Hour | Self::Day => true,
            Self::Week => date.weekday() == Weekday::Mon,
            Self::Month => date.day() == 1,
        }
    }
}

/// The instants at which the clocks strike, from the first: not each is an hour after the one before, since some zones change their
/// clocks by half an hour.
fn hours_of(whole: Span, zone: Tz) -> impl Iterator<Item = DateTime<Utc>> {
    let strikes = move |instant: &DateTime<Utc>| instant.with_timezone(&zone).minute() == 0;
    let quarters = (0..).map(move |quarter| whole.begins + TimeDelta::minutes(15 * quarter));
    let later = quarters.skip(1).take_while(move |instant| *instant < whole.ends).filter(strikes);
    std::iter::once(whole.begins).chain(later)
}

/// From each instant to the next, and from the last to the end.
fn spans(begin: impl Iterator<Item = DateTime<Utc>>, end: DateTime<Utc>) -> Vec<Span> {
    let begin: Vec<_> = begin.collect();
    let ends = begin.iter().skip(1).copied().chain([end]);
    begin.iter().zip(ends).map(|(begins, ends)| Span { begins: *begins, ends }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(from: &str, to: &str, interval: Interval, zone: Tz) -> Vec<Span> {
        let period = Period::between(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        let pieces = period.pieces(interval, zone).unwrap();
        let whole = period.whole(zone);
        assert_eq!((pieces[0].begins, pieces[pieces.len() - 1].ends), (whole.begins, whole.ends));
        assert!(pieces.windows(2).all(|pair| pair[0].ends == pair[1].begins), "{pieces:?}");
        assert!(pieces.iter().all(|piece| piece.begins < piece.ends), "{pieces:?}");
        pieces
    }

    fn local(pieces: &[Span], zone: Tz) -> Vec<String> {
        pieces.iter().map(|piece| piece.begins.with_timezone(&zone).format("%m-%d %H:%M%z").to_string()).collect()
    }

    #[test]
    fn a_day_begins_at_the_studios_midnight() {
        let days = pieces("2026-11-30", "2026-12-01", Interval::Day, chrono_tz::Asia::Jakarta);
        let begins: Vec<String> = days.iter().map(|day| day.begins.to_rfc3339()).collect();
        assert_eq!(begins, ["2026-11-29T17:00:00+00:00", "2026-11-30T17:00:00+00:00"]);
    }

    #[test]
    fn hours_follow_the_clocks() {
        let hours = |day: &str, zone| pieces(day, day, Interval::Hour, zone);
        assert_eq!(hours("2026-11-22", chrono_tz::Asia::Kathmandu).len(), 24);
        let back = hours("2026-11-01", chrono_tz::America::New_York);
        assert_eq!(back.len(), 25);
        assert_eq!(local(&back[1..3], chrono_tz::America::New_York), ["11-01 01:00-0400", "11-01 01:00-0500"]);
        assert_eq!(hours("2026-03-08", chrono_tz::America::New_York).len(), 23);
        let by_half = hours("2026-04-05", chrono_tz::Australia::Lord_Howe);
        assert_eq!(by_half.len(), 24);
        assert_eq!(by_half.iter().map(|hour| (hour.ends - hour.begins).num_minutes()).max(), Some(90));
        assert_eq!(
            local(&hours("2018-11-04", chrono_tz::America::Sao_Paulo)[..1], chrono_tz::America::Sao_Paulo),
            ["11-04 01:00-0200"]
        );
    }

    #[test]
    fn weeks_and_months_are_cut_where_the_period_is() {
        let zone = chrono_tz::Europe::Berlin;
        let weeks = pieces("2026-10-21", "2026-11-03", Interval::Week, zone);
        assert_eq!(local(&weeks, zone), ["10-21 00:00+0200", "10-26 00:00+0100", "11-02 00:00+0100"]);
        let months = pieces("2026-10-21", "2026-12-01", Interval::Month, zone);
        assert_eq!(local(&months, zone), ["10-21 00:00+0200", "11-01 00:00+0100", "12-01 00:00+0100"]);
    }

    #[test]
    fn there_are_only_so_many() {
        let period = |days| Period::last_days(days, "2026-11-22".parse().unwrap()).unwrap();
        assert!(period(31).pieces(Interval::Hour, Tz::UTC).unwrap().len() <= MOST_PIECES);
        assert!(period(32).pieces(Interval::Hour, Tz::UTC).is_err());
        assert_eq!(period(366).pieces(Interval::Day, Tz::UTC).unwrap().len(), 366);
    }
}
