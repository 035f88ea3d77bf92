//! Wall time, from one place. Everything else in the gateway that needs the time takes it from a [`Clock`]. And where a day begins.

use chrono::{DateTime, NaiveDate, NaiveTime, SubsecRound, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Where the time comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

impl Clock {
    /// The present instant, to the millisecond: both databases keep at least that, so what is written reads back equal.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }
}

/// The first instant of a day: midnight, or where the clocks are put forward at midnight, what comes in its place.
pub fn start_of_day(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN);
    let quarters = (0..=96).map(|quarter| midnight + TimeDelta::minutes(15 * quarter));
    let first = quarters.filter_map(|local| zone.from_local_datetime(&local).earliest()).next();
    first.map_or_else(|| midnight.and_utc(), |instant| instant.to_utc())
}
