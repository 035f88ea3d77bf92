use async_graphql::{Context, ID, Object};

use super::{
    LiveSession, LiveSessionFilter, LiveSessionOrder,
    list::{columns_for, page_of_sessions, with_neighbours},
    node::{Node, nodes_by_id},
};
use crate::{
    account::schema::Region,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        page::{Connection, PageArguments},
        selection::Selection,
    },
    identity::{guard::Needs, scope::AskerExt as _},
    session::store,
};

/// The most ids that `nodes` takes.
const MOST_NODES: usize = 100;

/// The session room's part of `Query`.
#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// Live sessions of all the viewer's studios, the newest first unless `orderBy` says otherwise. Errors: UNAUTHENTICATED,
    /// BAD_USER_INPUT, INVALID_CURSOR.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::price::page::apply(false)
    )]
    #[expect(clippy::too_many_arguments, reason = "one parameter an argument of the field")]
    async fn live_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only sessions that match all that is given.")] filter: Option<LiveSessionFilter>,
        #[graphql(desc = "The list's order; by default when they started, newest first.")] order_by: Option<
            LiveSessionOrder,
        >,
        #[graphql(desc = "How many sessions from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only sessions after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many sessions from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only sessions before this cursor.")] before: Option<String>,
    ) -> Result<Connection<LiveSession>> {
        let page = PageArguments { first, after, last, before };
        page_of_sessions(ctx, &Selection::of_nodes(ctx), filter.unwrap_or_default(), order_by.unwrap_or_default(), page)
            .await
    }

    /// One live session, by global id or by Shopee's; null when there is none or it is not the viewer's. Errors:
    /// UNAUTHENTICATED, BAD_USER_INPUT (also when two regions know the same Shopee id and `region` is not given).
    #[graphql(guard = "Needs::SignIn", directive = crate::graphql::price::statements::apply(Some(1), None))]
    async fn live_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's global id. Give either this or `sessionId`.")] id: Option<ID>,
        #[graphql(desc = "Shopee's own id of the session.")] session_id: Option<ID>,
        #[graphql(desc = "The region that `sessionId` is of.")] region: Option<Region>,
    ) -> Option<Result<LiveSession>> {
        session(ctx, id, session_id, region).await.transpose()
    }

    /// Whatever has this global id; null when there is no such thing or it is not the viewer's. Errors: UNAUTHENTICATED.
    #[graphql(guard = "Needs::SignIn")]
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "A global id.")] id: ID) -> Option<Result<Node>> {
        let found = nodes_by_id(ctx, &Selection::of(ctx), &[id]).await;
        found.map(|mut nodes| nodes.pop().flatten()).transpose()
    }

    /// Whatever has these global ids, in their order, with null for each that is not there or not the viewer's. Errors:
    /// UNAUTHENTICATED, BAD_USER_INPUT.
    // A statement for each kind of thing, and for what some kinds have beside them.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::price::statements::apply(Some(12), None),
        directive = crate::graphql::price::list_size::apply(MOST_NODES as u32, Some("ids".to_owned()))
    )]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST_NODES {
            return Err(Error::invalid_input(
                "ids",
                format!("has {} ids; at most {MOST_NODES} are allowed", ids.len()),
            ));
        }
        nodes_by_id(ctx, &Selection::of(ctx), &ids).await
    }
}

async fn session(
    ctx: &Context<'_>,
    id: Option<ID>,
    session_id: Option<ID>,
    region: Option<Region>,
) -> Result<Option<LiveSession>> {
    let selection = Selection::of(ctx);
    match (id, session_id) {
        (Some(id), None) => session_by_key(ctx, &selection, GlobalId::key_of(&id, Kind::LiveSession, "id")?).await,
        (None, Some(session_id)) => {
            let number = number_of(&session_id, "is not a session id of Shopee: a whole number")?;
            session_by_shopee_id(ctx, &selection, number, region).await
        }
        _ => Err(Error::invalid_input("id", "or `sessionId` has to be given, and not both")),
    }
}

/// A session by its key, with what is selected below it.
pub(super) async fn session_by_key(
    ctx: &Context<'_>,
    selection: &Selection<'_>,
    key: i64,
) -> Result<Option<LiveSession>> {
    let (scope, statements) = (ctx.scope()?, ctx.statements()?);
    let rows = store::sessions(&scope, &statements, &[key], &columns_for(selection, &[])).await?;
    Ok(with_neighbours(ctx, selection, rows).await?.pop())
}

/// The number that `sessionId` is, or what is said to be wrong with it.
pub(super) fn number_of(session_id: &ID, wrong: &'static str) -> Result<i64> {
    session_id.parse().map_err(|_| Error::invalid_input("sessionId", wrong))
}

/// A session by Shopee's id, with what is selected below it.
pub(super) async fn session_by_shopee_id(
    ctx: &Context<'_>,
    selection: &Selection<'_>,
    session_id: i64,
    region: Option<Region>,
) -> Result<Option<LiveSession>> {
    let (scope, statements) = (ctx.scope()?, ctx.statements()?);
    let columns = columns_for(selection, &[]);
    let rows = store::sessions_by_shopee_id(&scope, &statements, session_id, region.map(Into::into), &columns).await?;
    if rows.len() > 1 {
        return Err(Error::invalid_input("region", "has to be given: more than one region knows this session id"));
    }
    Ok(with_neighbours(ctx, selection, rows).await?.pop())
}
