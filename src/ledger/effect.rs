//! What a room says about its intents: how to look, how to act, and how to tell afterwards.

use async_trait::async_trait;
use entity::intent;
use futures_util::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use serde_json::Value;

use super::refusal::Refusal;
use crate::{app::App, error::Result, identity::scope::Scope};

/// What a call that was answered means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It has happened.
    Done,
    /// Shopee has taken it and shows it later.
    Taken,
}

/// What Shopee shows about a call of which no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Happened,
    /// Everything is as it was before the call.
    NotYet,
    /// Something has changed, and not as by this call alone.
    Unclear,
}

/// What one intent is to bring about. What is seen is JSON, since it has to outlive the process.
#[async_trait]
pub trait Effect: Send + Sync {
    /// What Shopee shows now of that by which the outcome can be told.
    async fn look(&self) -> Result<Value, shopee::Error>;

    /// What forbids the call, by what Shopee shows.
    fn objection(&self, seen: &Value) -> Option<Refusal>;

    /// Makes the call, once.
    async fn send(&self, seen: &Value) -> Result<Sent, shopee::Error>;

    /// Whether the call has happened, by what Shopee showed before it and shows now.
    fn verdict(&self, before: &Value, now: &Value) -> Verdict;
}

/// How a room makes an effect of what is written down; fails as any Shopee call of the account would.
pub type Load = for<'a> fn(&'a App, &'a intent::Model) -> BoxFuture<'a, Result<Box<dyn Effect + 'a>>>;

/// What else is to be written when an intent is settled.
pub type Settled = for<'a> fn(&'a Scope, &'a DatabaseTransaction, &'a intent::Model) -> BoxFuture<'a, Result<()>>;

/// A room's part in one or more kinds of intents.
#[derive(Clone, Copy)]
pub struct Handler {
    pub kinds: &'static [intent::Kind],
    pub load: Load,
    pub settled: Settled,
}
