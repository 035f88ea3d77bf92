use std::collections::HashMap;

use async_graphql::{Context, ID, Interface};
use entity::membership::Role;

use super::{
    CoinGiveout, LiveSession, LiveSessionItem,
    coin_giveout::with_sessions,
    list::{columns_for, with_neighbours},
};
use crate::{
    account::{access, schema::ShopeeAccount, store as account_store},
    alert::schema::{Alert, alerts_by_key},
    database::sparse::Read as _,
    error::Result,
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        selection::Selection,
    },
    identity::{
        schema::{Invitation, Membership, Studio},
        scope::{AskerExt as _, Scope},
        store as identity_store,
    },
    promotion::{self, schema::PromotionEdit},
    session::store,
};

/// A thing with a global id, which `node` finds again.
#[derive(Clone, Interface)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
#[graphql(field(name = "id", ty = "ID", desc = "Global id: opaque, and stable for the life of the thing."))]
#[expect(clippy::large_enum_variant, reason = "made once a node and moved into the answer")]
pub enum Node {
    Studio(Studio),
    Membership(Membership),
    Invitation(Invitation),
    ShopeeAccount(ShopeeAccount),
    LiveSession(LiveSession),
    LiveSessionItem(LiveSessionItem),
    CoinGiveout(CoinGiveout),
    PromotionEdit(PromotionEdit),
    Alert(Alert),
}

/// The things with these ids, in their order: one statement a kind, whatever the number of ids.
pub async fn nodes_by_id(ctx: &Context<'_>, selection: &Selection<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>> {
    ctx.viewer()?;
    let ids: Vec<Option<GlobalId>> = ids.iter().map(|id| GlobalId::decode(id)).collect();
    let mut found = HashMap::new();
    for kind in Kind::ALL {
        let keys: Vec<i64> = ids.iter().flatten().filter(|id| id.kind == kind).map(|id| id.key).collect();
        if keys.is_empty() {
            continue;
        }
        for (key, node) in nodes_of_kind(ctx, selection, kind, &keys).await? {
            found.insert(GlobalId::new(kind, key), node);
        }
    }
    Ok(ids.into_iter().map(|id| found.get(&id?).cloned()).collect())
}

async fn nodes_of_kind(
    ctx: &Context<'_>,
    selection: &Selection<'_>,
    kind: Kind,
    keys: &[i64],
) -> Result<Vec<(i64, Node)>> {
    let (scope, statements) = (ctx.scope()?, ctx.statements()?);
    match kind {
        Kind::Studio => {
            let rows = identity_store::studios(&scope, &statements, keys).await?;
            keyed(rows, |row| Ok((*row.id.read()?, Node::Studio(row.into()))))
        }
        Kind::Membership => {
            let rows = identity_store::member::by_keys(&scope, &statements, keys).await?;
            keyed(rows, |row| Ok((row.id, Node::Membership((&row).into()))))
        }
        Kind::Invitation => {
            let scope = Scope::of_role(&*ctx.viewer()?, Role::Owner);
            let rows = identity_store::invitation::by_keys(&scope, &statements, keys).await?;
            keyed(rows, |row| Ok((*row.id.read()?, Node::Invitation(row.into()))))
        }
        Kind::ShopeeAccount => {
            let rows = account_store::accounts(&scope, &statements, keys, account_store::ACCOUNT_COLUMNS).await?;
            keyed(rows, |row| Ok((*row.id.read()?, Node::ShopeeAccount(row.into()))))
        }
        // Shows itself to owners only, who ask for it by its own field.
        Kind::ShopeeLogin => Ok(Vec::new()),
        // Is told by `syncProgress`, for as long as it is kept.
        Kind::Job => Ok(Vec::new()),
        Kind::LiveSession => {
            let rows = store::sessions(&scope, &statements, keys, &columns_for(selection, &[])).await?;
            let sessions = with_neighbours(ctx, selection, rows).await?;
            keyed(sessions, |session| Ok((session.key()?, Node::LiveSession(session))))
        }
        Kind::CoinGiveout => {
            let rows = store::coins::by_ids(&scope, &statements, keys).await?;
            let giveouts = with_sessions(ctx, &selection.below("liveSession"), rows).await?;
            keyed(giveouts, |giveout| Ok((giveout.key(), Node::CoinGiveout(giveout))))
        }
        Kind::PromotionEdit => {
            let rows = promotion::store::by_ids(&scope, &statements, keys).await?;
            keyed(rows, |row| Ok((row.0.id, Node::PromotionEdit(PromotionEdit::new(row)))))
        }
        Kind::Alert => {
            let alerts = alerts_by_key(ctx, selection, keys).await?;
            keyed(alerts, |alert| Ok((alert.key(), Node::Alert(alert))))
        }
        Kind::LiveSessionItem => {
            let rows = store::items(&scope, &statements, keys).await?;
            keyed(rows, |(row, region)| {
                Ok((*row.id.read()?, Node::LiveSessionItem(LiveSessionItem::new(row, access::region(&region)?))))
            })
        }
    }
}

fn keyed<T>(rows: Vec<T>, node: impl Fn(T) -> Result<(i64, Node)>) -> Result<Vec<(i64, Node)>> {
    rows.into_iter().map(node).collect()
}
