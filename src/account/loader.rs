//! The account room's DataLoader: one per operation, for the hops that no parent fetched ahead.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use super::{access::Access, schema::ShopeeAccount, store};
use crate::{
    app::App,
    database::{Statements, sparse::Read as _},
    error::{Error, Result},
    graphql::context::ContextExt as _,
    identity::scope::Asker,
};

/// Loads rows of the account room by key, within what the operation's sender may see.
pub struct AccountLoader {
    app: App,
    asker: Asker,
    statements: Statements,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct AccountKey(i64);
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct AccessKey(i64);

pub type AccountLoaders = DataLoader<AccountLoader>;

/// The loader of one operation.
pub fn loaders(app: App, asker: Asker, statements: Statements) -> AccountLoaders {
    DataLoader::new(AccountLoader { app, asker, statements }, TokioSpawner::current(), TokioTimer::default())
}

/// An account by its key; `None` when it is not there or not the viewer's.
pub async fn account(ctx: &Context<'_>, key: i64) -> Result<Option<ShopeeAccount>> {
    ctx.given::<AccountLoaders>()?.load_one(AccountKey(key)).await
}

/// What it takes to call Shopee as an account.
pub async fn access(ctx: &Context<'_>, key: i64) -> Result<Arc<Access>> {
    let access = ctx.given::<AccountLoaders>()?.load_one(AccessKey(key)).await?;
    access.ok_or_else(|| Error::not_found("account"))?
}

impl Loader<AccountKey> for AccountLoader {
    type Value = ShopeeAccount;
    type Error = Error;

    async fn load(&self, keys: &[AccountKey]) -> Result<HashMap<AccountKey, ShopeeAccount>> {
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = store::accounts(&self.asker.scope()?, &self.statements, &keys, store::ACCOUNT_COLUMNS).await?;
        rows.into_iter().map(|row| Ok((AccountKey(*row.id.read()?), ShopeeAccount::from(row)))).collect()
    }
}

impl Loader<AccessKey> for AccountLoader {
    type Value = Result<Arc<Access>>;
    type Error = Error;

    async fn load(&self, keys: &[AccessKey]) -> Result<HashMap<AccessKey, Result<Arc<Access>>>> {
        let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = store::accesses(&self.asker.scope()?, &self.statements, &keys).await?;
        let opening = &self.app.config.credential_keys;
        rows.iter().map(|row| Ok((AccessKey(*row.id.read()?), Access::open(opening, row)))).collect()
    }
}
