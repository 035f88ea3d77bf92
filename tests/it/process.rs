//! The program as operators run it: its commands, its signals, what it says when something is wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commands;
mod serving;
mod starting;
