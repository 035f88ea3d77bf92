//! Who asks, and for whom: users and their studios, bearer tokens, Shopee accounts and their credentials.
//!
//! What always holds: a [`scope::Scope`] comes from a signed-in viewer or from the job runner, and no store function works
//! without one; a credential is opened only in [`access`], to be handed to the Shopee client and to nothing else.

pub mod access;
pub mod connect;
pub mod credential;
pub mod loader;
pub mod schema;
pub mod scope;
pub mod signed_out;
pub mod store;
pub mod token;
