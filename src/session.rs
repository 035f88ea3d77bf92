//! A live session: what the database keeps of it, and what Shopee says while it is on air.
//!
//! `LiveSession` is one object with two sources. Its stored fields come from [`store`]; its `info` and `overview` come from
//! Shopee, and only if selected. [`watch`] asks for the numbers of a session that somebody watches, [`samples`] stores them for
//! [`history`], [`sync`] stores what Shopee lists.
//!
//! What people do with one session: [`create`], [`edit`], [`delete`], [`refresh`], and give [`coins`] to its viewers.

pub mod ask;
pub mod bag;
pub mod coin_changes;
pub mod coins;
pub mod create;
pub mod delete;
pub mod discovery;
pub mod edit;
pub mod history;
pub mod housekeeping;
pub mod loader;
pub mod metrics;
pub mod names;
pub mod on_air;
pub mod on_air_changes;
pub mod refresh;
pub mod samples;
pub mod schema;
pub mod shown;
pub mod store;
pub mod sync;
pub mod watch;
