//! When to try again: our own pauses, and the wish that Shopee states.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};

const FIRST_PAUSE: u64 = 100;
const MOST_DOUBLINGS: u32 = 6;
const LONGEST_WISH: Duration = Duration::from_secs(24 * 60 * 60);

/// The pause before a repetition: anything from nothing to 100 ms, doubled with each one before, so that callers who
/// failed together do not return together.
pub(crate) fn pause(repeated: u32) -> Duration {
    Duration::from_millis(rand::random_range(0..=FIRST_PAUSE << repeated.min(MOST_DOUBLINGS)))
}

/// The value of `Retry-After`, in seconds or as a date. A date is measured from the answer's own `Date`: what this
/// machine takes for the time does not matter. At most a day.
pub(crate) fn after(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    let wish = match retry_after.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (moment(retry_after)? - moment(date?)?).to_std().unwrap_or_default(),
    };
    Some(wish.min(LONGEST_WISH))
}

fn moment(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc2822(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound() {
        for (repeated, longest) in [(0, 100), (1, 200), (2, 400), (6, 6400), (u32::MAX, 6400)] {
            let pauses = (0..1000).map(|_| pause(repeated)).collect::<Vec<_>>();
            assert!(pauses.iter().all(|pause| *pause <= Duration::from_millis(longest)));
            assert!(pauses.iter().any(|pause| *pause > Duration::from_millis(longest / 2)), "a jitter over the whole");
        }
    }

    #[test]
    fn wishes_are_seconds_or_dates() {
        let date = Some("Tue, 22 Sep 2026 10:00:00 GMT");
        assert_eq!(after(" 7 ", None), Some(Duration::from_secs(7)));
        assert_eq!(after("Tue, 22 Sep 2026 10:02:00 GMT", date), Some(Duration::from_secs(120)));
        assert_eq!(after("Tue, 22 Sep 2026 09:00:00 GMT", date), Some(Duration::ZERO), "already over");
        assert_eq!(after("Tue, 22 Sep 2026 10:02:00 GMT", None), None);
        assert_eq!(after("18446744073709551615", None), Some(LONGEST_WISH));
        assert_eq!(after("soon", date), None);
    }
}
