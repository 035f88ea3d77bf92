//! GraphQL over HTTP and graphql-transport-ws, to the letter: over real sockets, against a schema of a few lines.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod close_codes;
mod fuzz;
mod gateway;
mod hostile_requests;
mod http;
mod npm;
mod operations;
mod pressure;
mod schema;
mod socket;
