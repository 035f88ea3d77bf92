//! The kit the rooms build their part of the schema with. It knows no room.

pub mod context;
pub mod cost;
pub mod date;
pub mod fault;
pub mod fitting;
pub mod freshness;
pub mod id;
pub mod introspection;
pub mod json;
pub mod known_types;
pub mod long;
pub mod money;
pub mod no_introspection;
pub mod numbered;
pub mod page;
pub mod price;
pub mod rate;
pub mod selection;
pub mod sharing;
pub mod user_error;
pub mod validate;
