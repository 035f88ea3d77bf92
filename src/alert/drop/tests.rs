use proptest::prelude::*;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::*;

const SEEDS: u64 = 100;
const LENGTH: usize = 300;
/// The studio's bound in these tests.
const SHARE: f64 = 0.4;
/// Minutes that a step of a pace counts.
const MINUTES: f64 = 0.5;

fn level(value: f64) -> Reading {
    Reading { value, weight: 1.0, wanders: true }
}

/// So many in a step.
fn pace(count: f64) -> Reading {
    Reading { value: count / MINUTES, weight: MINUTES, wanders: false }
}

/// Where a course is found to have dropped, looked at after each step.
fn found(course: &[Reading], share: f64) -> Vec<usize> {
    (1..=course.len()).filter(|length| find(&course[..*length], share).is_some()).map(|length| length - 1).collect()
}

/// About normal, with a deviation of one.
fn normal(dice: &mut StdRng) -> f64 {
    (0..12).map(|_| dice.random::<f64>()).sum::<f64>() - 6.0
}

fn poisson(dice: &mut StdRng, mean: f64) -> f64 {
    let (bound, mut product, mut count) = ((-mean).exp(), dice.random::<f64>(), 0.0);
    while product > bound {
        product *= dice.random::<f64>();
        count += 1.0;
    }
    count
}

/// Viewers who come and go: each step is a few percent of the last.
fn walk(dice: &mut StdRng, from: f64, by: f64) -> Vec<Reading> {
    let mut viewers = from;
    (0..LENGTH)
        .map(|_| {
            viewers = (viewers * (1.0 + by * normal(dice))).max(1.0);
            level(viewers.round())
        })
        .collect()
}

#[test]
fn noise_raises_nothing_whatever_the_seed() {
    for seed in 0..SEEDS {
        let dice = &mut StdRng::seed_from_u64(seed);
        for (from, by) in [(40.0, 0.02), (900.0, 0.02), (900.0, 0.04), (20_000.0, 0.03)] {
            assert_eq!(found(&walk(dice, from, by), SHARE), [0; 0], "a walk from {from} by {by}, seed {seed}");
        }
        for mean in [0.2, 1.0, 4.0, 15.0, 60.0] {
            let counts: Vec<_> = (0..LENGTH).map(|_| pace(poisson(dice, mean))).collect();
            assert_eq!(found(&counts, SHARE), [0; 0], "{mean} a step, seed {seed}");
            let viewers: Vec<_> = (0..LENGTH).map(|_| level(poisson(dice, mean))).collect();
            assert_eq!(found(&viewers, SHARE), [0; 0], "{mean} viewers, seed {seed}");
        }
        // An evening that fades away over two hours, to a tenth.
        let fading = (0..LENGTH).map(|step| 2_000.0 * 0.1_f64.powf(step as f64 / LENGTH as f64));
        let fading: Vec<_> = fading.map(|viewers| level((viewers * (1.0 + 0.03 * normal(dice))).round())).collect();
        assert_eq!(found(&fading, SHARE), [0; 0], "a slow trend, seed {seed}");
    }
}

#[test]
fn a_true_drop_is_found_within_two_steps_whatever_the_seed() {
    const AT: usize = 40;
    for seed in 0..SEEDS {
        let dice = &mut StdRng::seed_from_u64(seed);
        let courses: [(&str, Vec<Reading>); 2] = [
            ("viewers", {
                let left = |step| if step < AT { 1.0 } else { 0.5 };
                (0..AT + 4).map(|step| level((900.0 * left(step) * (1.0 + 0.02 * normal(dice))).round())).collect()
            }),
            ("orders", {
                let mean = |step| if step < AT { 100.0 } else { 15.0 };
                (0..AT + 4).map(|step| pace(poisson(dice, mean(step)))).collect()
            }),
        ];
        for (what, course) in courses {
            let first = found(&course, SHARE).first().copied();
            assert!(
                first.is_some_and(|step| (AT..AT + CONFIRMED_BY).contains(&step)),
                "{what}, seed {seed}: {first:?}"
            );
        }
    }
}

#[test]
fn a_drop_by_the_bound_itself_is_one_and_by_less_is_none() {
    let course = |now: f64| [vec![level(1_000.0); 8], vec![level(now); 2]].concat();
    assert_eq!(find(&course(600.0), SHARE), Some(Dropped { usual: 1_000.0, observed: 600.0 }));
    assert_eq!(find(&course(601.0), SHARE), None);
}

#[test]
fn what_is_too_short_or_too_small_or_happens_once_tells_nothing() {
    let (steady, gone) = (level(1_000.0), level(0.0));
    assert_eq!(find(&[], SHARE), None);
    assert_eq!(find(&[gone; 2], SHARE), None);
    assert_eq!(find(&[[steady; 4].as_slice(), &[gone; 2]].concat(), SHARE), None, "the first minutes");
    assert!(find(&[[steady; 5].as_slice(), &[gone; 2]].concat(), SHARE).is_some());
    assert_eq!(find(&[[steady; 9].as_slice(), &[gone]].concat(), SHARE), None, "a hiccup");
    assert_eq!(find(&[[steady; 9].as_slice(), &[gone, steady]].concat(), SHARE), None, "a hiccup that is over");
    assert_eq!(find(&[[level(6.0); 9].as_slice(), &[gone; 2]].concat(), SHARE), None, "six viewers may all leave");
    assert_eq!(find(&[gone; 12], SHARE), None, "nothing was never less");
}

#[test]
fn a_drop_is_over_when_two_steps_are_well_above_the_bound() {
    let over = |values: &[f64]| is_over(&values.iter().copied().map(level).collect::<Vec<_>>(), 1_000.0, SHARE);
    assert!(!over(&[500.0, 500.0]));
    // Above the bound, and not by enough: a course that plays around it would be raised and cleared in turns.
    assert!(!over(&[500.0, 650.0, 790.0]));
    assert!(!over(&[500.0, 900.0]));
    assert!(over(&[500.0, 810.0, 900.0]));
    assert!(!over(&[900.0]));
}

fn readings() -> impl Strategy<Value = Vec<Reading>> {
    let reading =
        (0.0..1e9, 0.01..10.0, any::<bool>()).prop_map(|(value, weight, wanders)| Reading { value, weight, wanders });
    prop::collection::vec(reading, 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_is_a_drop_of_the_size_and_not_over(readings in readings(), share in 0.01..0.99) {
        if let Some(drop) = find(&readings, share) {
            prop_assert!(drop.observed <= drop.usual * (1.0 - share) && drop.observed >= 0.0);
            prop_assert!(!is_over(&readings, drop.usual, share));
        }
    }

    #[test]
    fn a_rising_course_never_drops(mut readings in readings(), share in 0.01..0.99) {
        readings.sort_by(|one, other| one.value.total_cmp(&other.value));
        prop_assert_eq!(find(&readings, share), None);
    }

    #[test]
    fn who_asks_for_more_finds_no_more(readings in readings(), share in 0.01..0.5) {
        if find(&readings, share * 1.5).is_some() {
            prop_assert!(find(&readings, share).is_some());
        }
    }
}
