//! GraphQL over HTTP, server-sent events, graphql-transport-ws and the older graphql-ws, to the letter: over real sockets, against a schema of a few lines.

mod close_codes;
mod event_stream;
mod fuzz;
mod gateway;
mod heads;
mod hostile_requests;
mod http;
mod npm;
mod old_dialect;
mod operations;
mod persisted;
mod places;
mod pressure;
mod schema;
mod sharing;
mod socket;
