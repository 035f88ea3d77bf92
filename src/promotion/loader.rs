//! The promotion room's DataLoader: one per operation, for the changes that other changes take back.

use std::collections::HashMap;

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use super::{schema::PromotionEdit, store};
use crate::{
    database::Statements,
    error::{Error, Result},
    graphql::context::ContextExt as _,
    identity::scope::Asker,
};

/// Loads changes by key, within what the operation's sender may see.
pub struct EditLoader {
    asker: Asker,
    statements: Statements,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct EditKey(i64);

pub type EditLoaders = DataLoader<EditLoader>;

/// The loader of one operation.
pub fn loaders(asker: Asker, statements: Statements) -> EditLoaders {
    DataLoader::new(EditLoader { asker, statements }, TokioSpawner::current(), TokioTimer::default())
}

/// A change by its key; `None` when it is not there or not the viewer's.
pub async fn edit(ctx: &Context<'_>, key: i64) -> Result<Option<PromotionEdit>> {
    ctx.given::<EditLoaders>()?.load_one(EditKey(key)).await
}

impl Loader<EditKey> for EditLoader {
    type Value = PromotionEdit;
    type Error = Error;

    async fn load(&self, keys: &[EditKey]) -> Result<HashMap<EditKey, PromotionEdit>> {
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = store::by_ids(&self.asker.scope()?, &self.statements, &keys).await?;
        Ok(rows.into_iter().map(|row| (EditKey(row.0.id), PromotionEdit::new(row))).collect())
    }
}
