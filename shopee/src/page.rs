//! Lists that come in pages.

use crate::envelope::Answer;
use crate::error::Error;
use crate::wire::{self, Object};

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// Which page, from 1, as Shopee answered. `None` if not reported.
    pub page: Option<i64>,
    /// How many rows a page has, as Shopee answered.
    pub page_size: Option<i64>,
    /// How many rows there are on all pages.
    pub total: Option<i64>,
    /// The rows, in Shopee's order.
    pub list: Vec<T>,
    /// Rows left out because they had no id. More than zero means that Shopee has changed something.
    pub unreadable: usize,
}

impl<T> Page<T> {
    /// Reads `{page, pageSize, total, list}`. No data at all is an empty page.
    pub(crate) fn read(answer: &Answer, row: impl Fn(&Object<'_>) -> Option<T>) -> Result<Page<T>, Error> {
        let Some(data) = answer.object()? else {
            return Ok(Page { page: None, page_size: None, total: None, list: Vec::new(), unreadable: 0 });
        };
        let Rows { list, unreadable } = Rows::read(answer, &data, "list", row)?;
        let (page, page_size, total) = (data.count("page"), data.count("pageSize"), data.count("total"));
        Ok(Page { page, page_size, total, list, unreadable })
    }
}

/// Some rows of a list that is read from an offset on.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetPage<T> {
    /// The rows, in Shopee's order.
    pub list: Vec<T>,
    /// How many rows there are altogether.
    pub total: Option<i64>,
    /// Whether there are rows after these, where Shopee says so.
    pub has_more: Option<bool>,
    /// Rows left out because they had no id. More than zero means that Shopee has changed something.
    pub unreadable: usize,
}

impl<T> OffsetPage<T> {
    /// Reads a list and its size under the names that they have in this answer. No data at all is an empty list.
    pub(crate) fn read(
        answer: &Answer,
        list: &str,
        total: &str,
        row: impl Fn(&Object<'_>) -> Option<T>,
    ) -> Result<OffsetPage<T>, Error> {
        let data = answer.object()?.unwrap_or_default();
        let Rows { list, unreadable } = Rows::read(answer, &data, list, row)?;
        Ok(OffsetPage { list, total: data.count(total), has_more: data.flag("has_more"), unreadable })
    }
}

/// The rows that could be read, and the number of those that could not.
pub(crate) struct Rows<T> {
    pub(crate) list: Vec<T>,
    pub(crate) unreadable: usize,
}

impl<T> Rows<T> {
    /// A missing list is empty. A list of which no row can be read is not the list we asked for.
    pub(crate) fn read(
        answer: &Answer,
        data: &Object<'_>,
        key: &str,
        row: impl Fn(&Object<'_>) -> Option<T>,
    ) -> Result<Rows<T>, Error> {
        let Some(raw) = data.raw(key) else { return Ok(Rows { list: Vec::new(), unreadable: 0 }) };
        let elements = wire::elements(raw).ok_or_else(|| answer.garbled("the list is not a list"))?;
        let list: Vec<T> = elements.iter().filter_map(|raw| row(&Object::parse(raw)?)).collect();
        match elements.len() - list.len() {
            unreadable if unreadable > 0 && list.is_empty() => Err(answer.garbled("no row of the list has an id")),
            unreadable => Ok(Rows { list, unreadable }),
        }
    }
}

/// Which way a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// The word for it; empty if Shopee may choose.
pub(crate) fn sort_word(sort: Option<Sort>) -> &'static str {
    match sort {
        Some(Sort::Ascending) => "asc",
        Some(Sort::Descending) => "desc",
        None => "",
    }
}
