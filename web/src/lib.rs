//! The pages that the gateway serves, embedded in the binary: GraphiQL, and the files it needs.
//!
//! This crate knows pages, their files and their security policy. Routes, compression by `Accept-Encoding` and response
//! headers are left to whoever serves them. What always holds: a page runs no inline script, may only talk to the host it came
//! from, and a file's address changes with its content. With [`BUNDLED`] no page makes a request to any other host.

mod asset;
mod graphiql;
mod page;
mod third_party;

pub use asset::{Asset, BUNDLED, asset};
pub use graphiql::{GraphiqlOptions, example_variables, examples, graphiql};
pub use page::Page;
