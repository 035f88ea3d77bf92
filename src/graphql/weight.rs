//! What an operation weighs before it runs. A field counts one; what multiplies or costs more says so here.
//!
//! A page costs statements of its own, and a page below each node of another page costs them for each of those nodes: the weight
//! of a page is what keeps a client from asking for ten thousand.

use async_graphql::{
    Positioned, VisitorContext,
    parser::types::{Field, VariableDefinition},
};

use super::{
    numbered,
    page::{DEFAULT_SIZE, LARGEST_SIZE},
};

/// A page's own weight: its statements, up to five. Forty pages are the most that one operation may ask for.
const PAGE: usize = 5_000;
/// A call to Shopee: a hundred are the most.
const CALL: usize = 2_000;
/// The items of a page's sessions, however many those are: with other arguments they are read once more.
const ITEMS: usize = 20;
/// The history of a session: a statement may read ten thousands of samples for it, on which other sessions of its page wait.
const HISTORY: usize = 1_000;

/// A field as the library hands it to a weight: `__ctx`, `__variables_definition` and `__field` of its `complexity`.
///
/// Naming an argument there would be shorter, but refuses every operation that declares a variable for it and leaves it out,
/// as clients that page both ways do.
pub struct Weighed<'a>(pub &'a VisitorContext<'a>, pub &'a [Positioned<VariableDefinition>], pub &'a Field);

impl Weighed<'_> {
    /// A number among the arguments. What is wrong with one is for its field to say.
    fn number(&self, argument: &str) -> Option<i64> {
        self.0.param_value::<Option<i64>>(self.1, self.2, argument, None).ok().flatten()
    }

    fn page_size(&self) -> i64 {
        self.number("first").or_else(|| self.number("last")).unwrap_or(DEFAULT_SIZE as i64)
    }
}

/// A connection; `below` is what one node weighs.
pub fn of_page(below: usize, page: Weighed<'_>) -> usize {
    of_list(below, page.page_size()).saturating_add(PAGE)
}

/// The items of a session: those of all sessions of a page are read at once.
pub fn of_items(below: usize, items: Weighed<'_>) -> usize {
    of_list(below, items.page_size()).saturating_add(ITEMS)
}

/// A numbered page of a list that Shopee keeps.
pub fn of_remote_page(below: usize, page: Weighed<'_>) -> usize {
    of_call(of_list(below, page.number("pageSize").unwrap_or(numbered::DEFAULT_SIZE)))
}

/// A list that Shopee keeps and cuts off where it likes.
pub fn of_remote_list(below: usize) -> usize {
    of_call(of_list(below, LARGEST_SIZE as i64))
}

/// Figures over many rows: a statement, however many rows there are.
pub fn of_aggregate(below: usize) -> usize {
    below.saturating_add(PAGE)
}

/// The points of a chart, some hundred as a rule: those of all sessions of a page are read at once.
pub fn of_history(below: usize) -> usize {
    of_list(below, LARGEST_SIZE as i64).saturating_add(HISTORY)
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
