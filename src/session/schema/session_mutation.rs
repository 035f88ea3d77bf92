//! What people do with one session.

mod create;
mod delete;
mod form;
mod sync;
mod update;

use async_graphql::{Context, ID, Object};
use entity::{live_session::Column, membership::Role};

use self::{
    create::{CreateLiveSessionInput, CreateLiveSessionPayload},
    delete::{DeleteLiveSessionInput, DeleteLiveSessionPayload},
    sync::{SyncLiveSessionInput, SyncLiveSessionPayload},
    update::{UpdateLiveSessionInput, UpdateLiveSessionPayload},
};
use super::{LiveSession, query::session_by_key};
use crate::{
    account::access,
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        selection::Selection,
        user_error::{Declined, UserError, payload},
    },
    identity::{
        change::Change,
        guard::Needs,
        scope::{AskerExt as _, Scope},
    },
    session::store,
};

/// Changes of live sessions.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Takes a session into the studio of its Shopee account: one that the gateway has not found by itself yet, or that Shopee lists
    /// no longer, or that was deleted. Shopee is asked what it is; its products come with the next sync. Needs OPERATOR. Errors:
    /// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT, SHOPEE_*.
    #[graphql(guard = "Needs::Role(Role::Operator)", directive = crate::graphql::price::shopee_calls::apply(3))]
    async fn create_live_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session, and what the studio adds to it.")] input: CreateLiveSessionInput,
    ) -> Option<Result<CreateLiveSessionPayload>> {
        let outcome = answer(ctx, create::create(ctx, input).await).await;
        Some(outcome.map(|(live_session, user_errors)| CreateLiveSessionPayload { live_session, user_errors }))
    }

    /// Changes what the studio keeps of a session beside what Shopee says. A field that is left out stays as it is, one that is null
    /// goes back to what Shopee says, or to nothing. What is entered here survives every sync. Needs OPERATOR. Errors:
    /// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Operator)")]
    async fn update_live_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session, as of when, and what is to change.")] input: UpdateLiveSessionInput,
    ) -> Option<Result<UpdateLiveSessionPayload>> {
        let outcome = answer(ctx, update::update(ctx, input).await).await;
        Some(outcome.map(|(live_session, user_errors)| UpdateLiveSessionPayload { live_session, user_errors }))
    }

    /// Deletes a session with its products and figures; whoever watches it sees their stream complete. No sync brings it back, only
    /// `createLiveSession`. Needs OPERATOR. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Operator)")]
    async fn delete_live_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: DeleteLiveSessionInput,
    ) -> Option<Result<DeleteLiveSessionPayload>> {
        Some(DeleteLiveSessionPayload::of(delete::delete(ctx, input).await))
    }

    /// Compares a session with Shopee now: what it is, its numbers, its products. Everything is stored or, when one of the calls
    /// fails, nothing; `call` of the error says which it was. Two at once for one session share one run. Needs OPERATOR. Errors:
    /// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        guard = "Needs::Role(Role::Operator)",
        // Beside what is compared, the bag that describes what is new in it: up to three pages.
        directive = crate::graphql::price::shopee_calls::apply(6)
    )]
    async fn sync_live_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: SyncLiveSessionInput,
    ) -> Option<Result<SyncLiveSessionPayload>> {
        Some(SyncLiveSessionPayload::of(ctx, sync::sync(ctx, input).await).await)
    }
}

/// A stored session that the viewer may change.
pub(super) struct Changeable {
    pub(super) key: i64,
    pub(super) studio_id: i64,
    pub(super) account_id: i64,
    session_id: i64,
    region: shopee::Region,
    /// Its studio.
    scope: Scope,
}

impl Changeable {
    /// Begins a change of the session's studio.
    async fn begin(&self, ctx: &Context<'_>) -> Result<Change> {
        Change::begin(ctx.app()?, ctx.actor()?, ctx.viewer()?.user_id, self.studio_id, Role::Operator).await
    }
}

/// The session that an argument names: whoever may not see it is told that there is none, whoever may only look that they may not.
pub(super) async fn changeable(ctx: &Context<'_>, id: &ID, argument: &'static str) -> Result<Changeable> {
    let key = GlobalId::key_of(id, Kind::LiveSession, argument)?;
    let columns = [Column::Id, Column::StudioId, Column::ShopeeAccountId, Column::Region, Column::SessionId];
    let rows = store::sessions(&ctx.scope()?, &ctx.statements()?, &[key], &columns).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("session"))?;
    Ok(Changeable {
        key,
        studio_id: *row.studio_id.read()?,
        account_id: *row.shopee_account_id.read()?,
        session_id: *row.session_id.read()?,
        region: access::region(row.region.read()?)?,
        scope: ctx.scope_in(*row.studio_id.read()?, Role::Operator)?,
    })
}

/// The session that a payload shows, and what stands in the way of what was wanted with it.
struct Shown {
    key: i64,
    user_errors: Vec<UserError>,
}

impl Shown {
    fn done(key: i64) -> Self {
        Self { key, user_errors: Vec::new() }
    }

    fn but(key: i64, error: UserError) -> Self {
        Self { key, user_errors: vec![error] }
    }
}

/// What a payload has of an outcome.
async fn answer(ctx: &Context<'_>, outcome: Result<Shown, Declined>) -> Result<(Option<LiveSession>, Vec<UserError>)> {
    match payload(outcome)? {
        (Some(shown), _) => Ok((Some(selected_session(ctx, shown.key).await?), shown.user_errors)),
        (None, user_errors) => Ok((None, user_errors)),
    }
}

/// A session with what is selected below the payload's `liveSession`.
async fn selected_session(ctx: &Context<'_>, key: i64) -> Result<LiveSession> {
    let session = session_by_key(ctx, &Selection::of(ctx).below("liveSession"), key).await?;
    session.ok_or_else(|| Error::not_found("session"))
}
