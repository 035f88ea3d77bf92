//! The sandbox from outside: over HTTP, as a client sees it, and through its panel.

mod agreement;
mod cookies;
mod faults;
mod fixtures;
mod invariants;
mod login;
mod panel;
mod support;
mod time;
