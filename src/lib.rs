//! live-gateway: one GraphQL schema over a studio's database and Shopee live streaming.
//!
//! The modules in reading order, top to bottom; each may use those below it and none above (`tests/it/layering.rs` holds it).
//!
//! - [`commands`] is what an operator runs.
//! - [`serve`] puts the program together: listeners, jobs, signals, an orderly stop.
//! - [`http`] speaks HTTP and graphql-transport-ws at `/graphql`, serves the pages and the probes.
//! - [`api`] is the whole schema on one screen.
//! - [`analytics`] is what the numbers say; [`alert`] is what somebody should look at.
//! - [`session`] is a live session, stored and on air; [`promotion`] is what Shopee's ads do for an account,
//!   [`campaign`] what to do about them, and [`catalog`] is the
//!   items that may be put into a session's bag; [`account`] is a Shopee account and its credential; [`ledger`] has one effect for
//!   each intent that costs money; [`identity`] is who asks, and what they may do.
//! - [`graphql`] is the kit the rooms build their part of the schema with: ids, pages, money, faults.
//! - [`app`] holds what a request may need, built once.
//! - [`engine`] polls once for many watchers and knows none of the rooms.
//! - [`database`] counts what it sends; [`telemetry`], [`config`], [`cost`], [`error`], [`clock`] and [`cryptography`] stand below everything.

pub mod account;
pub mod alert;
pub mod analytics;
pub mod api;
pub mod app;
pub mod campaign;
pub mod catalog;
pub mod clock;
pub mod commands;
pub mod config;
pub mod cost;
pub mod cryptography;
pub mod database;
pub mod engine;
pub mod error;
pub mod graphql;
pub mod http;
pub mod identity;
pub mod ledger;
pub mod promotion;
pub mod serve;
pub mod session;
pub mod telemetry;

pub use error::{Error, Result};
