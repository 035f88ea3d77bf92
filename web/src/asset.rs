//! The embedded files, each found by an address that contains a hash of its content.

/// A file that a page needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// The file as it is.
    pub bytes: &'static [u8],
    /// The same file compressed, for clients that accept `gzip`; null where compression would gain nothing.
    pub gzip: Option<&'static [u8]>,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The value of `ETag` for `bytes`, with its quotes: a hash of the content.
    pub etag: &'static str,
    /// The value of `ETag` for `gzip`: a strong tag names one encoding only.
    pub gzip_etag: &'static str,
    /// Whether the address will answer with this content for ever, so that clients may keep it without asking again.
    pub immutable: bool,
}

/// Whether GraphiQL's own files are embedded. If not, its page asks a CDN for them.
pub const BUNDLED: bool = table::BUNDLED;

/// The file at a request's path (`/assets/graphiql-1a2b3c4d5e6f.js`); none if there is no such file.
pub fn asset(path: &str) -> Option<Asset> {
    table::ENTRIES.iter().find(|entry| entry.path == path).map(|entry| entry.asset)
}

/// Where a file is served, by the name it has in its source folder or package; none if it is not embedded.
pub(crate) fn path_of(name: &str) -> Option<&'static str> {
    table::ENTRIES.iter().find(|entry| entry.name == name).map(|entry| entry.path)
}

/// One row of the table that `build.rs` writes.
struct Entry {
    name: &'static str,
    path: &'static str,
    asset: Asset,
}

/// What `build.rs` found: the assets, the addresses of our own ones, and the example operations.
pub(crate) mod table {
    use super::{Asset, Entry};

    include!(concat!(env!("OUT_DIR"), "/table.rs"));
}
