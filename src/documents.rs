//! Trusted documents: where they come from, whether the schema has what they ask for, and what changes while the gateway runs.
//!
//! They are written in a folder of `.graphql` files, or in a manifest that was made of one. Nothing is trusted unless all of it is good:
//! a folder or a manifest with something wrong in it leaves everything as it was.

mod folder;
mod manifest;
mod pieces;
mod watch;

use std::{
    io,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
};

use async_graphql::Request;
use futures_util::FutureExt as _;

pub use self::{manifest::Manifest, watch::Watched};
use crate::{
    api,
    http::{
        DocumentLimits, Trusted,
        documents::{self, Objection},
    },
};

/// More problems than this are for a second look.
const MOST_PROBLEMS: usize = 20;

/// Why documents are not trusted: a line each, beginning with where it is.
#[derive(Debug, thiserror::Error)]
#[error("the documents of {} have {}:\n  - {}", .path.display(), counted(.problems.len()), told(.problems))]
pub struct Problems {
    path: PathBuf,
    problems: Vec<String>,
}

fn counted(problems: usize) -> String {
    if problems == 1 { "a problem".to_owned() } else { format!("{problems} problems") }
}

fn told(problems: &[String]) -> String {
    problems.iter().take(MOST_PROBLEMS).cloned().collect::<Vec<_>>().join("\n  - ")
}

/// The documents of a folder, or of a manifest, if nothing is wrong with any of them.
pub async fn read(path: &Path) -> Result<Manifest, Problems> {
    let problems = |problems| Problems { path: path.to_owned(), problems };
    let unreadable = |error: io::Error| problems(vec![format!("{} cannot be read: {error}", path.display())]);
    let is_folder = tokio::fs::metadata(path).await.map_err(unreadable)?.is_dir();
    let found = if is_folder { folder::read(path).await } else { manifest::read(path).await };
    let found = found.map_err(problems)?;
    let (schema, mut wrong) = (api::validator(), Vec::new());
    for document in &found {
        let objections = objections(&schema, &document.entry.body).await;
        wrong.extend(objections.iter().map(|objection| document.told(objection)));
    }
    match (wrong.is_empty(), found.is_empty()) {
        (false, _) => Err(problems(wrong)),
        (true, true) => Err(problems(vec!["there is no document in it".to_owned()])),
        (true, false) => Ok(Manifest::of(found.into_iter().map(|document| document.entry).collect())),
    }
}

/// What the guard, or else the schema, has against a document.
async fn objections(schema: &api::Schema, body: &str) -> Vec<Objection> {
    if let Err(objection) = documents::parse(body, &DocumentLimits::default()) {
        return vec![objection];
    }
    // A set of documents is read while the gateway serves: a mistake of the library's may cost the set, and nothing else.
    let Ok(answer) = AssertUnwindSafe(schema.execute(Request::new(body))).catch_unwind().await else {
        return vec![Objection { message: "this cannot be validated".to_owned(), at: None }];
    };
    let objection =
        |error: async_graphql::ServerError| Objection { at: error.locations.first().copied(), message: error.message };
    answer.errors.into_iter().map(objection).collect()
}

/// What is trusted: these, and the gateway's own.
fn trusted(manifest: Manifest, own: &[&'static str]) -> Trusted {
    let own = own.iter().map(|text| (documents::hash(text), (*text).to_owned()));
    let listed = manifest.operations.into_iter().map(|entry| (entry.id, entry.body));
    Trusted::of(own.chain(listed))
}
