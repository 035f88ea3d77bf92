//! Every query of jobs. A job is run by whoever holds it; only they may write down its progress, and they lose it when they have
//! shown no sign of life for a while.

use chrono::{DateTime, Utc};
use entity::{
    job::{self, Column, Entity, Model, State},
    job_failure,
};
use sea_orm::{
    ActiveEnum as _,
    ActiveValue::Set,
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, OnConflict},
};

use crate::{database::Statements, error::Result, identity::scope::Scope};

/// Failures that are told or made up for at a time.
pub const MOST_FAILURES: u64 = 50;

/// A job that somebody wants done for one account.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub kind: &'static str,
    pub studio_id: i64,
    pub account_id: i64,
    pub since: Option<DateTime<Utc>>,
}

/// What has come of a job so far.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pub position: Option<String>,
    pub done: i64,
    pub total: Option<i64>,
    pub failures: i64,
    pub current: Option<String>,
}

/// A session that could not be stored.
#[derive(Clone, Debug)]
pub struct Failure {
    pub session_id: i64,
    pub code: &'static str,
    pub call: Option<&'static str>,
}

/// The job of this kind that is open for the account: one that is there already, or a new one.
pub async fn open(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Model> {
    scope.require(wanted.studio_id)?;
    loop {
        let row = job::ActiveModel {
            kind: Set(wanted.kind.to_owned()),
            studio_id: Set(Some(wanted.studio_id)),
            shopee_account_id: Set(Some(wanted.account_id)),
            state: Set(State::Queued),
            done: Set(0),
            failures: Set(0),
            created_at: Set(now),
            since: Set(wanted.since),
            ..Default::default()
        };
        let once = OnConflict::new().do_nothing().to_owned();
        Entity::insert(row).on_conflict(once).exec_without_returning(transaction).await?;
        let open = Entity::find()
            .filter(Column::Kind.eq(wanted.kind))
            .filter(Column::ShopeeAccountId.eq(wanted.account_id))
            .filter(Column::State.is_in([State::Queued, State::Running]));
        // One that stood in the way may have ended between the two statements.
        if let Some(job) = scope.restrict(open, Column::StudioId).one(transaction).await? {
            return Ok(job);
        }
    }
}

/// Jobs by key.
pub async fn by_keys(scope: &Scope, statements: &Statements, keys: &[i64]) -> Result<Vec<Model>> {
    let query = Entity::find().filter(Column::Id.is_in(keys.iter().copied()));
    Ok(scope.restrict(query, Column::StudioId).all(statements).await?)
}

/// Takes up a job of these kinds that nobody holds, or whose holder has shown no sign of life since `stale`: this one, or the oldest.
/// That an account has one job of a kind in hand at most is what the table's unique key sees to; jobs of different kinds may run beside
/// each other.
pub async fn claim(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    kinds: &[&str],
    only: Option<i64>,
    holder: &str,
    stale: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<Model>> {
    let free = || {
        let abandoned = Condition::all().add(Column::State.eq(State::Running)).add(Column::HeartbeatAt.lt(stale));
        Condition::any().add(Column::State.eq(State::Queued)).add(abandoned)
    };
    let mut query = Entity::find().select_only().column(Column::Id).filter(free());
    query = query.filter(Column::Kind.is_in(kinds.iter().copied()));
    if let Some(id) = only {
        query = query.filter(Column::Id.eq(id));
    }
    let query = scope.restrict(query, Column::StudioId).order_by_asc(Column::Id).limit(1);
    let Some(id) = query.into_tuple::<i64>().one(transaction).await? else { return Ok(None) };
    let taken = Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Running.to_value()))
        .col_expr(Column::Holder, Expr::value(holder))
        .col_expr(Column::StartedAt, Expr::col(Column::StartedAt).if_null(now))
        .col_expr(Column::HeartbeatAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(free())
        .exec(transaction)
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id).one(transaction).await?)
}

/// Writes down how far a job is, if the holder still has it; whether they do.
pub async fn note(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    (id, holder): (i64, &str),
    progress: &Progress,
    now: DateTime<Utc>,
) -> Result<bool> {
    let query = held(scope, id, holder)
        .col_expr(Column::Position, Expr::value(progress.position.clone()))
        .col_expr(Column::Done, Expr::value(progress.done))
        .col_expr(Column::Total, Expr::value(progress.total))
        .col_expr(Column::Failures, Expr::value(progress.failures))
        .col_expr(Column::Current, Expr::value(progress.current.clone()))
        .col_expr(Column::HeartbeatAt, Expr::value(now));
    Ok(query.exec(transaction).await?.rows_affected > 0)
}

/// A sign of life; whether the holder still has the job.
pub async fn beat(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    (id, holder): (i64, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let query = held(scope, id, holder).col_expr(Column::HeartbeatAt, Expr::value(now));
    Ok(query.exec(transaction).await?.rows_affected > 0)
}

/// Lets a job go, for whoever comes next to take up where it is.
pub async fn release(scope: &Scope, transaction: &DatabaseTransaction, (id, holder): (i64, &str)) -> Result<()> {
    let query = held(scope, id, holder)
        .col_expr(Column::State, Expr::value(State::Queued.to_value()))
        .col_expr(Column::Holder, Expr::value(None::<String>));
    query.exec(transaction).await?;
    Ok(())
}

/// Ends a job, well or not; whether the holder still had it.
pub async fn finish(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    (id, holder): (i64, &str),
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let state = if error.is_some() { State::Failed } else { State::Succeeded };
    let query = held(scope, id, holder)
        .col_expr(Column::State, Expr::value(state.to_value()))
        .col_expr(Column::LastError, Expr::value(error))
        .col_expr(Column::FinishedAt, Expr::value(now))
        .col_expr(Column::Holder, Expr::value(None::<String>));
    Ok(query.exec(transaction).await?.rows_affected > 0)
}

fn held(scope: &Scope, id: i64, holder: &str) -> sea_orm::UpdateMany<Entity> {
    let query = Entity::update_many().filter(Column::Id.eq(id)).filter(Column::Holder.eq(holder));
    scope.restrict(query, Column::StudioId)
}

/// Writes down what failed in a job that is held; what failed before counts once more.
pub async fn add_failures(
    transaction: &DatabaseTransaction,
    job_id: i64,
    failures: &[Failure],
    now: DateTime<Utc>,
) -> Result<()> {
    let row = |failure: &Failure| job_failure::ActiveModel {
        job_id: Set(job_id),
        session_id: Set(failure.session_id),
        code: Set(failure.code.to_owned()),
        call: Set(failure.call.map(str::to_owned)),
        attempts: Set(1),
        failed_at: Set(now),
        resolved_at: Set(None),
    };
    if failures.is_empty() {
        return Ok(());
    }
    use job_failure::Column::{Attempts, Call, Code, FailedAt, JobId, ResolvedAt, SessionId};
    let again = OnConflict::columns([JobId, SessionId])
        .update_columns([Code, Call, FailedAt, ResolvedAt])
        .value(Attempts, Expr::col((job_failure::Entity, Attempts)).add(1))
        .to_owned();
    let insert = job_failure::Entity::insert_many(failures.iter().map(row)).on_conflict(again);
    insert.exec_without_returning(transaction).await?;
    Ok(())
}

/// Notes that a session was stored after all.
pub async fn resolve(
    transaction: &DatabaseTransaction,
    job_id: i64,
    session_ids: &[i64],
    now: DateTime<Utc>,
) -> Result<()> {
    use job_failure::Column::{JobId, ResolvedAt, SessionId};
    let query = job_failure::Entity::update_many()
        .col_expr(ResolvedAt, Expr::value(now))
        .filter(JobId.eq(job_id))
        .filter(ResolvedAt.is_null())
        .filter(SessionId.is_in(session_ids.iter().copied()));
    query.exec(transaction).await?;
    Ok(())
}

/// What has failed in a job that the caller may see, and was not made up for: what was tried least comes first.
pub async fn unresolved(
    statements: &impl sea_orm::ConnectionTrait,
    job_id: i64,
    fewer_attempts_than: i64,
) -> Result<Vec<job_failure::Model>> {
    use job_failure::Column::{Attempts, JobId, ResolvedAt, SessionId};
    let query = job_failure::Entity::find()
        .filter(JobId.eq(job_id))
        .filter(ResolvedAt.is_null())
        .filter(Attempts.lt(fewer_attempts_than));
    Ok(query.order_by_asc(Attempts).order_by_asc(SessionId).limit(MOST_FAILURES).all(statements).await?)
}

/// How much of what failed in a job was not made up for.
pub async fn count_unresolved(statements: &impl sea_orm::ConnectionTrait, job_id: i64) -> Result<i64> {
    use job_failure::Column::{JobId, ResolvedAt, SessionId};
    let query = job_failure::Entity::find()
        .select_only()
        .column_as(SessionId.count(), "failures")
        .filter(JobId.eq(job_id))
        .filter(ResolvedAt.is_null());
    Ok(query.into_tuple::<i64>().one(statements).await?.unwrap_or(0))
}

/// Accounts for which a job of one of these kinds was asked for after this, or (the second) is under way or ended well after that.
pub async fn accounts_with_jobs(
    scope: &Scope,
    statements: &Statements,
    kinds: &[&str],
    created_after: Option<DateTime<Utc>>,
    open_or_succeeded_after: Option<DateTime<Utc>>,
) -> Result<Vec<i64>> {
    let mut query = Entity::find()
        .select_only()
        .column(Column::ShopeeAccountId)
        .distinct()
        .filter(Column::Kind.is_in(kinds.iter().copied()))
        .filter(Column::ShopeeAccountId.is_not_null());
    if let Some(after) = created_after {
        query = query.filter(Column::CreatedAt.gt(after));
    }
    if let Some(after) = open_or_succeeded_after {
        // A run that did not go all the way back has not compared everything.
        let ended = Condition::all().add(Column::State.eq(State::Succeeded)).add(Column::Since.is_null());
        let ended = ended.add(Column::FinishedAt.gt(after));
        let is_open = Column::State.is_in([State::Queued, State::Running]);
        query = query.filter(Condition::any().add(is_open).add(ended));
    }
    Ok(scope.restrict(query, Column::StudioId).into_tuple().all(statements).await?)
}

/// Removes some jobs, of one kind or of all, that ended before this; how many.
pub async fn forget_ended(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    kind: Option<&str>,
    ended_before: DateTime<Utc>,
    most: u64,
) -> Result<u64> {
    let mut query = Entity::find().select_only().column(Column::Id).filter(Column::FinishedAt.lt(ended_before));
    if let Some(kind) = kind {
        query = query.filter(Column::Kind.eq(kind));
    }
    let old = scope.restrict(query, Column::StudioId).order_by_asc(Column::FinishedAt).limit(most).into_query();
    Ok(Entity::delete_many().filter(Column::Id.in_subquery(old)).exec(transaction).await?.rows_affected)
}

/// How many jobs are queued, and how many run, of each kind.
pub async fn open_counts(scope: &Scope, statements: &Statements) -> Result<Vec<(String, State, i64)>> {
    let query = Entity::find()
        .select_only()
        .column(Column::Kind)
        .column(Column::State)
        .column_as(Column::Id.count(), "jobs")
        .filter(Column::State.is_in([State::Queued, State::Running]))
        .group_by(Column::Kind)
        .group_by(Column::State);
    Ok(scope.restrict(query, Column::StudioId).into_tuple().all(statements).await?)
}
