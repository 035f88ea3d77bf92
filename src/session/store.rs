//! Every query of the session room: reading here, storing what Shopee lists in `store/upsert.rs`, what people change in
//! `store/edit.rs`.

pub mod coins;
pub mod edit;
pub mod jobs;
pub mod samples;
pub mod thinning;
pub mod upsert;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::{
    live_session::{self, Status},
    live_session_item,
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, ExprTrait as _, Order,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Value,
    sea_query::{Alias, Expr, Func, LikeExpr, Query, SimpleExpr, WindowStatement, extension::postgres::PgExpr as _},
};
use shopee::Region;

use crate::{
    database::{Statements, sparse, sparse::Read as _},
    error::Result,
    graphql::page::{Cursor, Slice},
    identity::scope::Scope,
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

    /// A cursor's value as the database compares it; that it is an instant where it has to be was checked before.
    fn value(self, value: i64) -> SimpleExpr {
        match self {
            Self::StartedAt => Expr::value(DateTime::from_timestamp_micros(value).unwrap_or_default()),
            _ => Expr::value(value),
        }
    }
}

impl SessionFilter {
    fn condition(&self, backend: DbBackend) -> Condition {
        use live_session::Column;
        let statuses: Option<BTreeSet<Status>> =
            self.statuses.as_ref().map(|statuses| statuses.iter().copied().collect());
        Condition::all()
            .add_option(self.studio_id.map(|key| Column::StudioId.eq(key)))
            .add_option(self.shopee_account_id.map(|key| Column::ShopeeAccountId.eq(key)))
            .add_option(self.region.map(|region| Column::Region.eq(region.code())))
            .add_option(statuses.map(|statuses| Column::Status.is_in(statuses)))
            .add_option(self.started_from.map(|instant| Column::StartedAt.gte(instant)))
            .add_option(self.started_before.map(|instant| Column::StartedAt.lt(instant)))
            .add_option(self.name_contains.as_deref().map(|text| name_contains(text, backend)))
    }
}

/// Upper and lower case alike: of ASCII letters on SQLite, whose `LIKE` knows no others, of all letters on PostgreSQL.
fn name_contains(text: &str, backend: DbBackend) -> SimpleExpr {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = LikeExpr::new(format!("%{escaped}%"));
    let column = |column| Expr::col((live_session::Entity, column));
    let name = Func::coalesce([column(live_session::Column::EditedName), column(live_session::Column::SessionName)]);
    // PostgreSQL escapes with a backslash unless told otherwise, SQLite with nothing.
    if backend == DbBackend::Postgres { name.ilike(pattern) } else { name.like(pattern.escape('\\')) }
}

fn within(scope: &Scope, connection: &impl ConnectionTrait, filter: &SessionFilter) -> Select<live_session::Entity> {
    let condition = filter.condition(connection.get_database_backend());
    scope.restrict(live_session::Entity::find(), live_session::Column::StudioId).filter(condition)
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
    let cursor = |cursor: Cursor| Expr::tuple([order.field.value(cursor.value), Expr::value(cursor.key)]);
    let (later, earlier) = match order.descending {
        true => (slice.before, slice.after),
        false => (slice.after, slice.before),
    };
    let keyset = Condition::all()
        .add_option(later.map(|bound| place().gt(cursor(bound))))
        .add_option(earlier.map(|bound| place().lt(cursor(bound))));
    let direction = if order.descending == slice.backward { Order::Asc } else { Order::Desc };
    let query = within(scope, statements, filter)
        .filter(keyset)
        .order_by(order.field.expression(), direction.clone())
        .order_by(live_session::Column::Id, direction)
        .limit(slice.rows_to_read());
    Ok(sparse::read(query, columns, statements).await?)
}

/// How many sessions a list holds.
pub async fn count(scope: &Scope, statements: &Statements, filter: &SessionFilter) -> Result<i64> {
    Ok(i64::try_from(within(scope, statements, filter).count(statements).await?).unwrap_or(i64::MAX))
}

/// Sessions by key; those out of scope are not among them.
pub async fn sessions(
    scope: &Scope,
    statements: &Statements,
    keys: &[i64],
    columns: &[live_session::Column],
) -> Result<Vec<SessionRow>> {
    let query = within(scope, statements, &SessionFilter::default())
        .filter(live_session::Column::Id.is_in(keys.iter().copied()));
    Ok(sparse::read(query, columns, statements).await?)
}

/// Sessions of a studio that are shown together: so many at most.
const MOST_ON_AIR: u64 = 500;

/// What is on air in a studio, the earliest first.
pub async fn on_air_of(scope: &Scope, statements: &Statements, studio_id: i64) -> Result<Vec<SessionRow>> {
    use live_session::Column;
    let filter =
        SessionFilter { studio_id: Some(studio_id), statuses: Some(vec![Status::OnAir]), ..SessionFilter::default() };
    let query = within(scope, statements, &filter).order_by(Column::Id, Order::Asc).limit(MOST_ON_AIR);
    let columns = [Column::Id, Column::ShopeeAccountId, Column::SessionId, Column::Region];
    Ok(sparse::read(query, &columns, statements).await?)
}

/// How many of an account's sessions of these ids are stored as having begun, or were deleted here.
pub async fn known(
    scope: &Scope,
    statements: &Statements,
    (studio_id, account_id, region): (i64, i64, Region),
    session_ids: &[i64],
) -> Result<u64> {
    use entity::deleted_live_session;
    let begun = SessionFilter {
        shopee_account_id: Some(account_id),
        statuses: Some(vec![Status::OnAir, Status::Ended]),
        ..SessionFilter::default()
    };
    let ids = || session_ids.iter().copied();
    let begun = within(scope, statements, &begun).filter(live_session::Column::SessionId.is_in(ids()));
    let deleted = deleted_live_session::Entity::find()
        .filter(deleted_live_session::Column::StudioId.eq(studio_id))
        .filter(deleted_live_session::Column::Region.eq(region.code()))
        .filter(deleted_live_session::Column::SessionId.is_in(ids()));
    Ok(begun.count(statements).await? + deleted.count(statements).await?)
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
    let query = within(scope, statements, &filter).filter(live_session::Column::SessionId.eq(session_id));
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
    for result in statements.query_all(&wanted).await? {
        let row = sparse::row::<live_session_item::Entity>(&result, columns)?;
        items.entry(*row.live_session_id.read()?).or_default().push(row);
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
