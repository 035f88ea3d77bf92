//! The gateway's tables as SeaORM rows and relations.
//!
//! What it is for: one module a table, named in the singular, so that a query reads `live_session::Entity::find()`.
//! What it leaves to others: the tables themselves are made by `migration`, queries and rules live in the rooms, and
//! what a client sees is decided there too; nothing here knows GraphQL.
//!
//! What always holds:
//!
//! - Every `id` is ours, 64 bits and generated; ids that Shopee gave (`session_id`, `item_id`, `shop_id`, …) are
//!   `i64` too.
//! - Money is an `i64` count of 1/100000 of the currency unit of the row's region, Shopee's own unit; never a float.
//! - A ratio is an `i64` count of millionths and its column ends in `_millionths`: 12.5 % is 125 000.
//! - An instant is UTC. PostgreSQL keeps microseconds; hand in nothing finer, or a row read back differs from the one
//!   written.
//! - A closed set is a string in SCREAMING_SNAKE case and an enum here.
//! - A metric that Shopee has not told is null, which is not the same as zero.

pub mod external_identity;
pub mod refresh_token;
pub mod sign_in;
pub mod user;

pub mod invitation;
pub mod membership;
pub mod studio;

pub mod shopee_account;
pub mod shopee_login;

pub mod deleted_live_session;
pub mod live_session;
pub mod live_session_item;
pub mod recount;

pub mod coin_giveout;
pub mod intent;
pub mod promotion_edit;

pub mod campaign_look;
pub mod campaign_reading;
pub mod campaign_rule;

pub mod live_analytics;
pub mod metric_sample;

pub mod alert;
pub mod alert_settings;

pub mod audit_entry;
pub mod job;
pub mod job_failure;
