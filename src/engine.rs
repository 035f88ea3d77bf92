//! The plain engine under the rooms: one poller for many watchers ([`watch`]), one call for many askers ([`joined`]),
//! one read for all who ask before it begins ([`gathered`]), word of later revisions ([`revisions`]), work that outlives whoever asked for it
//! ([`in_hand`]), and by when it has to be done otherwise ([`deadline`]). What instances have to do
//! with each other goes over the [`bus`].
//!
//! It names no room, no table and no GraphQL type: a topic is a text, a value is whatever the caller's closure makes.

pub mod bus;
pub mod deadline;
pub mod gathered;
pub mod in_hand;
pub mod joined;
pub mod revisions;
pub mod watch;
