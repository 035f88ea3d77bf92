//! Having an account's sessions stored, and watching it.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entity::membership::Role;
use futures_util::{Stream, StreamExt as _};

use super::SyncJob;
use crate::{
    account::loader,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        user_error::UserError,
    },
    identity::{guard::Needs, scope::AskerExt as _},
    session::sync::{self, progress},
};

/// The part of `Mutation` that syncs accounts.
#[derive(Default)]
pub struct SyncMutation;

#[Object]
impl SyncMutation {
    /// Has everything stored that Shopee lists of an account: sessions, figures and products. Answers at once; `syncProgress` tells how
    /// far it is. While such a run of the account is open, whoever asked for it, that is the one which is answered, as far back as it
    /// was asked to go. The gateway does this by itself, too: what is new every few minutes, everything once a day. Needs OPERATOR.
    /// Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Operator)")]
    async fn sync_shopee_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account, and how far back.")] input: SyncShopeeAccountInput,
    ) -> Option<Result<SyncShopeeAccountPayload>> {
        let job = asked_for(ctx, input).await;
        Some(job.map(|job| SyncShopeeAccountPayload { job: Some(job), user_errors: Vec::new() }))
    }
}

/// The account to sync.
#[derive(InputObject)]
pub(super) struct SyncShopeeAccountInput {
    /// The account's id.
    shopee_account_id: ID,
    /// Leave out sessions that began before this; by default none are.
    since: Option<DateTime<Utc>>,
}

/// What came of `syncShopeeAccount`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct SyncShopeeAccountPayload {
    /// The run, which may not have begun yet.
    job: Option<SyncJob>,
    /// What there is to mend; always empty so far.
    user_errors: Vec<UserError>,
}

async fn asked_for(ctx: &Context<'_>, input: SyncShopeeAccountInput) -> Result<SyncJob> {
    let account_id = GlobalId::key_of(&input.shopee_account_id, Kind::ShopeeAccount, "input.shopeeAccountId")?;
    let account = loader::account(ctx, account_id).await?.ok_or_else(|| Error::not_found("account"))?;
    let studio_id = account.studio_key()?;
    let scope = ctx.scope_in(studio_id, Role::Operator)?;
    let (app, viewer) = (ctx.app()?, ctx.viewer()?);
    let job = sync::request(app, &viewer, ctx.actor()?, (studio_id, account_id), input.since).await?;
    let standing = progress::standing(&scope, &ctx.statements()?, job.id).await?;
    Ok(SyncJob::from(Arc::new(standing.ok_or_else(|| Error::not_found("job"))?)))
}

/// The part of `Subscription` that tells of syncs.
#[derive(Default)]
pub struct SyncSubscription;

#[Subscription]
impl SyncSubscription {
    /// How far a run is that stores an account's sessions, wherever it runs: at once, then each time that there is something new, at most
    /// twice a second. Its last event is how it ended; of a run that has ended before, that is the only one. Errors: UNAUTHENTICATED,
    /// NOT_FOUND, BAD_USER_INPUT.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::sharing::per_viewer::apply(),
        directive = crate::graphql::sharing::level::apply()
    )]
    async fn sync_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run's id, as `syncShopeeAccount` answers it.")] job_id: ID,
    ) -> Result<impl Stream<Item = SyncJob> + use<>> {
        let job_id = GlobalId::key_of(&job_id, Kind::Job, "jobId")?;
        let standing = progress::standing(&ctx.scope()?, &ctx.statements()?, job_id).await?;
        standing.ok_or_else(|| Error::not_found("job"))?;
        Ok(progress::watch(ctx.app()?, job_id).map(SyncJob::from))
    }
}
