use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{job::State, job_failure};

use crate::{
    account::{loader, schema::ShopeeAccount},
    error::Result,
    graphql::id::{GlobalId, Kind},
    session::sync::progress::Standing,
};

/// A run that stores an account's sessions.
#[derive(Clone)]
pub struct SyncJob(Arc<Standing>);

impl From<Arc<Standing>> for SyncJob {
    fn from(standing: Arc<Standing>) -> Self {
        Self(standing)
    }
}

/// A run that stores what Shopee lists of an account: its sessions, their figures and their products. It goes on to its end whether or
/// not anybody watches, also when the instance that began it is stopped or dies. Known for a week after its end.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl SyncJob {
    /// Global id, for `syncProgress`.
    async fn id(&self) -> ID {
        GlobalId::new(Kind::Job, self.0.job.id).encode()
    }

    /// The account; null when it is no more.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn shopee_account(&self, ctx: &Context<'_>) -> Option<Result<ShopeeAccount>> {
        loader::account(ctx, self.0.job.shopee_account_id?).await.transpose()
    }

    /// Where the run stands.
    async fn state(&self) -> SyncState {
        self.0.job.state.into()
    }

    /// Sessions that began before this are left out; null when none are.
    async fn since(&self) -> Option<DateTime<Utc>> {
        self.0.job.since
    }

    /// Sessions stored so far.
    async fn done(&self) -> i64 {
        self.0.job.done
    }

    /// Sessions that there are to store, as Shopee tells it. Null until Shopee has been asked, and for a run that does not go through
    /// all of them.
    async fn total(&self) -> Option<i64> {
        self.0.job.total
    }

    /// Name of the session that was stored last; null before the first.
    async fn current(&self) -> Option<&String> {
        self.0.job.current.as_ref()
    }

    /// How many sessions could not be stored whole, and have not been made up for yet. Each is tried four times; what is left at the end
    /// of the run is tried by the next.
    async fn error_count(&self) -> i64 {
        self.0.job.failures
    }

    /// These sessions: at most 50, those that were tried least first.
    #[graphql(directive = crate::graphql::price::list_size::apply(100, None))]
    async fn errors(&self) -> Vec<SyncError> {
        self.0.failures.iter().map(SyncError::from).collect()
    }

    /// Why the run ended before its time, one of the codes of errors, such as `SHOPEE_SIGNED_OUT`; null unless `state` is `FAILED`.
    async fn error_code(&self) -> Option<&String> {
        self.0.job.last_error.as_ref()
    }

    /// When the run was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.job.created_at
    }

    /// When it began; null while it waits for its turn.
    async fn started_at(&self) -> Option<DateTime<Utc>> {
        self.0.job.started_at
    }

    /// When it ended, well or not; null before that.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.job.finished_at
    }

    /// When it will end if it goes on as it has so far; null before the first sessions are stored, while `total` is not known, and once
    /// it has ended.
    async fn estimated_end(&self) -> Option<DateTime<Utc>> {
        let job = &self.0.job;
        let (total, started_at, seen_at) = (job.total?, job.started_at?, job.heartbeat_at?);
        if job.finished_at.is_some() || job.done <= 0 {
            return None;
        }
        let taken = (seen_at - started_at).num_milliseconds().max(0) as f64;
        let left = taken * (total - job.done).max(0) as f64 / job.done as f64;
        seen_at.checked_add_signed(TimeDelta::try_milliseconds(left as i64)?)
    }
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SyncState {
    /// It waits for its turn: an instance takes up a few at a time, and one of an account.
    Queued,
    /// It is under way.
    Running,
    /// It went through to its end; `errors` tells what it had to leave out.
    Succeeded,
    /// It ended before its time: `errorCode` says why.
    Failed,
}

impl From<State> for SyncState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Running => Self::Running,
            State::Succeeded => Self::Succeeded,
            State::Failed => Self::Failed,
        }
    }
}

/// A session of which Shopee did not tell all that there is to store. What its list tells is stored all the same.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct SyncError {
    /// Shopee's id of the session.
    session_id: ID,
    /// Why, one of the codes of errors, such as `SHOPEE_THROTTLED`.
    code: String,
    /// The call to Shopee that failed, by its name; null when it was none.
    call: Option<String>,
    /// How often it was tried so far.
    attempts: i64,
    /// When it was tried last.
    failed_at: DateTime<Utc>,
}

impl From<&job_failure::Model> for SyncError {
    fn from(row: &job_failure::Model) -> Self {
        Self {
            session_id: row.session_id.into(),
            code: row.code.clone(),
            call: row.call.clone(),
            attempts: row.attempts,
            failed_at: row.failed_at,
        }
    }
}
