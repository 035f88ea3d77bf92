//! GraphQL over HTTP and graphql-transport-ws, to the letter: over real sockets, against a schema of a few lines.

mod close_codes;
mod fuzz;
mod gateway;
mod hostile_requests;
mod http;
mod npm;
mod operations;
mod pressure;
mod schema;
mod sharing;
mod socket;
