//! The identity room's DataLoader: one per operation, for the hops that no parent fetched ahead.

use std::collections::HashMap;

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use super::{schema::Studio, scope::Asker, store};
use crate::{
    database::{Statements, sparse::Read as _},
    error::{Error, Result},
    graphql::context::ContextExt as _,
};

/// Loads rows of the identity room by key, within what the operation's sender may see.
pub struct IdentityLoader {
    asker: Asker,
    statements: Statements,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct StudioKey(i64);

pub type IdentityLoaders = DataLoader<IdentityLoader>;

/// The loader of one operation.
pub fn loaders(asker: Asker, statements: Statements) -> IdentityLoaders {
    DataLoader::new(IdentityLoader { asker, statements }, TokioSpawner::current(), TokioTimer::default())
}

/// A studio by its key; `None` when it is not there or not the viewer's.
pub async fn studio(ctx: &Context<'_>, key: i64) -> Result<Option<Studio>> {
    ctx.given::<IdentityLoaders>()?.load_one(StudioKey(key)).await
}

impl Loader<StudioKey> for IdentityLoader {
    type Value = Studio;
    type Error = Error;

    async fn load(&self, keys: &[StudioKey]) -> Result<HashMap<StudioKey, Studio>> {
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = store::studios(&self.asker.scope()?, &self.statements, &keys).await?;
        rows.into_iter().map(|row| Ok((StudioKey(*row.id.read()?), Studio::from(row)))).collect()
    }
}
