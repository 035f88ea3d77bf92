//! Connections: pages of a list that can grow, by keyset and never by offset, after Relay's cursor connections.

use std::borrow::Cow;

use async_graphql::{Object, OutputType, SimpleObject, TypeName};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::long::Long;
use crate::error::{ClientError, Error, Result};

/// Nodes of a page when the client names no size.
pub const DEFAULT_SIZE: u64 = 20;
/// The largest page.
pub const LARGEST_SIZE: u64 = 100;

/// A place in a list: the value the list is ordered by, and the row's key to tell equal values apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    pub value: i64,
    pub key: i64,
}

impl Cursor {
    /// `order` names the list's order, so that a cursor of one order is refused in another.
    pub fn encode(self, order: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{order}:{}:{}", self.value, self.key))
    }

    fn decode(text: &str, order: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (value, key) = text.strip_prefix(order)?.strip_prefix(':')?.split_once(':')?;
        Some(Self { value: value.parse().ok()?, key: key.parse().ok()? })
    }
}

/// The paging arguments of a field, as they came.
#[derive(Clone, Debug, Default)]
pub struct PageArguments {
    pub first: Option<i64>,
    pub after: Option<String>,
    pub last: Option<i64>,
    pub before: Option<String>,
}

/// The part of a list that is wanted, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slice {
    pub size: u64,
    /// Counted from the end of the list (`last`).
    pub backward: bool,
    pub after: Option<Cursor>,
    pub before: Option<Cursor>,
}

impl PageArguments {
    pub fn check(self, order: &str) -> Result<Slice> {
        if self.first.is_some() && self.last.is_some() {
            return Err(Error::invalid_input("last", "cannot be given together with `first`"));
        }
        let backward = self.last.is_some();
        let size = match (self.first, self.last) {
            (Some(size), _) => check_size("first", size)?,
            (_, Some(size)) => check_size("last", size)?,
            _ => DEFAULT_SIZE,
        };
        let after = check_cursor("after", self.after, order)?;
        let before = check_cursor("before", self.before, order)?;
        Ok(Slice { size, backward, after, before })
    }
}

fn check_size(argument: &'static str, size: i64) -> Result<u64> {
    u64::try_from(size)
        .ok()
        .filter(|size| (1..=LARGEST_SIZE).contains(size))
        .ok_or_else(|| Error::invalid_input(argument, format!("is {size}; it has to be from 1 to {LARGEST_SIZE}")))
}

fn check_cursor(argument: &'static str, text: Option<String>, order: &str) -> Result<Option<Cursor>> {
    let Some(text) = text else { return Ok(None) };
    match Cursor::decode(&text, order) {
        Some(cursor) => Ok(Some(cursor)),
        None => Err(ClientError::InvalidCursor { argument }.into()),
    }
}

impl Slice {
    /// How many rows to read: one more than wanted tells whether there are more.
    pub fn rows_to_read(self) -> u64 {
        self.size + 1
    }

    /// Makes a page of the rows read in the slice's direction.
    pub fn page<T>(
        self,
        mut rows: Vec<T>,
        total: Option<i64>,
        order: &'static str,
        place: impl Fn(&T) -> Result<Cursor>,
    ) -> Result<Connection<T>> {
        let more = rows.len() as u64 > self.size;
        rows.truncate(self.size as usize);
        if self.backward {
            rows.reverse();
        }
        let page_edges = rows.into_iter().map(|node| Ok(Edge { cursor: place(&node)?.encode(order), node }));
        Ok(Connection {
            edges: page_edges.collect::<Result<_>>()?,
            has_previous_page: if self.backward { more } else { self.after.is_some() },
            has_next_page: if self.backward { self.before.is_some() } else { more },
            total,
        })
    }
}

/// A page of nodes.
#[derive(Clone)]
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    has_previous_page: bool,
    has_next_page: bool,
    total: Option<i64>,
}

#[derive(Clone)]
pub struct Edge<T> {
    cursor: String,
    node: T,
}

/// Where a page lies in its list.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
struct PageInfo {
    /// Whether there are nodes after this page.
    has_next_page: bool,
    /// Whether there are nodes before this page.
    has_previous_page: bool,
    /// Cursor of the page's first node, for `before`; null for an empty page.
    start_cursor: Option<String>,
    /// Cursor of the page's last node, for `after`; null for an empty page.
    end_cursor: Option<String>,
}

/// A page of a list that can grow.
#[Object(name_type, directive = crate::graphql::sharing::studio_wide::apply(None))]
impl<T: OutputType> Connection<T> {
    /// The page's nodes, each with its cursor.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The page's nodes, for those who need no cursor of each.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where this page lies in its list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next_page,
            has_previous_page: self.has_previous_page,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// How many nodes the whole list has. Counted only when selected.
    async fn total_count(&self) -> Result<Long> {
        self.total.map(Long).ok_or_else(|| Error::internal("`totalCount` was selected and not counted"))
    }
}

/// A node and its place in the list.
#[Object(name_type, directive = crate::graphql::sharing::studio_wide::apply(None))]
impl<T: OutputType> Edge<T> {
    /// The node's place, for `after` and `before`. Opaque, and valid only for the same list in the same order.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The node itself.
    async fn node(&self) -> &T {
        &self.node
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}
