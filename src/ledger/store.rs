//! The rows of intents. How often a call was sent is their fence: whoever changes an intent says how often it had been sent when they
//! looked, and changes nothing if somebody has sent it since.

use chrono::{DateTime, Utc};
use entity::intent::{ActiveModel, Column, Entity, Kind, Model, State};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::{begin::Wish, refusal::Refusal};
use crate::{error::Result, identity::scope::Scope};

/// Intents that one look at what is left over takes up; the rest have their turn in the next.
pub const AT_ONCE: u64 = 200;

/// What is known by now of an intent that was pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Refused(Refusal),
    Unknown,
}

impl Outcome {
    pub fn state(self) -> State {
        match self {
            Self::Done => State::Done,
            Self::Refused(_) => State::Refused,
            Self::Unknown => State::Unknown,
        }
    }

    pub fn refusal(self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Done | Self::Unknown => None,
        }
    }
}

/// A studio's intent of this key.
pub async fn by_key(
    scope: &Scope,
    connection: &impl ConnectionTrait,
    studio_id: i64,
    key: &str,
) -> Result<Option<Model>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::StudioId.eq(studio_id));
    Ok(query.filter(Column::IdempotencyKey.eq(key)).one(connection).await?)
}

/// An intent by its id.
pub async fn by_id(scope: &Scope, connection: &impl ConnectionTrait, id: i64) -> Result<Option<Model>> {
    Ok(scope.restrict(Entity::find_by_id(id), Column::StudioId).one(connection).await?)
}

/// Whether an intent of this resource is under way.
pub async fn is_busy(scope: &Scope, transaction: &DatabaseTransaction, resource: &str) -> Result<bool> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::Resource.eq(resource));
    let query = query.filter(Column::State.eq(State::Pending)).select_only().column(Column::Id);
    Ok(query.into_tuple::<i64>().one(transaction).await?.is_some())
}

/// The oldest intents of these kinds after one that are not settled.
pub async fn pending(
    scope: &Scope,
    connection: &impl ConnectionTrait,
    kinds: &[Kind],
    after: i64,
) -> Result<Vec<Model>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::State.eq(State::Pending));
    let query = query.filter(Column::Kind.is_in(kinds.iter().copied())).filter(Column::Id.gt(after));
    Ok(query.order_by_asc(Column::Id).limit(AT_ONCE).all(connection).await?)
}

/// Writes an intent down. The studio's turn has to be the caller's.
pub async fn insert(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    wish: &Wish,
    refusal: Option<Refusal>,
    now: DateTime<Utc>,
) -> Result<Model> {
    scope.require(wish.studio_id)?;
    let row = ActiveModel {
        id: NotSet,
        studio_id: Set(wish.studio_id),
        shopee_account_id: Set(wish.shopee_account_id),
        requested_by: Set(wish.requested_by),
        idempotency_key: Set(wish.key.as_str().to_owned()),
        kind: Set(wish.kind),
        resource: Set(wish.resource.clone()),
        input: Set(wish.input.to_string()),
        state: Set(if refusal.is_some() { State::Refused } else { State::Pending }),
        refusal_code: Set(refusal.map(|refusal| refusal.name().to_owned())),
        seen_before: Set(None),
        attempts: Set(0),
        sent_at: Set(None),
        accepted_at: Set(None),
        revision: Set(next_revision(scope, transaction, &wish.resource).await?),
        created_at: Set(now),
        settled_at: Set(refusal.map(|_| now)),
    };
    Ok(row.insert(transaction).await?)
}

/// Notes that the call is about to be sent; `None` when that is not for us to do any more.
pub async fn mark_sent(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    intent: &Model,
    seen: &serde_json::Value,
    now: DateTime<Utc>,
) -> Result<Option<Model>> {
    let changes = ActiveModel {
        seen_before: Set(Some(seen.to_string())),
        attempts: Set(intent.attempts + 1),
        sent_at: Set(Some(now)),
        ..Default::default()
    };
    change(scope, transaction, intent, changes).await
}

/// Notes that Shopee has taken the call and will show it.
pub async fn mark_accepted(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    intent: &Model,
    now: DateTime<Utc>,
) -> Result<Option<Model>> {
    change(scope, transaction, intent, ActiveModel { accepted_at: Set(Some(now)), ..Default::default() }).await
}

/// Settles an intent; `None` when somebody else has, or has sent it again. The studio's turn has to be the caller's.
pub async fn settle(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    intent: &Model,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Result<Option<Model>> {
    let changes = ActiveModel {
        state: Set(outcome.state()),
        refusal_code: Set(outcome.refusal().map(|refusal| refusal.name().to_owned())),
        revision: Set(next_revision(scope, transaction, &intent.resource).await?),
        settled_at: Set(Some(now)),
        ..Default::default()
    };
    change(scope, transaction, intent, changes).await
}

/// Changes an intent that is as it was when the caller looked.
async fn change(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    intent: &Model,
    changes: ActiveModel,
) -> Result<Option<Model>> {
    let query = Entity::update_many().set(changes).filter(Column::Id.eq(intent.id));
    let query = query.filter(Column::State.eq(intent.state)).filter(Column::Attempts.eq(intent.attempts));
    Ok(scope.restrict(query, Column::StudioId).exec_with_returning(transaction).await?.pop())
}

/// Later than every change of the resource so far. In the studio's turn, nobody else makes the same.
async fn next_revision(scope: &Scope, transaction: &DatabaseTransaction, resource: &str) -> Result<i64> {
    Ok(revision(scope, transaction, resource).await? + 1)
}

/// The revision of a resource's latest change; 0 before the first.
pub async fn revision(scope: &Scope, connection: &impl ConnectionTrait, resource: &str) -> Result<i64> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::Resource.eq(resource));
    let latest = query.select_only().column_as(Column::Revision.max(), "latest");
    Ok(latest.into_tuple::<Option<i64>>().one(connection).await?.flatten().unwrap_or(0))
}

/// How many intents are in this state.
pub async fn count(scope: &Scope, connection: &impl ConnectionTrait, state: State) -> Result<i64> {
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::State.eq(state));
    let count = query.select_only().column_as(Column::Id.count(), "intents").into_tuple::<i64>();
    Ok(count.one(connection).await?.unwrap_or(0))
}
