//! Who asks, and what they may do: users, studios and their members, sign-ins and tokens, the audit log.
//!
//! What always holds: a [`scope::Scope`] comes from a signed-in viewer or from the job runner, and no store function of any room
//! works without one; every change is written down in the transaction that makes it ([`audit`]).

pub mod actor;
pub mod attempts;
pub mod audit;
pub mod change;
pub mod guard;
pub mod housekeeping;
pub mod invitation;
pub mod jwks;
pub mod loader;
pub mod member;
pub mod names;
pub mod outside_token;
pub mod password;
pub mod revocations;
pub mod schema;
pub mod scope;
pub mod secret_token;
pub mod sign_in;
pub mod sign_out;
pub mod store;
pub mod studio;
pub mod token;
