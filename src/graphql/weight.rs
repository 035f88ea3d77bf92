//! What an operation weighs before it runs. A field counts one; what multiplies or costs more says so here.
//!
//! A page costs statements of its own, and a page below each node of another page costs them for each of those nodes: the weight
//! of a page is what keeps a client from asking for ten thousand.

use super::page::{DEFAULT_SIZE, LARGEST_SIZE};

/// A page's own weight: its statements, up to five. Forty pages are the most that one operation may ask for.
const PAGE: usize = 5_000;
/// A call to Shopee: a hundred are the most.
const CALL: usize = 2_000;
/// The items of a page's sessions, however many those are: under two aliases they are read twice.
const ITEMS: usize = 20;

/// A connection with these arguments; `below` is what one node weighs.
pub fn of_page(below: usize, first: Option<i64>, last: Option<i64>) -> usize {
    of_list(below, first.or(last).unwrap_or(DEFAULT_SIZE as i64)).saturating_add(PAGE)
}

/// The items of a session: those of all sessions of a page are read at once.
pub fn of_items(below: usize, first: Option<i64>, last: Option<i64>) -> usize {
    of_list(below, first.or(last).unwrap_or(DEFAULT_SIZE as i64)).saturating_add(ITEMS)
}

/// A list of at most so many.
pub fn of_list(below: usize, length: i64) -> usize {
    let length = length.clamp(0, LARGEST_SIZE as i64) as usize;
    below.saturating_mul(length).saturating_add(1)
}

/// A field that is asked of Shopee.
pub fn of_call(below: usize) -> usize {
    below.saturating_add(CALL)
}
