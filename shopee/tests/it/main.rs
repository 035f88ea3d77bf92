//! The client against a small server of the test's own, over real HTTP on the loopback.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod amounts;
mod calls;
mod corpus;
mod credentials;
mod fixtures;
mod hosts;
mod leniency;
mod links;
mod outages;
mod outcomes;
mod pace;
mod regions;
mod retries;
mod secrets;
mod server;
