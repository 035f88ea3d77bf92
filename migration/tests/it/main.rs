//! The migrations against real databases: SQLite in a directory of its own, PostgreSQL in a database of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod sample;

mod append_only;
mod keys;
mod plans;
mod rows;
mod runs;
mod secrets;
mod shape;
mod turns;
