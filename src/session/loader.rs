//! The items of many sessions at once: fetched ahead by a page of sessions, or batched by the operation's DataLoader.

use std::collections::HashMap;

use async_graphql::{
    Context, SelectionField, Value,
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};
use entity::live_session_item::Column;
use sea_orm::Iterable as _;

use super::{
    schema::{LiveSession, LiveSessionItem},
    store::{self, ItemRow, SessionRow},
};
use crate::{
    database::{Statements, sparse, sparse::Read as _},
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        page::{Connection, Cursor, PageArguments, Slice},
        selection::Selection,
    },
    identity::scope::{Asker, Scope},
};

/// The order of a session's items, for their cursors.
pub const BAG_ORDER: &str = "BAG";

/// One session's rows of one slice, and how many items it has if that was asked for.
#[derive(Clone)]
pub struct ItemSlice {
    pub slice: Slice,
    rows: Vec<ItemRow>,
    total: Option<i64>,
}

impl ItemSlice {
    /// Whether the slice was read with its total.
    pub fn has_total(&self) -> bool {
        self.total.is_some()
    }

    pub fn into_page(self, region: shopee::Region) -> Result<Connection<LiveSessionItem>> {
        let items = self.rows.into_iter().map(|row| LiveSessionItem::new(row, region)).collect();
        self.slice
            .page(items, self.total, BAG_ORDER, |item: &LiveSessionItem| Ok(Cursor { value: 0, key: item.key()? }))
    }
}

/// The items of a page's sessions: one slice for each of the ways they are selected.
pub struct ItemsAhead(Vec<SliceAhead>);

/// The same slice of the items of each session.
struct SliceAhead {
    slice: Slice,
    rows: HashMap<i64, Vec<ItemRow>>,
    totals: Option<HashMap<i64, i64>>,
}

impl ItemsAhead {
    /// What was fetched for one session.
    pub fn of(&self, session: &SessionRow) -> Result<Vec<ItemSlice>> {
        let key = *session.id.read()?;
        Ok(self.0.iter().map(|ahead| ahead.of(key)).collect())
    }
}

impl SliceAhead {
    fn of(&self, key: i64) -> ItemSlice {
        let total = self.totals.as_ref().map(|totals| totals.get(&key).copied().unwrap_or(0));
        ItemSlice { slice: self.slice, rows: self.rows.get(&key).cloned().unwrap_or_default(), total }
    }
}

/// Fetches the selected items of all these sessions. A selection with unusable arguments is left to the field itself, which
/// reports what is wrong with them.
pub async fn items_ahead(
    scope: &Scope,
    statements: &Statements,
    selection: &Selection<'_>,
    session_keys: &[i64],
) -> Result<ItemsAhead> {
    let mut ahead = Vec::new();
    for (slice, fields) in by_slice(selection.fields("items")) {
        let columns = item_columns(&fields);
        let rows = store::items_of(scope, statements, session_keys, slice, &columns).await?;
        let totals = match has_total(&fields) {
            true => Some(store::count_items_of(scope, statements, session_keys).await?),
            false => None,
        };
        ahead.push(SliceAhead { slice, rows, totals });
    }
    Ok(ItemsAhead(ahead))
}

/// Selections with equal arguments are read together: fragments of several components often select the same items.
fn by_slice(fields: Vec<SelectionField<'_>>) -> Vec<(Slice, Vec<SelectionField<'_>>)> {
    let mut alike: Vec<(Slice, Vec<SelectionField<'_>>)> = Vec::new();
    for field in fields {
        let Some(slice) = slice_of(&field) else { continue };
        match alike.iter_mut().find(|(known, _)| *known == slice) {
            Some((_, fields)) => fields.push(field),
            None => alike.push((slice, vec![field])),
        }
    }
    alike
}

/// The columns that the fields selected below any of these are read from.
fn item_columns(fields: &[SelectionField<'_>]) -> Vec<Column> {
    let names = fields.iter().flat_map(|field| Selection::nodes_in(&(*field).into()).names());
    sparse::columns(names.flat_map(stored_names), &[Column::Id, Column::LiveSessionId])
}

fn has_total(fields: &[SelectionField<'_>]) -> bool {
    fields.iter().flat_map(SelectionField::selection_set).any(|field| field.name() == "totalCount")
}

/// The columns behind a field, by the names that fields of theirs would have.
fn stored_names(field: &str) -> Vec<&str> {
    match field {
        "commissionRate" => vec!["commissionMillionths"],
        "discountPercentage" => vec!["discountMillionths"],
        "productUrl" => vec!["shopId", "itemId"],
        _ => vec![field],
    }
}

fn slice_of(field: &SelectionField<'_>) -> Option<Slice> {
    let mut arguments = PageArguments::default();
    for (name, value) in field.arguments().ok()? {
        match (name.as_str(), value) {
            (_, Value::Null) => {}
            ("first", Value::Number(number)) => arguments.first = Some(number.as_i64()?),
            ("last", Value::Number(number)) => arguments.last = Some(number.as_i64()?),
            ("after", Value::String(text)) => arguments.after = Some(text),
            ("before", Value::String(text)) => arguments.before = Some(text),
            _ => return None,
        }
    }
    arguments.check(BAG_ORDER).ok()
}

/// Loads items for sessions that no page fetched them for, within one operation's scope.
pub struct ItemLoader {
    asker: Asker,
    statements: Statements,
}

/// Sessions with equal slices are read together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ItemsKey {
    session_key: i64,
    slice: Slice,
    with_total: bool,
}

pub type ItemLoaders = DataLoader<ItemLoader>;

/// The loader of one operation.
pub fn loaders(asker: Asker, statements: Statements) -> ItemLoaders {
    let loader = DataLoader::new(ItemLoader { asker, statements }, TokioSpawner::current(), TokioTimer::default());
    // Keys are sorted by slice before they become statements: cutting them first would cost more of these, not fewer.
    loader.max_batch_size(usize::MAX)
}

/// One session's slice of items.
pub async fn items(ctx: &Context<'_>, session_key: i64, slice: Slice, with_total: bool) -> Result<ItemSlice> {
    let loaded = ctx.given::<ItemLoaders>()?.load_one(ItemsKey { session_key, slice, with_total }).await?;
    loaded.ok_or_else(|| Error::internal("the item loader left a session out"))
}

impl Loader<ItemsKey> for ItemLoader {
    type Value = ItemSlice;
    type Error = Error;

    async fn load(&self, keys: &[ItemsKey]) -> Result<HashMap<ItemsKey, ItemSlice>> {
        let mut alike: HashMap<(Slice, bool), Vec<i64>> = HashMap::new();
        for key in keys {
            alike.entry((key.slice, key.with_total)).or_default().push(key.session_key);
        }
        let columns: Vec<Column> = Column::iter().collect();
        let mut loaded = HashMap::new();
        for ((slice, with_total), session_keys) in alike {
            let mut rows =
                store::items_of(&self.asker.scope()?, &self.statements, &session_keys, slice, &columns).await?;
            let totals = match with_total {
                true => Some(store::count_items_of(&self.asker.scope()?, &self.statements, &session_keys).await?),
                false => None,
            };
            for session_key in session_keys {
                let total = totals.as_ref().map(|totals| totals.get(&session_key).copied().unwrap_or(0));
                let rows = rows.remove(&session_key).unwrap_or_default();
                loaded.insert(ItemsKey { session_key, slice, with_total }, ItemSlice { slice, rows, total });
            }
        }
        Ok(loaded)
    }
}

/// Loads sessions for whoever knows no more than their keys, within one operation's scope.
pub struct SessionLoader {
    asker: Asker,
    statements: Statements,
}

pub type SessionLoaders = DataLoader<SessionLoader>;

/// The loader of one operation.
pub fn session_loaders(asker: Asker, statements: Statements) -> SessionLoaders {
    let loader = DataLoader::new(SessionLoader { asker, statements }, TokioSpawner::current(), TokioTimer::default());
    loader.max_batch_size(usize::MAX)
}

/// One session, if it is there.
pub async fn session(ctx: &Context<'_>, session_key: i64) -> Result<Option<LiveSession>> {
    ctx.given::<SessionLoaders>()?.load_one(session_key).await
}

impl Loader<i64> for SessionLoader {
    type Value = LiveSession;
    type Error = Error;

    async fn load(&self, keys: &[i64]) -> Result<HashMap<i64, LiveSession>> {
        let columns: Vec<_> = entity::live_session::Column::iter().collect();
        let rows = store::sessions(&self.asker.scope()?, &self.statements, keys, &columns).await?;
        rows.into_iter().map(|row| Ok((*row.id.read()?, LiveSession::alone(row)))).collect()
    }
}
