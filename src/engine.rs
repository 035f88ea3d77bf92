//! The plain engine under the rooms: one poller for many watchers ([`watch`]), one call for many askers ([`joined`]),
//! and word of later revisions ([`revisions`]).
//!
//! It names no room, no table and no GraphQL type: a topic is a text, a value is whatever the caller's closure makes.

pub mod joined;
pub mod revisions;
pub mod watch;
