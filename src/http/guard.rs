//! Refuses documents that cost more than anyone needs, before the cost arises.
//!
//! Two bounds protect two machines. The parser recurses once for each open bracket, and its stack is what a few kilobytes of
//! `[[[[…` overflow, so brackets and tokens are counted first, without recursion (`lexemes.rs`). Validation and execution
//! walk every fragment each time it is spread, which a few hundred bytes double as often as they like, so the weight of the
//! document is computed once per fragment after parsing (`weight.rs`), with the values of its arguments (`values.rs`).

use async_graphql::{Request, Variables, parser::types::ExecutableDocument};

use super::{DocumentLimits, refusal::Refusal};

mod lexemes;
mod spreads;
mod values;
mod weight;

const TOO_LARGE: &str = "QUERY_TOO_LARGE";
const TOO_DEEP: &str = "QUERY_TOO_DEEP";
const TOO_MANY_ALIASES: &str = "TOO_MANY_ALIASES";
const TOO_MANY_ROOT_FIELDS: &str = "TOO_MANY_ROOT_FIELDS";
const TOO_MANY_DIRECTIVES: &str = "TOO_MANY_DIRECTIVES";

/// Parses the request's document, if it is worth it with what is sent for its variables. The request keeps what was parsed.
pub(super) fn parse<'a>(
    request: &'a mut Request,
    variables: &Variables,
    limits: &DocumentLimits,
) -> Result<&'a ExecutableDocument, Refusal> {
    lexemes::check(&request.query, limits)?;
    let document = request.parsed_query().map_err(|error| Refusal::unparsable(&error))?;
    weight::check(document, variables, limits)?;
    Ok(document)
}

#[cfg(test)]
mod tests;
