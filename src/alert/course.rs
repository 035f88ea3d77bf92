//! A session's course as its samples tell it, in steps of equal length.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::FromQueryResult;

use super::drop::{Reading, STEPS};

/// How long a sample may be on its way into the database.
const STORED_WITHIN: TimeDelta = TimeDelta::seconds(5);

/// What a session showed last in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Point {
    pub live_session_id: i64,
    pub sampled_at: DateTime<Utc>,
    pub viewers: Option<i64>,
    /// Since the session began; so are likes.
    pub orders: Option<i64>,
    pub likes: Option<i64>,
}

/// The points of one session, the oldest first; steps without a sample are left out.
pub struct Course<'a> {
    pub points: &'a [Point],
    /// Whether the newest point says how it is now.
    pub is_fresh: bool,
}

impl<'a> Course<'a> {
    /// The last points up to now, as many as a judgement needs: a pace takes one more than it has steps.
    pub fn of(points: &'a [Point], step: TimeDelta, now: DateTime<Utc>) -> Self {
        let points = &points[points.len().saturating_sub(STEPS + 1)..];
        let is_fresh = points.last().is_some_and(|point| now - point.sampled_at < step * 2 + STORED_WITHIN);
        Self { points, is_fresh }
    }

    /// The readings of a level; what was not reported is left out.
    pub fn level(&self, of: impl Fn(&Point) -> Option<i64>) -> Vec<Reading> {
        self.points
            .iter()
            .filter_map(of)
            .map(|value| Reading { value: value as f64, weight: 1.0, wanders: true })
            .collect()
    }

    /// How much a total grew in a minute, from each point to the next. A total that Shopee corrects downward tells nothing.
    pub fn pace(&self, of: impl Fn(&Point) -> Option<i64>) -> Vec<Reading> {
        let totals: Vec<_> =
            self.points.iter().filter_map(|point| of(point).map(|total| (point.sampled_at, total))).collect();
        let grown = totals.windows(2).filter_map(|pair| {
            let (grown, minutes) = (pair[1].1 - pair[0].1, minutes(pair[1].0 - pair[0].0));
            (grown >= 0 && minutes > 0.0).then(|| Reading {
                value: grown as f64 / minutes,
                weight: minutes,
                wanders: false,
            })
        });
        grown.collect()
    }
}

fn minutes(duration: TimeDelta) -> f64 {
    duration.num_milliseconds() as f64 / 60_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(second: i64, viewers: Option<i64>, orders: Option<i64>) -> Point {
        let sampled_at = DateTime::from_timestamp(1_000_000 + second, 0).unwrap();
        Point { live_session_id: 1, sampled_at, viewers, orders, likes: None }
    }

    #[test]
    fn a_course_tells_levels_and_paces_and_leaves_out_what_was_not_reported() {
        let points = [
            point(0, Some(50), Some(3)),
            point(30, None, Some(5)),
            point(60, Some(40), None),
            point(120, Some(30), Some(8)),
            // Corrected.
            point(150, Some(30), Some(6)),
        ];
        let now = points[4].sampled_at;
        let course = Course::of(&points, TimeDelta::seconds(30), now + TimeDelta::seconds(64));
        assert!(course.is_fresh);
        let values = |readings: Vec<Reading>| readings.into_iter().map(|r| (r.value, r.weight)).collect::<Vec<_>>();
        assert_eq!(values(course.level(|point| point.viewers)), [(50.0, 1.0), (40.0, 1.0), (30.0, 1.0), (30.0, 1.0)]);
        assert_eq!(values(course.pace(|point| point.orders)), [(4.0, 0.5), (2.0, 1.5)]);
        assert_eq!(values(course.pace(|point| point.likes)), []);
        assert!(!Course::of(&points, TimeDelta::seconds(30), now + TimeDelta::seconds(65)).is_fresh);
        assert!(!Course::of(&[], TimeDelta::seconds(30), now).is_fresh);
    }
}
