//! The accounts of a studio, a page at a time.

use async_graphql::Context;

use super::ShopeeAccount;
use crate::{
    account::store,
    error::Result,
    graphql::{
        context::ContextExt as _,
        page::{Connection, Cursor, PageArguments},
    },
    identity::scope::AskerExt as _,
};

/// The order of a studio's accounts, for their cursors.
const OLDEST_FIRST: &str = "OLDEST";

/// A page of a studio's accounts, in the order they were connected.
pub async fn page_of_accounts(
    ctx: &Context<'_>,
    studio_id: i64,
    page: PageArguments,
) -> Result<Connection<ShopeeAccount>> {
    let slice = page.check(OLDEST_FIRST)?;
    let (scope, statements) = (ctx.scope()?, ctx.statements()?);
    let rows = store::accounts_of(&scope, &statements, studio_id, slice).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => Some(store::count_accounts_of(&scope, &statements, studio_id).await?),
        false => None,
    };
    let accounts = rows.into_iter().map(ShopeeAccount::from).collect();
    slice.page(accounts, total, OLDEST_FIRST, |account: &ShopeeAccount| Ok(Cursor { value: 0, key: account.key()? }))
}
