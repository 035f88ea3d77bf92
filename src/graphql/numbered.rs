//! Lists that Shopee keeps: paged by number and searched by a text, since Shopee does so; a cursor would promise what it does not
//! keep.

use crate::error::{Error, Result};

/// Nodes of a page when the client names no size. Not a default of the schema, which the library does not apply to a variable
/// that is left out.
pub const DEFAULT_SIZE: i64 = 10;
/// Nodes of a page at most, unless Shopee gives fewer.
const LARGEST_SIZE: u32 = 100;
/// Texts longer than this are not searched for.
const LONGEST_SEARCH: usize = 200;

/// Which page, checked: the arguments `page` and `pageSize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Numbered {
    /// From 1.
    pub page: u32,
    pub page_size: u32,
}

impl Numbered {
    pub fn check(page: Option<i64>, page_size: Option<i64>) -> Result<Self> {
        Self::check_up_to(LARGEST_SIZE, page, page_size)
    }

    /// The same for a list of which Shopee gives no more than `largest` rows at once: of a larger page the rest would be missing.
    pub fn check_up_to(largest: u32, page: Option<i64>, page_size: Option<i64>) -> Result<Self> {
        let (page, page_size) = (page.unwrap_or(1), page_size.unwrap_or(DEFAULT_SIZE));
        let page = u32::try_from(page).ok().filter(|page| (1..=100_000).contains(page));
        let page_size = u32::try_from(page_size).ok().filter(|size| (1..=largest).contains(size));
        Ok(Self {
            page: page.ok_or_else(|| Error::invalid_input("page", "has to be from 1 to 100000"))?,
            page_size: page_size
                .ok_or_else(|| Error::invalid_input("pageSize", format!("has to be from 1 to {largest}")))?,
        })
    }

    /// How many rows stand on the pages before this one.
    pub fn offset(self) -> u32 {
        (self.page - 1).saturating_mul(self.page_size)
    }
}

/// A text to search for, without the blanks around it; empty for all.
pub fn search(argument: &'static str, text: Option<String>) -> Result<String> {
    let text = text.unwrap_or_default().trim().to_owned();
    match text.chars().count() {
        0..=LONGEST_SEARCH => Ok(text),
        _ => Err(Error::invalid_input(argument, format!("is longer than {LONGEST_SEARCH} characters"))),
    }
}
