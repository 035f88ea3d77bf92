//! The identity room's DataLoader: one per operation, for the hops that no parent fetched ahead.

use std::collections::HashMap;

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use super::{
    schema::{Studio, User},
    scope::Asker,
    store,
};
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

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct UserKey(i64);

pub type IdentityLoaders = DataLoader<IdentityLoader>;

/// The loader of one operation.
pub fn loaders(asker: Asker, statements: Statements) -> IdentityLoaders {
    DataLoader::new(IdentityLoader { asker, statements }, TokioSpawner::current(), TokioTimer::default())
}

/// A studio by its key; `None` when it is not there or not the viewer's.
pub async fn studio(ctx: &Context<'_>, key: i64) -> Result<Option<Studio>> {
    ctx.given::<IdentityLoaders>()?.load_one(StudioKey(key)).await
}

/// What colleagues see of a user, whose key comes from a row that the viewer may see; `None` for one who is no more.
pub async fn user(ctx: &Context<'_>, key: i64) -> Result<Option<User>> {
    ctx.given::<IdentityLoaders>()?.load_one(UserKey(key)).await
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

impl Loader<UserKey> for IdentityLoader {
    type Value = User;
    type Error = Error;

    async fn load(&self, keys: &[UserKey]) -> Result<HashMap<UserKey, User>> {
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = store::member::users(&self.asker.scope()?, &self.statements, &keys).await?;
        rows.iter().map(|row| Ok((UserKey(*row.id.read()?), User::of_row(row)?))).collect()
    }
}
