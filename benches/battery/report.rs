//! One line for each attack, each figure beside its limit.

use super::{
    attack::Attack,
    figures::quantile,
    normal::{EACH_SECOND, Seen},
    rounds::Row,
};

/// How much slower the slowest hundredth of usual requests may be beside an attack.
const RATIO: f64 = 1.2;

pub(crate) fn head() {
    println!(
        "beside {EACH_SECOND} usual requests a second; memory before, most, after, and what it has to come back to, in MiB\n"
    );
    let columns = ["slowest", "limit", "p99 quiet", "p99 attack", "ratio", "limit"].map(|name| format!("{name:>10}"));
    println!("{:44} {:34} {} {:>30}  answered with", "attack", "rate", columns.concat(), "memory");
}

pub(crate) fn line(attack: &Attack, row: &Row) {
    let [quiet, attacked] = [&row.quiet, &row.attacked].map(p99);
    let memory = row.memory;
    let within = attacked <= quiet * RATIO && memory.after <= memory.limit();
    let verdict = match (row.holds(attack), within) {
        (true, true) => "within limits",
        (true, false) => "REFUSED, BUT NOT WITHIN LIMITS",
        (false, _) => "FAILED",
    };
    let figures = [
        format!("{} ms", row.slowest.as_millis()),
        format!("{} ms", attack.within.as_millis()),
        format!("{quiet:.1} ms"),
        format!("{attacked:.1} ms"),
        format!("{:.2}x", attacked / quiet),
        format!("{RATIO:.2}x"),
    ];
    let figures = figures.map(|figure| format!("{figure:>10}")).concat();
    let memory =
        [memory.before, memory.most, memory.after, memory.limit()].map(|bytes| format!("{:>7.1}", mebibytes(bytes)));
    println!("{:44} {:34} {figures}   {}  {} | {verdict}", attack.name, attack.rate, memory.concat(), answers(row));
    for failure in row.quiet.failures.iter().chain(&row.attacked.failures).take(3) {
        println!("    a usual request got: {failure}");
    }
}

/// What came, the most frequent first.
fn answers(row: &Row) -> String {
    let mut came: Vec<_> = row.came.iter().collect();
    came.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let came: Vec<String> = came.into_iter().map(|(came, count)| format!("{came} x{count}")).collect();
    came.join(", ")
}

fn p99(seen: &Seen) -> f64 {
    if seen.took.is_empty() { f64::INFINITY } else { quantile(&seen.took, 0.99) }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
