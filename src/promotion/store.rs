//! The rows of campaigns' changes.

use entity::{
    intent::{self, State},
    promotion_edit::{Action, ActiveModel, Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
};

use super::edit::{Cause, Edit, Order};
use crate::{database::Statements, error::Result, graphql::page::Slice, identity::scope::Scope};

/// A row of the ledger: what was asked for, and how that stands.
pub type EditRow = (Model, intent::Model);

/// More changes of one campaign than anybody takes back one by one; of more, the newest count.
const MOST_LATER: u64 = 200;

/// Writes down what an intent is about.
pub async fn insert(scope: &Scope, transaction: &DatabaseTransaction, id: i64, order: &Order) -> Result<()> {
    let campaign = order.campaign;
    scope.require(campaign.studio_id)?;
    let (action, daily_budget) = match order.edit {
        Edit::Pause => (Action::Pause, None),
        Edit::Resume => (Action::Resume, None),
        Edit::Stop => (Action::Stop, None),
        Edit::ChangeBudget(daily_budget) => (Action::ChangeBudget, Some(daily_budget)),
    };
    let (undoes, numbers) = match order.cause {
        Cause::Wish => (None, None),
        Cause::Undo(undone) => (Some(undone), None),
        Cause::Rule(numbers) => (None, Some(numbers)),
    };
    let row = ActiveModel {
        id: Set(id),
        studio_id: Set(campaign.studio_id),
        shopee_account_id: Set(campaign.shopee_account_id),
        campaign_id: Set(campaign.campaign_id),
        action: Set(action),
        daily_budget: Set(daily_budget),
        undoes: Set(undoes),
        rule_spent: Set(numbers.map(|numbers| numbers.spent)),
        rule_sales: Set(numbers.map(|numbers| numbers.sales)),
        rule_pauses_below_millionths: Set(numbers.map(|numbers| numbers.pauses_below_millionths)),
    };
    row.insert(transaction).await?;
    Ok(())
}

/// What an intent is about.
pub async fn by_intent(scope: &Scope, connection: &impl ConnectionTrait, id: i64) -> Result<Option<Model>> {
    Ok(scope.restrict(Entity::find_by_id(id), Column::StudioId).one(connection).await?)
}

/// Changes by their ids.
pub async fn by_ids(scope: &Scope, connection: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<EditRow>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).inner_join(intent::Entity);
    both(query.filter(Column::Id.is_in(ids.iter().copied())), connection).await
}

/// What has changed the campaign of a change after that, or may have, the newest first.
pub async fn later(scope: &Scope, connection: &impl ConnectionTrait, edit: &Model) -> Result<Vec<EditRow>> {
    let query = scope.restrict(Entity::find(), Column::StudioId).inner_join(intent::Entity);
    let query = query.filter(Column::ShopeeAccountId.eq(edit.shopee_account_id));
    let query = query.filter(Column::CampaignId.eq(edit.campaign_id)).filter(Column::Id.gt(edit.id));
    let query = query.filter(intent::Column::State.is_in([State::Done, State::Unknown]));
    both(query.order_by_desc(Column::Id).limit(MOST_LATER), connection).await
}

/// Changes in a studio, the newest first.
pub async fn of_studio(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    state: Option<State>,
    slice: Slice,
) -> Result<Vec<EditRow>> {
    let mut query = within(scope, studio_id, state);
    if let Some(cursor) = slice.after {
        query = query.filter(Column::Id.lt(cursor.key));
    }
    if let Some(cursor) = slice.before {
        query = query.filter(Column::Id.gt(cursor.key));
    }
    let query = if slice.backward { query.order_by_asc(Column::Id) } else { query.order_by_desc(Column::Id) };
    both(query.limit(slice.rows_to_read()), statements).await
}

pub async fn count(scope: &Scope, statements: &Statements, studio_id: i64, state: Option<State>) -> Result<i64> {
    Ok(i64::try_from(within(scope, studio_id, state).count(statements).await?).unwrap_or(i64::MAX))
}

fn within(scope: &Scope, studio_id: i64, state: Option<State>) -> Select<Entity> {
    let query = scope.restrict(Entity::find(), Column::StudioId).inner_join(intent::Entity);
    let query = query.filter(Column::StudioId.eq(studio_id));
    query.apply_if(state, |query, state| query.filter(intent::Column::State.eq(state)))
}

/// Rows of a query that joins intents, with theirs.
async fn both(query: Select<Entity>, connection: &impl ConnectionTrait) -> Result<Vec<EditRow>> {
    let rows = query.select_also(intent::Entity).all(connection).await?;
    Ok(rows.into_iter().filter_map(|(edit, intent)| Some((edit, intent?))).collect())
}
