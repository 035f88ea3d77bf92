use std::collections::HashMap;

use async_graphql::{Context, ID, Interface};

use super::{
    LiveSession, LiveSessionItem,
    list::{columns_for, with_neighbours},
};
use crate::{
    account::{
        access,
        schema::{ShopeeAccount, Studio},
        scope::{AskerExt as _, Scope},
        store as account_store,
    },
    database::{Statements, sparse::Read as _},
    error::Result,
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        selection::Selection,
    },
    session::store,
};

/// A thing with a global id, which `node` finds again.
#[derive(Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id: opaque, and stable for the life of the thing."))]
#[expect(clippy::large_enum_variant, reason = "made once a node and moved into the answer")]
pub enum Node {
    Studio(Studio),
    ShopeeAccount(ShopeeAccount),
    LiveSession(LiveSession),
    LiveSessionItem(LiveSessionItem),
}

type Found = HashMap<GlobalId, Node>;

/// The things with these ids, in their order: one statement a kind, whatever the number of ids.
pub(super) async fn nodes_by_id(ctx: &Context<'_>, selection: &Selection<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>> {
    let (scope, statements) = (ctx.scope()?, ctx.statements()?);
    let ids: Vec<Option<GlobalId>> = ids.iter().map(|id| GlobalId::decode(id)).collect();
    let mut found = Found::new();
    for kind in Kind::ALL {
        let keys: Vec<i64> = ids.iter().flatten().filter(|id| id.kind == kind).map(|id| id.key).collect();
        if !keys.is_empty() {
            found.extend(nodes_of_kind(&scope, &statements, selection, kind, &keys).await?);
        }
    }
    Ok(ids.into_iter().map(|id| found.get(&id?).cloned()).collect())
}

async fn nodes_of_kind(
    scope: &Scope,
    statements: &Statements,
    selection: &Selection<'_>,
    kind: Kind,
    keys: &[i64],
) -> Result<Found> {
    let nodes: Vec<(i64, Node)> = match kind {
        Kind::Studio => {
            let rows = account_store::studios(scope, statements, keys).await?;
            rows.into_iter().map(|row| Ok((*row.id.read()?, Node::Studio(row.into())))).collect::<Result<_>>()?
        }
        Kind::ShopeeAccount => {
            let rows = account_store::accounts(scope, statements, keys, account_store::ACCOUNT_COLUMNS).await?;
            rows.into_iter().map(|row| Ok((*row.id.read()?, Node::ShopeeAccount(row.into())))).collect::<Result<_>>()?
        }
        Kind::LiveSession => {
            let rows = store::sessions(scope, statements, keys, &columns_for(selection, &[])).await?;
            let sessions = with_neighbours(scope, statements, selection, rows).await?;
            sessions
                .into_iter()
                .map(|session| Ok((session.key()?, Node::LiveSession(session))))
                .collect::<Result<_>>()?
        }
        Kind::LiveSessionItem => {
            let rows = store::items(scope, statements, keys).await?;
            let item = |(row, region): (store::ItemRow, String)| {
                Ok((*row.id.read()?, Node::LiveSessionItem(LiveSessionItem::new(row, access::region(&region)?))))
            };
            rows.into_iter().map(item).collect::<Result<_>>()?
        }
    };
    Ok(nodes.into_iter().map(|(key, node)| (GlobalId::new(kind, key), node)).collect())
}
