//! Every query of the session room.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    live_session::{self, Status},
    live_session_item,
};
use sea_orm::{
    ActiveEnum as _,
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait as _, ExprTrait as _,
    IdenStatic as _, Order, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    Select, Value,
    sea_query::{Alias, Expr, Func, LikeExpr, OnConflict, Query, SimpleExpr, WindowStatement},
};
use shopee::Region;

use super::metrics::Metrics;
use crate::{
    account::scope::Scope,
    database::{Statements, sparse},
    error::Result,
    graphql::page::Slice,
};

pub type SessionRow = live_session::ActiveModel;
pub type ItemRow = live_session_item::ActiveModel;

/// What sessions are listed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderField {
    StartedAt,
    TotalViewers,
    PeakViewers,
    TotalOrders,
    TotalRevenue,
}

/// An order of sessions; equal values are told apart by key, in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionOrder {
    pub field: OrderField,
    pub descending: bool,
}

/// Which sessions a list holds; an empty filter holds all of the scope.
#[derive(Clone, Debug, Default)]
pub struct SessionFilter {
    pub studio_id: Option<i64>,
    pub shopee_account_id: Option<i64>,
    pub region: Option<Region>,
    pub statuses: Option<Vec<Status>>,
    pub started_from: Option<DateTime<Utc>>,
    pub started_before: Option<DateTime<Utc>>,
    pub name_contains: Option<String>,
}

impl OrderField {
    pub fn column(self) -> live_session::Column {
        match self {
            Self::StartedAt => live_session::Column::StartedAt,
            Self::TotalViewers => live_session::Column::TotalViewers,
            Self::PeakViewers => live_session::Column::PeakViewers,
            Self::TotalOrders => live_session::Column::TotalOrders,
            Self::TotalRevenue => live_session::Column::TotalRevenue,
        }
    }

    /// What is compared: a metric that was not reported counts as less than zero. The indexes hold the same expression, with the
    /// same literal: a bound parameter would keep SQLite from using them.
    fn expression(self) -> SimpleExpr {
        let column = Expr::col((live_session::Entity, self.column()));
        match self {
            Self::StartedAt => column,
            _ => Func::coalesce([column, Expr::Constant(Value::BigInt(Some(-1)))]).into(),
        }
    }

    /// A cursor's value as the database compares it.
    fn value(self, value: i64) -> SimpleExpr {
        match self {
            Self::StartedAt => Expr::value(DateTime::from_timestamp_micros(value).unwrap_or_default()),
            _ => Expr::value(value),
        }
    }
}

impl SessionFilter {
    fn condition(&self) -> Condition {
        use live_session::Column;
        Condition::all()
            .add_option(self.studio_id.map(|key| Column::StudioId.eq(key)))
            .add_option(self.shopee_account_id.map(|key| Column::ShopeeAccountId.eq(key)))
            .add_option(self.region.map(|region| Column::Region.eq(region.code())))
            .add_option(self.statuses.clone().map(|statuses| Column::Status.is_in(statuses)))
            .add_option(self.started_from.map(|instant| Column::StartedAt.gte(instant)))
            .add_option(self.started_before.map(|instant| Column::StartedAt.lt(instant)))
            .add_option(self.name_contains.as_deref().map(name_contains))
    }
}

/// Upper and lower case alike for ASCII letters on SQLite, for all letters on PostgreSQL.
fn name_contains(text: &str) -> SimpleExpr {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let name = Expr::expr(Func::lower(Expr::col((live_session::Entity, live_session::Column::SessionName))));
    name.like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

fn within(scope: &Scope, filter: &SessionFilter) -> Select<live_session::Entity> {
    scope.restrict(live_session::Entity::find(), live_session::Column::StudioId).filter(filter.condition())
}

/// One slice of a list of sessions, in the slice's direction.
pub async fn list(
    scope: &Scope,
    statements: &Statements,
    filter: &SessionFilter,
    order: SessionOrder,
    slice: Slice,
    columns: &[live_session::Column],
) -> Result<Vec<SessionRow>> {
    let key = || SimpleExpr::from(Expr::col((live_session::Entity, live_session::Column::Id)));
    let place = || Expr::tuple([order.field.expression(), key()]);
    let cursor =
        |cursor: crate::graphql::page::Cursor| Expr::tuple([order.field.value(cursor.value), Expr::value(cursor.key)]);
    let (later, earlier) = match order.descending {
        true => (slice.before, slice.after),
        false => (slice.after, slice.before),
    };
    let keyset = Condition::all()
        .add_option(later.map(|bound| place().gt(cursor(bound))))
        .add_option(earlier.map(|bound| place().lt(cursor(bound))));
    let direction = if order.descending == slice.backward { Order::Asc } else { Order::Desc };
    let query = within(scope, filter)
        .filter(keyset)
        .order_by(order.field.expression(), direction.clone())
        .order_by(live_session::Column::Id, direction)
        .limit(slice.rows_to_read());
    Ok(sparse::read(query, columns, statements).await?)
}

/// How many sessions a list holds.
pub async fn count(scope: &Scope, statements: &Statements, filter: &SessionFilter) -> Result<i64> {
    Ok(i64::try_from(within(scope, filter).count(statements).await?).unwrap_or(i64::MAX))
}

/// Sessions by key; those out of scope are not among them.
pub async fn sessions(
    scope: &Scope,
    statements: &Statements,
    keys: &[i64],
    columns: &[live_session::Column],
) -> Result<Vec<SessionRow>> {
    let query = within(scope, &SessionFilter::default()).filter(live_session::Column::Id.is_in(keys.iter().copied()));
    Ok(sparse::read(query, columns, statements).await?)
}

/// Sessions by Shopee's id: one a region at most.
pub async fn sessions_by_shopee_id(
    scope: &Scope,
    statements: &Statements,
    session_id: i64,
    region: Option<Region>,
    columns: &[live_session::Column],
) -> Result<Vec<SessionRow>> {
    let filter = SessionFilter { region, ..SessionFilter::default() };
    let query = within(scope, &filter).filter(live_session::Column::SessionId.eq(session_id));
    Ok(sparse::read(query, columns, statements).await?)
}

/// Items by key, each with its session's region.
pub async fn items(scope: &Scope, statements: &Statements, keys: &[i64]) -> Result<Vec<(ItemRow, String)>> {
    let query = live_session_item::Entity::find().find_also_related(live_session::Entity);
    let query = scope.restrict(query, live_session::Column::StudioId);
    let rows = query.filter(live_session_item::Column::Id.is_in(keys.iter().copied())).all(statements).await?;
    Ok(rows.into_iter().filter_map(|(item, session)| Some((item.into(), session?.region))).collect())
}

/// The same slice of the items of each of many sessions, in one statement. The sessions' keys come from rows that were read
/// within a scope.
pub async fn items_of(
    scope: &Scope,
    statements: &Statements,
    session_keys: &[i64],
    slice: Slice,
    columns: &[live_session_item::Column],
) -> Result<HashMap<i64, Vec<ItemRow>>> {
    use live_session_item::Column;
    let direction = if slice.backward { Order::Desc } else { Order::Asc };
    let mut numbered = scope
        .restrict(live_session_item::Entity::find().inner_join(live_session::Entity), live_session::Column::StudioId)
        .filter(Column::LiveSessionId.is_in(session_keys.iter().copied()));
    if let Some(cursor) = slice.after {
        numbered = numbered.filter(Column::Id.gt(cursor.key));
    }
    if let Some(cursor) = slice.before {
        numbered = numbered.filter(Column::Id.lt(cursor.key));
    }
    let mut window = WindowStatement::partition_by((live_session_item::Entity, Column::LiveSessionId));
    window.order_by((live_session_item::Entity, Column::Id), direction.clone());
    let mut numbered = numbered.select_only().columns(columns.iter().copied()).into_query();
    numbered.expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"));

    let mut wanted = Query::select();
    wanted
        .columns(columns.iter().copied())
        .from_subquery(numbered, Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("place")).lte(slice.rows_to_read() as i64))
        .order_by(Column::LiveSessionId, Order::Asc)
        .order_by(Column::Id, direction);
    let mut items: HashMap<i64, Vec<ItemRow>> = HashMap::new();
    for result in sea_orm::ConnectionTrait::query_all(statements, &wanted).await? {
        let row = sparse::row::<live_session_item::Entity>(&result, columns)?;
        items.entry(*sparse::Read::read(&row.live_session_id)?).or_default().push(row);
    }
    Ok(items)
}

/// How many items each of these sessions has.
pub async fn count_items_of(scope: &Scope, statements: &Statements, session_keys: &[i64]) -> Result<HashMap<i64, i64>> {
    use live_session_item::Column;
    let query = scope
        .restrict(live_session_item::Entity::find().inner_join(live_session::Entity), live_session::Column::StudioId)
        .select_only()
        .column(Column::LiveSessionId)
        .column_as(Column::Id.count(), "items")
        .filter(Column::LiveSessionId.is_in(session_keys.iter().copied()))
        .group_by(Column::LiveSessionId);
    let counts: Vec<(i64, i64)> = query.into_tuple().all(statements).await?;
    Ok(counts.into_iter().collect())
}

/// A session as Shopee lists it, ready to be stored.
#[derive(Clone, Debug)]
pub struct ListedRow {
    pub session_id: i64,
    pub session_name: String,
    pub on_air: bool,
    pub started_at: DateTime<Utc>,
    pub duration_seconds: Option<i64>,
    pub total_viewers: Option<i64>,
    pub peak_viewers: Option<i64>,
    pub total_orders: Option<i64>,
    pub total_revenue: Option<i64>,
    pub total_comments: Option<i64>,
    pub total_likes: Option<i64>,
}

/// The account whose sessions are stored.
#[derive(Clone, Debug)]
pub struct Owner {
    pub studio_id: i64,
    pub account_id: i64,
    pub region: Region,
    pub streamer_id: i64,
    pub streamer_name: String,
}

impl ListedRow {
    fn row(&self, owner: &Owner, now: DateTime<Utc>) -> SessionRow {
        let ended_at =
            self.duration_seconds.filter(|_| !self.on_air).map(|seconds| self.started_at + TimeDelta::seconds(seconds));
        SessionRow {
            studio_id: Set(owner.studio_id),
            shopee_account_id: Set(owner.account_id),
            region: Set(owner.region.code().to_owned()),
            session_id: Set(self.session_id),
            session_name: Set(self.session_name.clone()),
            streamer_id: Set(Some(owner.streamer_id)),
            streamer_name: Set(Some(owner.streamer_name.clone())),
            status: Set(if self.on_air { Status::OnAir } else { Status::Ended }),
            started_at: Set(self.started_at),
            ended_at: Set(ended_at),
            duration_seconds: Set(self.duration_seconds),
            total_viewers: Set(self.total_viewers),
            peak_viewers: Set(self.peak_viewers),
            total_orders: Set(self.total_orders),
            total_revenue: Set(self.total_revenue),
            total_comments: Set(self.total_comments),
            total_likes: Set(self.total_likes),
            created_at: Set(now),
            updated_at: Set(now),
            synced_at: Set(Some(now)),
            ..Default::default()
        }
    }
}

/// Columns that a sync may change; what Shopee leaves out keeps its last known value.
const SYNCED: [live_session::Column; 11] = {
    use live_session::Column::*;
    [
        SessionName,
        StreamerName,
        StartedAt,
        EndedAt,
        DurationSeconds,
        TotalViewers,
        PeakViewers,
        TotalOrders,
        TotalRevenue,
        TotalComments,
        TotalLikes,
    ]
};

/// Stores what Shopee lists. Doing so again changes nothing but `synced_at`; an ended session stays ended.
pub async fn store_listed(
    _scope: &Scope,
    transaction: &DatabaseTransaction,
    owner: &Owner,
    listed: &[ListedRow],
    now: DateTime<Utc>,
) -> Result<()> {
    use live_session::Column;
    if listed.is_empty() {
        return Ok(());
    }
    let status = "CASE WHEN live_sessions.status = 'ENDED' THEN live_sessions.status ELSE excluded.status END";
    let newest = |name: &str| format!("COALESCE(excluded.{name}, live_sessions.{name})");
    let mut conflict = OnConflict::columns([Column::Region, Column::SessionId]);
    let mut changes = vec![format!("live_sessions.status IS DISTINCT FROM {status}")];
    for column in SYNCED {
        let name = column.as_str();
        conflict.value(column, Expr::cust(newest(name)));
        changes.push(format!("live_sessions.{name} IS DISTINCT FROM {}", newest(name)));
    }
    let changed =
        format!("CASE WHEN {} THEN excluded.updated_at ELSE live_sessions.updated_at END", changes.join(" OR "));
    conflict
        .value(Column::Status, Expr::cust(status))
        .value(Column::UpdatedAt, Expr::cust(changed))
        .update_column(Column::SyncedAt)
        .action_and_where(Expr::cust("live_sessions.shopee_account_id = excluded.shopee_account_id"));
    let rows = listed.iter().map(|listed| listed.row(owner, now));
    live_session::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(transaction).await?;
    Ok(())
}

/// The keys of an account's sessions, by Shopee's ids.
pub async fn keys_of(
    scope: &Scope,
    statements: &impl ConnectionTrait,
    account_id: i64,
    session_ids: &[i64],
) -> Result<HashMap<i64, i64>> {
    use live_session::Column;
    let filter = SessionFilter { shopee_account_id: Some(account_id), ..SessionFilter::default() };
    let query = within(scope, &filter).filter(Column::SessionId.is_in(session_ids.iter().copied()));
    let query = query.select_only().columns([Column::SessionId, Column::Id]);
    Ok(query.into_tuple::<(i64, i64)>().all(statements).await?.into_iter().collect())
}

/// Of these sessions (by Shopee's ids), those whose items have to be fetched: on air, or without any items yet.
pub async fn sessions_without_items(
    scope: &Scope,
    statements: &impl ConnectionTrait,
    account_id: i64,
    session_ids: &[i64],
) -> Result<Vec<(i64, i64)>> {
    use live_session::Column;
    let filter = SessionFilter { shopee_account_id: Some(account_id), ..SessionFilter::default() };
    let unfinished = Condition::any().add(Column::Status.ne(Status::Ended)).add(Column::ProductsCount.is_null());
    let query = within(scope, &filter).filter(Column::SessionId.is_in(session_ids.iter().copied())).filter(unfinished);
    Ok(query.select_only().columns([Column::Id, Column::SessionId]).into_tuple().all(statements).await?)
}

/// A product as Shopee lists it, ready to be stored.
#[derive(Clone, Debug)]
pub struct ListedItem {
    pub item_id: i64,
    pub product_name: String,
    pub product_image_url: Option<String>,
    pub live_price: Option<i64>,
    pub quantity_sold: Option<i64>,
    pub total_sales_amount: Option<i64>,
}

/// Stores a session's items and how many there are. Doing so again with equal figures changes nothing but `last_updated`.
pub async fn store_items(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session_key: i64,
    items: &[ListedItem],
    now: DateTime<Utc>,
) -> Result<()> {
    use live_session_item::Column;
    let rows = items.iter().map(|item| live_session_item::ActiveModel {
        live_session_id: Set(session_key),
        item_id: Set(item.item_id),
        product_name: Set(item.product_name.clone()),
        product_image_url: Set(item.product_image_url.clone()),
        live_price: Set(item.live_price),
        quantity_sold: Set(item.quantity_sold),
        total_sales_amount: Set(item.total_sales_amount),
        is_featured: Set(false),
        last_updated: Set(now),
        ..Default::default()
    });
    let mut conflict = OnConflict::columns([Column::LiveSessionId, Column::ItemId]);
    conflict.update_columns([
        Column::ProductName,
        Column::ProductImageUrl,
        Column::LivePrice,
        Column::QuantitySold,
        Column::TotalSalesAmount,
        Column::LastUpdated,
    ]);
    if !items.is_empty() {
        live_session_item::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(transaction).await?;
    }
    let query = live_session::Entity::update_many()
        .col_expr(live_session::Column::ProductsCount, Expr::value(items.len() as i64))
        .filter(live_session::Column::Id.eq(session_key));
    scope.restrict(query, live_session::Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// Marks a session as ended, with its last numbers.
pub async fn set_ended(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session_key: i64,
    metrics: &Metrics,
    now: DateTime<Utc>,
) -> Result<()> {
    use live_session::Column;
    let mut query = live_session::Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Ended.to_value()))
        .col_expr(Column::EndedAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(session_key))
        .filter(Column::Status.ne(Status::Ended));
    let totals = [
        (Column::TotalViewers, metrics.total_viewers),
        (Column::PeakViewers, metrics.peak_viewers),
        (Column::TotalOrders, metrics.orders),
        (Column::TotalRevenue, metrics.revenue),
        (Column::TotalComments, metrics.comments),
        (Column::TotalLikes, metrics.likes),
        (Column::TotalShares, metrics.shares),
    ];
    for (column, total) in totals {
        if let Some(total) = total {
            query = query.col_expr(column, Expr::value(total));
        }
    }
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}
