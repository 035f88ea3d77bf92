//! Coins that were given away, or are to be.

use chrono::{DateTime, Utc};
use entity::{
    coin_giveout::{ActiveModel, Column, Entity, Model},
    intent::{self, State},
    live_session,
};
use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
    sea_query::{Alias, Expr, Func},
};

use crate::{
    account::access,
    database::Statements,
    error::{Error, Result},
    graphql::page::Slice,
    identity::scope::Scope,
    session::coins::{Coins, Room},
};

/// A row of the ledger: what was asked for, and how that stands.
pub type LedgerRow = (Model, intent::Model);

/// Which rows of the ledger a list holds.
#[derive(Clone, Copy, Debug)]
pub struct LedgerFilter {
    pub of: LedgerOf,
    pub state: Option<State>,
}

/// Whose rows.
#[derive(Clone, Copy, Debug)]
pub enum LedgerOf {
    Studio(i64),
    Session(i64),
}

/// Writes down what an intent is about.
pub async fn insert(scope: &Scope, transaction: &DatabaseTransaction, id: i64, room: Room, coins: Coins) -> Result<()> {
    scope.require(room.studio_id)?;
    let row = ActiveModel {
        id: Set(id),
        studio_id: Set(room.studio_id),
        live_session_id: Set(room.session_key),
        amount: Set(coins.amount),
        recipients: Set(coins.recipients),
    };
    row.insert(transaction).await?;
    Ok(())
}

/// What an intent is about, and Shopee's id of the session.
pub async fn by_intent(scope: &Scope, connection: &impl ConnectionTrait, id: i64) -> Result<Option<(Coins, i64)>> {
    let query = scope.restrict(Entity::find_by_id(id), Column::StudioId).find_also_related(live_session::Entity);
    let found = query.one(connection).await?;
    Ok(found.and_then(|(row, session)| {
        Some((Coins { amount: row.amount, recipients: row.recipients }, session?.session_id))
    }))
}

/// Coins that were given in a session, or may have been, or are about to be.
pub async fn promised_in(scope: &Scope, transaction: &DatabaseTransaction, session_key: i64) -> Result<i64> {
    sum(promised(scope).filter(Column::LiveSessionId.eq(session_key)), transaction).await
}

/// The same for a studio, of all that was asked for since an instant.
pub async fn promised_since(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    studio_id: i64,
    since: DateTime<Utc>,
) -> Result<i64> {
    let query = promised(scope).filter(intent::Column::StudioId.eq(studio_id));
    sum(query.filter(intent::Column::CreatedAt.gte(since)), transaction).await
}

fn promised(scope: &Scope) -> Select<Entity> {
    let query = scope.restrict(Entity::find(), Column::StudioId).inner_join(intent::Entity);
    query.filter(intent::Column::State.ne(State::Refused))
}

/// Whole coins, which PostgreSQL would add up as a number of any size.
async fn sum(query: Select<Entity>, transaction: &DatabaseTransaction) -> Result<i64> {
    let sum = Func::cast_as(Expr::col((Entity, Column::Amount)).sum(), Alias::new("bigint"));
    let sum = query.select_only().column_as(Expr::expr(sum), "coins");
    Ok(sum.into_tuple::<Option<i64>>().one(transaction).await?.flatten().unwrap_or(0))
}

/// Brings the totals of an intent's session up to what the ledger says.
pub async fn add_up(scope: &Scope, transaction: &DatabaseTransaction, id: i64) -> Result<()> {
    let giveout = scope.restrict(Entity::find_by_id(id), Column::StudioId).one(transaction).await?;
    let giveout = giveout.ok_or_else(|| Error::internal("an intent to give coins names none"))?;
    let given = scope.restrict(Entity::find(), Column::StudioId).inner_join(intent::Entity);
    let given = given.filter(Column::LiveSessionId.eq(giveout.live_session_id));
    let given = sum(given.filter(intent::Column::State.eq(State::Done)), transaction).await?;
    let session = live_session::Entity::find_by_id(giveout.live_session_id);
    let session = scope.restrict(session, live_session::Column::StudioId).one(transaction).await?;
    let session = session.ok_or_else(|| Error::internal("coins were given in a session that is not there"))?;
    let worth = access::region(&session.region)?.coin_worth().0;
    let changes = live_session::ActiveModel {
        coins_distributed: Set(Some(given)),
        coin_total_value: Set(Some(given.saturating_mul(worth))),
        ..Default::default()
    };
    let query = live_session::Entity::update_many().set(changes).filter(live_session::Column::Id.eq(session.id));
    scope.restrict(query, live_session::Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// Rows of the ledger, the newest first.
pub async fn ledger(
    scope: &Scope,
    statements: &Statements,
    filter: LedgerFilter,
    slice: Slice,
) -> Result<Vec<LedgerRow>> {
    let mut query = within(scope, filter);
    if let Some(cursor) = slice.after {
        query = query.filter(Column::Id.lt(cursor.key));
    }
    if let Some(cursor) = slice.before {
        query = query.filter(Column::Id.gt(cursor.key));
    }
    let query = if slice.backward { query.order_by_asc(Column::Id) } else { query.order_by_desc(Column::Id) };
    both(query.limit(slice.rows_to_read()), statements).await
}

pub async fn count(scope: &Scope, statements: &Statements, filter: LedgerFilter) -> Result<i64> {
    Ok(i64::try_from(within(scope, filter).count(statements).await?).unwrap_or(i64::MAX))
}

fn within(scope: &Scope, filter: LedgerFilter) -> Select<Entity> {
    let query = scope.restrict(Entity::find(), Column::StudioId).inner_join(intent::Entity);
    let query = match filter.of {
        LedgerOf::Studio(key) => query.filter(Column::StudioId.eq(key)),
        LedgerOf::Session(key) => query.filter(Column::LiveSessionId.eq(key)),
    };
    query.apply_if(filter.state, |query, state| query.filter(intent::Column::State.eq(state)))
}

/// Rows of the ledger by their ids.
pub async fn by_ids(scope: &Scope, connection: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<LedgerRow>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).inner_join(intent::Entity);
    both(query.filter(Column::Id.is_in(ids.iter().copied())), connection).await
}

/// What has changed in a session's ledger after a revision, in the order of the changes.
pub async fn changed_since(
    scope: &Scope,
    statements: &Statements,
    resource: &str,
    revision: i64,
) -> Result<Vec<LedgerRow>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).inner_join(intent::Entity);
    let query = query.filter(intent::Column::Resource.eq(resource)).filter(intent::Column::Revision.gt(revision));
    both(query.order_by_asc(intent::Column::Revision).limit(MOST_CHANGES), statements).await
}

/// Changes that one look brings; the next brings the rest.
const MOST_CHANGES: u64 = 100;

/// Rows of a query that joins intents, with theirs.
async fn both(query: Select<Entity>, connection: &impl ConnectionTrait) -> Result<Vec<LedgerRow>> {
    let rows = query.select_also(intent::Entity).all(connection).await?;
    Ok(rows.into_iter().filter_map(|(giveout, intent)| Some((giveout, intent?))).collect())
}
