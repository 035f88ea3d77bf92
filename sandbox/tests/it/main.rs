//! The sandbox from outside: over HTTP, as a client sees it, and through its panel.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ads;
mod agreement;
mod coins;
mod cookies;
mod faults;
mod fixtures;
mod invariants;
mod items;
mod login;
mod panel;
mod support;
mod time;
