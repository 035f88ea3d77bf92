//! Shopee accounts: the credentials a studio acts with, and what Shopee tells of an account.
//!
//! What always holds: a credential is opened only in [`access`], to be handed to the Shopee client and to nothing else, and in
//! [`rotation`], to be sealed with another key. One that is not an account's yet rests in its [`login`].

pub mod access;
pub mod check;
pub mod connect;
pub mod credential;
pub mod disconnect;
pub mod loader;
pub mod login;
pub mod rotation;
pub mod schema;
pub mod sealing;
pub mod signed_out;
pub mod store;
pub mod watch;
