//! Storing what Shopee lists. Whoever does it and however often: the rows come out the same, and what Shopee leaves out keeps its
//! last known value.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    deleted_live_session,
    live_session::{self, Status},
    live_session_item,
};
use sea_orm::{
    ActiveEnum as _,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait as _, ExprTrait as _, IdenStatic as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, OnConflict, SimpleExpr},
};
use shopee::Region;

use super::{SessionFilter, SessionRow, within};
use crate::{error::Result, identity::scope::Scope, session::metrics::Metrics};

/// The figures of a session's items still move for so long after its end.
const ITEMS_SETTLE: TimeDelta = TimeDelta::minutes(10);

/// Orders are confirmed one by one, for days; the items are not asked for again before so long.
const ITEMS_REST: TimeDelta = TimeDelta::hours(1);

/// Rows that one statement inserts: each takes some fifteen parameters, of which SQLite takes 32,766.
const ROWS_OF_A_STATEMENT: usize = 2_000;
/// Sessions that may have ended unseen, of one account and looked at in one go.
const MOST_UNSEEN: u64 = 200;

/// The account whose sessions are stored.
#[derive(Clone, Debug)]
pub struct Owner {
    pub studio_id: i64,
    pub account_id: i64,
    pub region: Region,
    pub streamer_id: i64,
    pub streamer_name: String,
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
    pub confirmed_orders: Option<i64>,
    pub confirmed_revenue: Option<i64>,
    pub total_comments: Option<i64>,
    pub total_likes: Option<i64>,
    pub total_shares: Option<i64>,
    /// How many products it has; `None` unless they were asked for just now.
    pub products_count: Option<i64>,
}

/// A product as Shopee lists it, ready to be stored. What its list of products does not tell comes from the session's bag: see
/// [`crate::session::bag`].
#[derive(Clone, Debug, Default)]
pub struct ListedItem {
    pub item_id: i64,
    /// From the bag.
    pub shop_id: Option<i64>,
    pub product_name: String,
    pub product_image_url: Option<String>,
    /// From the bag.
    pub regular_price: Option<i64>,
    pub live_price: Option<i64>,
    /// From both prices.
    pub discount_millionths: Option<i64>,
    pub quantity_sold: Option<i64>,
    pub total_sales_amount: Option<i64>,
    pub confirmed_sales_amount: Option<i64>,
    /// From the bag.
    pub commission_millionths: Option<i64>,
    /// From this rate and what was confirmed.
    pub total_commission: Option<i64>,
}

impl ListedRow {
    fn row(&self, owner: &Owner, now: DateTime<Utc>) -> SessionRow {
        let duration = self.duration_seconds.filter(|_| !self.on_air);
        SessionRow {
            studio_id: Set(owner.studio_id),
            shopee_account_id: Set(owner.account_id),
            region: Set(owner.region.code().to_owned()),
            session_id: Set(self.session_id),
            session_name: Set(storable(&self.session_name)),
            streamer_id: Set(Some(owner.streamer_id)),
            streamer_name: Set(Some(owner.streamer_name.clone())),
            status: Set(if self.on_air { Status::OnAir } else { Status::Ended }),
            started_at: Set(self.started_at),
            ended_at: Set(
                duration.and_then(|seconds| self.started_at.checked_add_signed(TimeDelta::try_seconds(seconds)?))
            ),
            duration_seconds: Set(self.duration_seconds),
            total_viewers: Set(self.total_viewers),
            peak_viewers: Set(self.peak_viewers),
            total_orders: Set(self.total_orders),
            total_revenue: Set(self.total_revenue),
            confirmed_orders: Set(self.confirmed_orders),
            confirmed_revenue: Set(self.confirmed_revenue),
            total_comments: Set(self.total_comments),
            total_likes: Set(self.total_likes),
            total_shares: Set(self.total_shares),
            products_count: Set(self.products_count),
            items_synced_at: Set(self.products_count.map(|_| now)),
            items_confirmed_revenue: Set(self.products_count.and(self.confirmed_revenue)),
            created_at: Set(now),
            updated_at: Set(now),
            synced_at: Set(Some(now)),
            ..Default::default()
        }
    }
}

/// PostgreSQL keeps no NUL in a text.
pub fn storable(text: &str) -> String {
    text.replace('\0', "")
}

/// Columns that a sync of sessions may change, beside the status.
const SESSION_COLUMNS: [live_session::Column; 14] = {
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
        ConfirmedOrders,
        ConfirmedRevenue,
        TotalComments,
        TotalLikes,
        TotalShares,
    ]
};

/// Columns that a sync of items may change.
const ITEM_COLUMNS: [live_session_item::Column; 11] = {
    use live_session_item::Column::*;
    [
        ShopId,
        ProductName,
        ProductImageUrl,
        RegularPrice,
        LivePrice,
        DiscountMillionths,
        QuantitySold,
        TotalSalesAmount,
        ConfirmedSalesAmount,
        CommissionMillionths,
        TotalCommission,
    ]
};

/// What a column is to become: what Shopee says now, or what it said last. An empty name is none.
fn newest(table: &str, column: &str) -> String {
    match column {
        "session_name" | "product_name" => format!("COALESCE(NULLIF(excluded.{column}, ''), {table}.{column})"),
        _ => format!("COALESCE(excluded.{column}, {table}.{column})"),
    }
}

/// Stores what Shopee lists. Doing so again changes nothing but `synced_at`; an ended session stays ended, a deleted one deleted,
/// and `updated_at` never goes back: whoever edits a session relies on it.
pub async fn store_listed(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    owner: &Owner,
    listed: &[ListedRow],
    now: DateTime<Utc>,
) -> Result<()> {
    scope.require(owner.studio_id)?;
    let mut listed_once = last_of_each(listed, |listed| listed.session_id);
    // In one order, whoever does it: two who took the rows crosswise would wait for each other.
    listed_once.sort_unstable_by_key(|listed| listed.session_id);
    let rows: Vec<SessionRow> = listed_once.into_iter().map(|listed| listed.row(owner, now)).collect();
    if !rows.is_empty() {
        let insert = live_session::Entity::insert_many(rows).on_conflict(sessions_conflict());
        insert.exec_without_returning(transaction).await?;
        sweep(scope, transaction, owner, listed).await?;
    }
    Ok(())
}

/// Takes out again what the studio has deleted. Afterwards, by a statement of its own: one that looked before it inserted would
/// bring back a session whose deletion is committed in between.
async fn sweep(scope: &Scope, transaction: &DatabaseTransaction, owner: &Owner, listed: &[ListedRow]) -> Result<()> {
    use live_session::Column;
    let deleted = deleted_live_session::Entity::find()
        .select_only()
        .column(deleted_live_session::Column::SessionId)
        .filter(deleted_live_session::Column::StudioId.eq(owner.studio_id))
        .filter(deleted_live_session::Column::Region.eq(owner.region.code()))
        .into_query();
    let query = live_session::Entity::delete_many()
        .filter(Column::ShopeeAccountId.eq(owner.account_id))
        .filter(Column::SessionId.is_in(listed.iter().map(|listed| listed.session_id)))
        .filter(Column::SessionId.in_subquery(deleted));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// The list without repetitions, in its order: a statement may touch a row only once, so of equal ids the last counts.
pub fn last_of_each<T>(list: &[T], id: impl Fn(&T) -> i64) -> Vec<&T> {
    let mut seen = HashSet::new();
    let mut kept: Vec<&T> = list.iter().rev().filter(|entry| seen.insert(id(entry))).collect();
    kept.reverse();
    kept
}

fn sessions_conflict() -> OnConflict {
    use live_session::Column;
    let status = "CASE WHEN live_sessions.status = 'ENDED' THEN live_sessions.status ELSE excluded.status END";
    let mut conflict = OnConflict::columns([Column::Region, Column::SessionId]);
    let mut changes = vec![format!("live_sessions.status IS DISTINCT FROM {status}")];
    for column in SESSION_COLUMNS {
        let newest = newest("live_sessions", column.as_str());
        changes.push(format!("live_sessions.{} IS DISTINCT FROM {newest}", column.as_str()));
        conflict.value(column, Expr::cust(newest));
    }
    let changed = changes.join(" OR ");
    let is_newer = "excluded.updated_at > live_sessions.updated_at";
    let updated_at =
        format!("CASE WHEN ({changed}) AND {is_newer} THEN excluded.updated_at ELSE live_sessions.updated_at END");
    for column in [Column::ProductsCount, Column::ItemsSyncedAt, Column::ItemsConfirmedRevenue] {
        conflict.value(column, Expr::cust(newest("live_sessions", column.as_str())));
    }
    conflict
        .value(Column::Status, Expr::cust(status))
        .value(Column::UpdatedAt, Expr::cust(updated_at))
        .update_column(Column::SyncedAt)
        .action_and_where(Expr::cust("live_sessions.shopee_account_id = excluded.shopee_account_id"));
    conflict
}

/// Of these sessions, by Shopee's ids, those of which nothing more is to be asked: an ended one whose items were fetched after they
/// had settled and since it was last confirmed any orders, and one that the studio has deleted.
pub async fn settled(
    scope: &Scope,
    statements: &impl ConnectionTrait,
    owner: &Owner,
    listed: &[ListedRow],
    now: DateTime<Utc>,
) -> Result<HashSet<i64>> {
    use deleted_live_session::Column as Deleted;
    let filter = SessionFilter { shopee_account_id: Some(owner.account_id), ..SessionFilter::default() };
    let confirmed: HashMap<i64, Option<i64>> =
        listed.iter().map(|listed| (listed.session_id, listed.confirmed_revenue)).collect();
    let session_ids = || confirmed.keys().copied();
    let query = within(scope, statements, &filter).filter(live_session::Column::SessionId.is_in(session_ids()));
    let stored = query.all(statements).await?;
    let deleted = deleted_live_session::Entity::find()
        .select_only()
        .column(Deleted::SessionId)
        .filter(Deleted::StudioId.eq(owner.studio_id))
        .filter(Deleted::Region.eq(owner.region.code()))
        .filter(Deleted::SessionId.is_in(session_ids()));
    let deleted: Vec<i64> = scope.restrict(deleted, Deleted::StudioId).into_tuple().all(statements).await?;
    let is_as_listed = |session: &&live_session::Model| {
        has_settled(session, confirmed.get(&session.session_id).copied().flatten(), now)
    };
    let settled = stored.iter().filter(is_as_listed).map(|session| session.session_id);
    Ok(settled.chain(deleted).collect())
}

/// Whether the session's items were asked for after their figures had settled and, as Shopee lists it now, need not be again: once
/// other orders are confirmed they do, a while after they were asked for last.
fn has_settled(session: &live_session::Model, confirmed: Option<i64>, now: DateTime<Utc>) -> bool {
    let Some(synced) = session.items_synced_at else { return false };
    let settles = session.ended_at.unwrap_or(session.started_at) + ITEMS_SETTLE;
    let has_moved_on = confirmed.is_some() && confirmed != session.items_confirmed_revenue;
    session.status == Status::Ended && synced >= settles && !(has_moved_on && synced + ITEMS_REST <= now)
}

/// The account's sessions that are stored as on air and were not compared with Shopee since: key and Shopee's id. Some of them.
pub async fn on_air_unseen_since(
    scope: &Scope,
    statements: &impl ConnectionTrait,
    account_id: i64,
    since: DateTime<Utc>,
) -> Result<Vec<(i64, i64)>> {
    use live_session::Column;
    let unseen = Condition::any().add(Column::SyncedAt.is_null()).add(Column::SyncedAt.lt(since));
    let filter = SessionFilter {
        shopee_account_id: Some(account_id),
        statuses: Some(vec![Status::OnAir]),
        ..SessionFilter::default()
    };
    let query = within(scope, statements, &filter).filter(unseen).select_only();
    let query = query.columns([Column::Id, Column::SessionId]).order_by_desc(Column::StartedAt).limit(MOST_UNSEEN);
    Ok(query.into_tuple().all(statements).await?)
}

/// The keys of an account's sessions, by Shopee's ids.
pub async fn keys_of(
    scope: &Scope,
    connection: &impl ConnectionTrait,
    account_id: i64,
    session_ids: &[i64],
) -> Result<HashMap<i64, i64>> {
    use live_session::Column;
    let filter = SessionFilter { shopee_account_id: Some(account_id), ..SessionFilter::default() };
    let query = within(scope, connection, &filter)
        .filter(Column::SessionId.is_in(session_ids.iter().copied()))
        .select_only()
        .columns([Column::SessionId, Column::Id]);
    let keys: Vec<(i64, i64)> = query.into_tuple().all(connection).await?;
    Ok(keys.into_iter().collect())
}

/// Stores the items of many sessions of an account, by Shopee's ids, whose rows this transaction has stored before: of those that have
/// none, since they were deleted or are another's, nothing is kept.
pub async fn store_items_of(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    account_id: i64,
    items: &[(i64, Vec<ListedItem>)],
    now: DateTime<Utc>,
) -> Result<()> {
    let session_ids: Vec<i64> = items.iter().map(|(session_id, _)| *session_id).collect();
    let keys = keys_of(scope, transaction, account_id, &session_ids).await?;
    let rows = items.iter().filter_map(|(session_id, items)| Some((*keys.get(session_id)?, items)));
    let mut rows: Vec<_> = rows
        .flat_map(|(key, items)| last_of_each(items, |item| item.item_id).into_iter().map(move |item| (key, item)))
        .collect();
    rows.sort_unstable_by_key(|(key, item)| (*key, item.item_id));
    for rows in rows.chunks(ROWS_OF_A_STATEMENT) {
        let rows = rows.iter().map(|(key, item)| item_row(*key, item, now));
        let insert = live_session_item::Entity::insert_many(rows).on_conflict(items_conflict());
        insert.exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Stores what a session's own numbers tell beside what a list of sessions does.
pub async fn set_shares(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session_key: i64,
    metrics: &Metrics,
    now: DateTime<Utc>,
) -> Result<()> {
    use live_session::Column;
    let Some(shares) = metrics.shares else { return Ok(()) };
    let query = live_session::Entity::update_many()
        .col_expr(Column::TotalShares, Expr::value(shares))
        .col_expr(Column::UpdatedAt, not_back(now))
        .filter(Column::Id.eq(session_key))
        .filter(Condition::any().add(Column::TotalShares.is_null()).add(Column::TotalShares.ne(shares)));
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// Stores a session's items and how many there are. The session's key comes from a row that was read within the scope; if it has
/// been deleted since, there is nothing to store. Doing so again with equal figures changes nothing but when it was done.
///
/// The session's row before its items, as everybody takes them: two who took them crosswise would wait for each other.
pub async fn store_items(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    session_key: i64,
    items: &[ListedItem],
    now: DateTime<Utc>,
) -> Result<()> {
    let rows: Vec<_> =
        last_of_each(items, |item| item.item_id).into_iter().map(|item| item_row(session_key, item, now)).collect();
    let query = live_session::Entity::update_many()
        .col_expr(live_session::Column::ProductsCount, Expr::value(rows.len() as i64))
        .col_expr(live_session::Column::ItemsSyncedAt, Expr::value(now))
        .col_expr(live_session::Column::ItemsConfirmedRevenue, Expr::col(live_session::Column::ConfirmedRevenue))
        .filter(live_session::Column::Id.eq(session_key));
    let counted = scope.restrict(query, live_session::Column::StudioId).exec(transaction).await?;
    if counted.rows_affected > 0 && !rows.is_empty() {
        let insert = live_session_item::Entity::insert_many(rows).on_conflict(items_conflict());
        insert.exec_without_returning(transaction).await?;
    }
    Ok(())
}

fn item_row(session_key: i64, item: &ListedItem, now: DateTime<Utc>) -> live_session_item::ActiveModel {
    live_session_item::ActiveModel {
        live_session_id: Set(session_key),
        item_id: Set(item.item_id),
        shop_id: Set(item.shop_id),
        product_name: Set(storable(&item.product_name)),
        product_image_url: Set(item.product_image_url.clone()),
        regular_price: Set(item.regular_price),
        live_price: Set(item.live_price),
        discount_millionths: Set(item.discount_millionths),
        quantity_sold: Set(item.quantity_sold),
        total_sales_amount: Set(item.total_sales_amount),
        confirmed_sales_amount: Set(item.confirmed_sales_amount),
        commission_millionths: Set(item.commission_millionths),
        total_commission: Set(item.total_commission),
        last_updated: Set(now),
        ..Default::default()
    }
}

fn items_conflict() -> OnConflict {
    use live_session_item::Column;
    let mut conflict = OnConflict::columns([Column::LiveSessionId, Column::ItemId]);
    for column in ITEM_COLUMNS {
        conflict.value(column, Expr::cust(newest("live_session_items", column.as_str())));
    }
    conflict.update_column(Column::LastUpdated);
    conflict
}

/// Marks a session as ended, with its last numbers. When it ended is as we noticed; the next list that has it says it exactly.
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
        .col_expr(Column::UpdatedAt, not_back(now))
        .filter(Column::Id.eq(session_key))
        .filter(Column::Status.ne(Status::Ended));
    for (column, total) in last_numbers(metrics) {
        if let Some(total) = total {
            query = query.col_expr(column, Expr::value(total));
        }
    }
    scope.restrict(query, Column::StudioId).exec(transaction).await?;
    Ok(())
}

/// What `updated_at` becomes: instances whose clocks differ must not turn it back.
fn not_back(now: DateTime<Utc>) -> SimpleExpr {
    let updated_at = || Expr::col((live_session::Entity, live_session::Column::UpdatedAt));
    Expr::case(updated_at().lt(now), now).finally(updated_at()).into()
}

pub fn last_numbers(metrics: &Metrics) -> [(live_session::Column, Option<i64>); 9] {
    use live_session::Column::*;
    [
        (TotalViewers, metrics.total_viewers),
        (PeakViewers, metrics.peak_viewers),
        (TotalOrders, metrics.orders),
        (TotalRevenue, metrics.revenue),
        (ConfirmedOrders, metrics.confirmed_orders),
        (ConfirmedRevenue, metrics.confirmed_revenue),
        (TotalComments, metrics.comments),
        (TotalLikes, metrics.likes),
        (TotalShares, metrics.shares),
    ]
}
