//! The marks of schema fields that say what they take: calls to Shopee, SQL statements, and how long lists are. What an operation
//! may cost is computed from them before any of it runs (`api/price.rs`); `docs/api.md` says what that means for clients.
//!
//! Statements are counted for each object that has the field, or once for all objects that were read together: those of one page,
//! whose neighbours are fetched ahead. A field without a mark takes nothing but its own place in the answer, and one at the root some
//! statements.

use async_graphql::TypeDirective;

/// Asks Shopee so many times for each object, in the name of an account whose credential takes a statement for all of a page.
#[TypeDirective(name = "shopeeCalls", location = "FieldDefinition")]
pub fn shopee_calls(times: u32) {}

/// Takes so many SQL statements: for each object, or for all objects of a page together.
#[TypeDirective(name = "statements", location = "FieldDefinition")]
pub fn statements(each: Option<u32>, together: Option<u32>) {}

/// A connection: as many nodes as `first` or `last` says, 20 if neither is given. Takes two SQL statements, for each object or for all
/// objects of a page together.
#[TypeDirective(name = "page", location = "FieldDefinition")]
pub fn page(together: bool) {}

/// A numbered page of a list that Shopee keeps: as many nodes as `pageSize` says, 10 if it is not given.
#[TypeDirective(name = "numberedPage", location = "FieldDefinition")]
pub fn numbered_page() {}

/// A list of at most so many; with `argument` as many as that says, or has entries.
#[TypeDirective(name = "listSize", location = "FieldDefinition")]
pub fn list_size(most: u32, argument: Option<String>) {}

/// A point for each `interval` between `from` and `to`, at most so many.
#[TypeDirective(name = "points", location = "FieldDefinition")]
pub fn points(most: u32) {}
