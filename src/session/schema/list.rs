//! Lists of sessions: filter, order, and a page with everything fetched that is selected below it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use async_graphql::{Context, Enum, ID, InputObject};
use chrono::{DateTime, Datelike as _, Utc};
use entity::live_session::Column;

use super::{LiveSession, LiveSessionStatus, live_session::Neighbours, live_session_figures};
use crate::{
    account::{
        access::Access,
        schema::{Region, ShopeeAccount},
        store as account_store,
    },
    app::App,
    database::{Statements, sparse, sparse::Read as _},
    error::{ClientError, Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        page::{Connection, PageArguments, Slice},
        selection::Selection,
    },
    identity::{
        schema::Studio,
        scope::{AskerExt as _, Scope},
        store as identity_store,
    },
    session::{
        loader,
        store::{self, OrderField, SessionFilter, SessionOrder},
    },
};

/// Names longer than this are not searched for.
const LONGEST_SEARCH: usize = 200;

/// Read for every session, whatever is selected: what its objects need to find their neighbours.
const NEEDED: &[Column] = &[Column::Id, Column::StudioId, Column::ShopeeAccountId, Column::Region, Column::SessionId];

/// The fields of a session that are asked in its account's name.
const SIGNED_OF_SESSION: &[&str] =
    &["info", "overview", "products", "trends", "viewerProfile", "buyerProfile", "viewerSource", "coins", "coinReward"];
/// Those of an account.
const SIGNED_OF_ACCOUNT: &[&str] = &[
    "creator",
    "remoteSessions",
    "endedSessions",
    "itemPromotions",
    "streamers",
    "promotionsToday",
    "campaignExpenseToday",
    "ads",
];

/// Which sessions a list holds: those that match everything that is given.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LiveSessionFilter {
    /// Sessions of this studio.
    studio_id: Option<ID>,
    /// Sessions of this Shopee account.
    shopee_account_id: Option<ID>,
    /// Sessions of this Shopee region.
    region: Option<Region>,
    /// Sessions in any of these states; an empty list matches none.
    status: Option<Vec<LiveSessionStatus>>,
    /// Sessions that started at this instant or later.
    started_from: Option<DateTime<Utc>>,
    /// Sessions that started before this instant.
    started_before: Option<DateTime<Utc>>,
    /// Sessions whose name contains this text, upper and lower case alike; 1 to 200 characters.
    name_contains: Option<String>,
}

/// The order of a list of sessions. Sessions that tie stand in a fixed order, so that pages never overlap.
#[derive(Clone, Copy, InputObject)]
pub struct LiveSessionOrder {
    /// What the sessions are compared by.
    field: LiveSessionOrderField,
    /// Which way round.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

/// What sessions are compared by.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum LiveSessionOrderField {
    /// When they started.
    StartedAt,
    /// Viewers in total; not reported counts as fewest.
    TotalViewers,
    /// Most viewers at one time; not reported counts as fewest.
    PeakViewers,
    /// Orders placed; not reported counts as fewest.
    TotalOrders,
    /// Revenue in its own currency's units; not reported counts as least. Amounts of different currencies are compared as numbers.
    TotalRevenue,
}

/// Which way round a list goes.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// From the smallest or oldest up.
    Asc,
    /// From the largest or newest down.
    Desc,
}

impl Default for LiveSessionOrder {
    fn default() -> Self {
        Self { field: LiveSessionOrderField::StartedAt, direction: OrderDirection::Desc }
    }
}

impl LiveSessionOrder {
    fn stored(self) -> SessionOrder {
        let field = match self.field {
            LiveSessionOrderField::StartedAt => OrderField::StartedAt,
            LiveSessionOrderField::TotalViewers => OrderField::TotalViewers,
            LiveSessionOrderField::PeakViewers => OrderField::PeakViewers,
            LiveSessionOrderField::TotalOrders => OrderField::TotalOrders,
            LiveSessionOrderField::TotalRevenue => OrderField::TotalRevenue,
        };
        SessionOrder { field, descending: self.direction == OrderDirection::Desc }
    }

    /// Names the order in cursors.
    fn name(self) -> &'static str {
        let descending = self.direction == OrderDirection::Desc;
        match (self.field, descending) {
            (LiveSessionOrderField::StartedAt, true) => "STARTED_AT_DESC",
            (LiveSessionOrderField::StartedAt, false) => "STARTED_AT_ASC",
            (LiveSessionOrderField::TotalViewers, true) => "TOTAL_VIEWERS_DESC",
            (LiveSessionOrderField::TotalViewers, false) => "TOTAL_VIEWERS_ASC",
            (LiveSessionOrderField::PeakViewers, true) => "PEAK_VIEWERS_DESC",
            (LiveSessionOrderField::PeakViewers, false) => "PEAK_VIEWERS_ASC",
            (LiveSessionOrderField::TotalOrders, true) => "TOTAL_ORDERS_DESC",
            (LiveSessionOrderField::TotalOrders, false) => "TOTAL_ORDERS_ASC",
            (LiveSessionOrderField::TotalRevenue, true) => "TOTAL_REVENUE_DESC",
            (LiveSessionOrderField::TotalRevenue, false) => "TOTAL_REVENUE_ASC",
        }
    }
}

impl LiveSessionFilter {
    /// The filter, narrowed to the studio whose list this is.
    pub fn in_studio(mut self, key: i64) -> Result<Self> {
        narrow(&mut self.studio_id, GlobalId::new(Kind::Studio, key), "filter.studioId")?;
        Ok(self)
    }

    /// The filter, narrowed to the account whose list this is.
    pub fn in_account(mut self, key: i64) -> Result<Self> {
        narrow(&mut self.shopee_account_id, GlobalId::new(Kind::ShopeeAccount, key), "filter.shopeeAccountId")?;
        Ok(self)
    }

    fn stored(self) -> Result<SessionFilter> {
        let key = |id: Option<ID>, kind, argument| id.map(|id| GlobalId::key_of(&id, kind, argument)).transpose();
        Ok(SessionFilter {
            studio_id: key(self.studio_id, Kind::Studio, "filter.studioId")?,
            shopee_account_id: key(self.shopee_account_id, Kind::ShopeeAccount, "filter.shopeeAccountId")?,
            region: self.region.map(Into::into),
            statuses: self.status.map(|statuses| statuses.into_iter().map(Into::into).collect()),
            started_from: self.started_from.map(|instant| comparable("filter.startedFrom", instant)).transpose()?,
            started_before: self
                .started_before
                .map(|instant| comparable("filter.startedBefore", instant))
                .transpose()?,
            name_contains: self.name_contains.map(searchable).transpose()?,
        })
    }
}

fn narrow(given: &mut Option<ID>, own: GlobalId, argument: &'static str) -> Result<()> {
    let own = own.encode();
    match given {
        Some(id) if *id != own => Err(Error::invalid_input(argument, "names another one than the list belongs to")),
        _ => {
            *given = Some(own);
            Ok(())
        }
    }
}

/// SQLite compares instants as text, which puts them in order only while years have four digits.
pub(super) fn comparable(argument: &'static str, instant: DateTime<Utc>) -> Result<DateTime<Utc>> {
    match (0..=9999).contains(&instant.year()) {
        true => Ok(instant),
        false => Err(Error::invalid_input(argument, "is not between the years 0 and 9999")),
    }
}

fn searchable(text: String) -> Result<String> {
    let length = text.chars().count();
    match length {
        1..=LONGEST_SEARCH if !text.contains('\0') => Ok(text),
        _ => Err(Error::invalid_input(
            "filter.nameContains",
            format!("has to have 1 to {LONGEST_SEARCH} characters and no NUL"),
        )),
    }
}

/// One page of sessions: the sessions in one statement, and one more for each kind of neighbour selected below them.
pub async fn page_of_sessions(
    ctx: &Context<'_>,
    selection: &Selection<'_>,
    filter: LiveSessionFilter,
    order: LiveSessionOrder,
    page: PageArguments,
) -> Result<Connection<LiveSession>> {
    let (scope, statements) = (ctx.scope()?, ctx.statements()?);
    let (filter, slice, field) = (filter.stored()?, page.check(order.name())?, order.stored().field);
    if field == OrderField::StartedAt {
        check_instants(slice)?;
    }
    let columns = columns_for(selection, &[field.column()]);
    let rows = store::list(&scope, &statements, &filter, order.stored(), slice, &columns).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => Some(store::count(&scope, &statements, &filter).await?),
        false => None,
    };
    let sessions = with_neighbours(ctx, selection, rows).await?;
    slice.page(sessions, total, order.name(), |session: &LiveSession| session.cursor(field))
}

/// A cursor of this list holds microseconds of a year with four digits.
fn check_instants(slice: Slice) -> Result<()> {
    for (argument, cursor) in [("after", slice.after), ("before", slice.before)] {
        let Some(cursor) = cursor else { continue };
        let instant = DateTime::from_timestamp_micros(cursor.value);
        if instant.is_none_or(|instant| comparable(argument, instant).is_err()) {
            return Err(ClientError::InvalidCursor { argument }.into());
        }
    }
    Ok(())
}

/// The columns that the selected fields of a session are read from.
pub(super) fn columns_for(selection: &Selection<'_>, needed: &[Column]) -> Vec<Column> {
    let mut needed = [NEEDED, needed].concat();
    if selection.has_any(&["sessionName"]) {
        needed.push(Column::EditedName);
    }
    if selection.has_any(&["trends"]) {
        needed.extend([Column::StartedAt, Column::EndedAt]);
    }
    if selection.has_any(&["coins", "coinReward"]) {
        needed.push(Column::CoinsDistributed);
    }
    if selection.has_any(&["figures"]) {
        needed.extend(live_session_figures::COLUMNS);
    }
    sparse::columns(selection.names(), &needed)
}

/// Fetches what is selected beside the sessions' own columns, one statement a kind.
pub(super) async fn with_neighbours(
    ctx: &Context<'_>,
    selection: &Selection<'_>,
    rows: Vec<store::SessionRow>,
) -> Result<Vec<LiveSession>> {
    let ahead = Ahead { app: ctx.app()?, scope: ctx.scope()?, statements: ctx.statements()?, rows: &rows };
    let below_account = selection.below("shopeeAccount");
    let wants = |here: &[&str], below: &[&str]| selection.has_any(here) || below_account.has_any(below);
    let studios = ahead.studios(wants(&["studio"], &["studio"])).await?;
    let accounts = ahead.accounts(selection.has_any(&["shopeeAccount"])).await?;
    let accesses = ahead.accesses(wants(SIGNED_OF_SESSION, SIGNED_OF_ACCOUNT)).await?;
    let keys = distinct(&rows, |row| row.id.read())?;
    let items = loader::items_ahead(&ahead.scope, &ahead.statements, selection, &keys).await?;
    rows.iter()
        .map(|row| {
            let (studio, account_id) = (studios.get(row.studio_id.read()?).cloned(), row.shopee_account_id.read()?);
            let access = accesses.get(account_id).cloned();
            let account = accounts.get(account_id).cloned();
            Ok(LiveSession::with_neighbours(
                row.clone(),
                Neighbours {
                    account: account.map(|row| ShopeeAccount::with_neighbours(row, studio.clone(), access.clone())),
                    studio,
                    access,
                    items: items.of(row)?,
                },
            ))
        })
        .collect()
}

/// Reads the neighbours of these sessions, those that are wanted.
struct Ahead<'a> {
    app: &'a App,
    scope: Scope,
    statements: Statements,
    rows: &'a [store::SessionRow],
}

impl Ahead<'_> {
    async fn studios(&self, wanted: bool) -> Result<HashMap<i64, Studio>> {
        if !wanted {
            return Ok(HashMap::new());
        }
        let keys = distinct(self.rows, |row| row.studio_id.read())?;
        let rows = identity_store::studios(&self.scope, &self.statements, &keys).await?;
        rows.into_iter().map(|row| Ok((*row.id.read()?, Studio::from(row)))).collect()
    }

    async fn accounts(&self, wanted: bool) -> Result<HashMap<i64, account_store::AccountRow>> {
        if !wanted {
            return Ok(HashMap::new());
        }
        let keys = distinct(self.rows, |row| row.shopee_account_id.read())?;
        let columns = account_store::ACCOUNT_COLUMNS;
        let rows = account_store::accounts(&self.scope, &self.statements, &keys, columns).await?;
        rows.into_iter().map(|row| Ok((*row.id.read()?, row))).collect()
    }

    async fn accesses(&self, wanted: bool) -> Result<HashMap<i64, Result<Arc<Access>>>> {
        if !wanted {
            return Ok(HashMap::new());
        }
        let keys = distinct(self.rows, |row| row.shopee_account_id.read())?;
        let rows = account_store::accesses(&self.scope, &self.statements, &keys).await?;
        let opening = &self.app.config.credential_keys;
        rows.iter().map(|row| Ok((*row.id.read()?, Access::open(opening, row)))).collect()
    }
}

fn distinct(rows: &[store::SessionRow], key: impl Fn(&store::SessionRow) -> Result<&i64>) -> Result<Vec<i64>> {
    let keys: BTreeSet<i64> = rows.iter().map(|row| key(row).copied()).collect::<Result<_>>()?;
    Ok(keys.into_iter().collect())
}
