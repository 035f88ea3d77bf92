//! Whether a session's own course has dropped: what is usual by the steps before, by how much the newest two are below it, and
//! whether that is more than chance. Pure: knows neither rows nor clocks.
//!
//! Robust against single odd values: medians, and deviations from them. Two low steps in a row are a drop, one is a hiccup.

/// Steps before the newest two that what is usual is read from, at most and at least.
const MOST_BEFORE: usize = 10;
const LEAST_BEFORE: usize = 5;
/// The newest steps that all have to be low.
const CONFIRMED_BY: usize = 2;
/// Steps that a judgement looks at.
pub const STEPS: usize = MOST_BEFORE + CONFIRMED_BY;
/// How many times what chance explains a drop has to be.
const BEYOND_CHANCE: f64 = 3.0;
/// Of a normal distribution, the standard deviation by the median of absolute deviations.
const SIGMA_BY_DEVIATION: f64 = 1.4826;

/// What one step of a course shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// A level, such as viewers, or a pace, such as orders in a minute.
    pub value: f64,
    /// How much was counted: 1 for a level, the minutes for a pace. What is counted for long is known well.
    pub weight: f64,
    /// Whether each value goes on from the one before, as viewers do; what is counted anew in each step only scatters.
    pub wanders: bool,
}

/// A drop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropped {
    pub usual: f64,
    pub observed: f64,
}

/// Judges the readings of a course, the oldest first: `None` when there is no drop by at least this share of what is usual, or not
/// enough is known.
pub fn find(readings: &[Reading], share: f64) -> Option<Dropped> {
    let (before, newest) = readings.split_at(readings.len().checked_sub(CONFIRMED_BY)?);
    let before = &before[before.len().saturating_sub(MOST_BEFORE)..];
    if before.len() < LEAST_BEFORE {
        return None;
    }
    let usual = median(before.iter().map(|reading| reading.value));
    let spread = spread(before, usual);
    let is_low = |reading: &Reading| {
        let chance = spread.max(counting_noise(usual, reading.weight));
        reading.value <= usual * (1.0 - share) && usual - reading.value > BEYOND_CHANCE * chance
    };
    newest.iter().all(is_low).then(|| Dropped { usual, observed: newest[CONFIRMED_BY - 1].value })
}

/// Whether a drop is over: the newest steps are nearer to what was usual than to the bound, by half. `false` too while that cannot be
/// told.
pub fn is_over(readings: &[Reading], usual: f64, share: f64) -> bool {
    let newest = &readings[readings.len().saturating_sub(CONFIRMED_BY)..];
    newest.len() == CONFIRMED_BY && newest.iter().all(|reading| reading.value > usual * (1.0 - share / 2.0))
}

/// What the readings scatter by, and how far a walk of their steps leads from their middle to the newest.
fn spread(before: &[Reading], usual: f64) -> f64 {
    let around = median(before.iter().map(|reading| (reading.value - usual).abs()));
    let steps: Vec<f64> = before.windows(2).map(|pair| pair[1].value - pair[0].value).collect();
    let usual_step = median(steps.iter().copied());
    let step = median(steps.iter().map(|step| (step - usual_step).abs()));
    let walked = before.len() as f64 / 2.0 + CONFIRMED_BY as f64;
    let wandered = if before.iter().any(|reading| reading.wanders) { step * walked.sqrt() } else { 0.0 };
    SIGMA_BY_DEVIATION * around.max(wandered)
}

/// Whatever is counted scatters by the root of the count, however steady its cause.
fn counting_noise(usual: f64, weight: f64) -> f64 {
    (usual.max(1.0) / weight).sqrt()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests;
