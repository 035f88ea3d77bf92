//! What a resolver may reach: the [`App`], and the [`Operation`] it works for.

use std::sync::Arc;

use async_graphql::Context;

use crate::{app::App, cost::Cost, database::Statements, error::Result};

/// One query, mutation or subscription at work: its counters. Who asks is put beside it by the account room.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    pub cost: Arc<Cost>,
}

/// Shorthands on the resolver's context.
pub trait ContextExt {
    fn app(&self) -> Result<&App>;
    fn operation(&self) -> Result<&Operation>;
    /// A connection whose statements count for this operation.
    fn statements(&self) -> Result<Statements>;
    /// Something that was put into the request or the schema; its absence is our fault.
    fn given<T: Send + Sync + 'static>(&self) -> Result<&T>;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> Result<&App> {
        self.given()
    }

    fn operation(&self) -> Result<&Operation> {
        self.given()
    }

    fn statements(&self) -> Result<Statements> {
        Ok(self.app()?.database.read(self.operation()?.cost.clone()))
    }

    fn given<T: Send + Sync + 'static>(&self) -> Result<&T> {
        self.data_opt::<T>()
            .ok_or_else(|| crate::Error::internal(format!("the request carries no {}", std::any::type_name::<T>())))
    }
}
