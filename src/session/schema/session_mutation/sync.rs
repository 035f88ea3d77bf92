use async_graphql::{Context, ID, InputObject, SimpleObject};

use super::{Changeable, LiveSession, changeable, selected_session};
use crate::{
    account::loader as account_loader,
    error::Result,
    graphql::{
        context::ContextExt as _,
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::scope::AskerExt as _,
    session::{
        ask::Asking,
        refresh::{Refreshed, Refreshes},
    },
};

/// Which session to compare with Shopee.
#[derive(InputObject)]
pub(super) struct SyncLiveSessionInput {
    /// The session's id.
    id: ID,
}

/// What came of `syncLiveSession`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct SyncLiveSessionPayload {
    /// The session as it is now; null when there is something to mend.
    live_session: Option<LiveSession>,
    /// Names of the session's fields that changed, each once and at most one a field; `updatedAt` and `syncedAt` aside. Null when
    /// there is something to mend.
    #[graphql(directive = crate::graphql::price::list_size::apply(50, None))]
    changed_fields: Option<Vec<String>>,
    /// Products that were not stored yet; null when there is something to mend.
    items_added: Option<i64>,
    /// Products that were stored and have changed; null when there is something to mend. What Shopee lists no longer stays as it
    /// was.
    items_changed: Option<i64>,
    /// What there is to mend; empty when the session was compared. On `id`: NOT_FOUND when Shopee does not know the session as its
    /// account's any more.
    user_errors: Vec<UserError>,
}

impl SyncLiveSessionPayload {
    pub(super) async fn of(ctx: &Context<'_>, outcome: Result<(i64, Refreshed), Declined>) -> Result<Self> {
        let (done, user_errors) = payload(outcome)?;
        let live_session = match &done {
            Some((key, _)) => Some(selected_session(ctx, *key).await?),
            None => None,
        };
        let refreshed = done.map(|(_, refreshed)| refreshed);
        Ok(Self {
            live_session,
            items_added: refreshed.as_ref().map(|refreshed| refreshed.items_added),
            items_changed: refreshed.as_ref().map(|refreshed| refreshed.items_changed),
            changed_fields: refreshed.map(|refreshed| refreshed.changed_fields),
            user_errors,
        })
    }
}

pub(super) async fn sync(ctx: &Context<'_>, input: SyncLiveSessionInput) -> Result<(i64, Refreshed), Declined> {
    let Changeable { key, account_id, session_id, scope, .. } = changeable(ctx, &input.id, "input.id").await?;
    let access = account_loader::access(ctx, account_id).await?;
    let asking = Asking { app: ctx.app()?, access: &access, cost: &ctx.operation()?.cost, session_id };
    let refreshed = ctx.given::<Refreshes>()?.refresh(asking, &scope, &ctx.actor()?, key).await?;
    let message = "Shopee does not know this session as its account's any more";
    let refreshed = refreshed.ok_or_else(|| UserError::on("id", UserErrorCode::NotFound, message))?;
    Ok((key, refreshed))
}
