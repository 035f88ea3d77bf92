//! A manifest: the documents by their ids, in the format that the tools of Apollo's clients write and read. What code generators write, an
//! object with a document below each id, is read too.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};

use super::pieces::Found;
use crate::http::documents;

const FORMAT: &str = "apollo-persisted-query-manifest";
const VERSION: u32 = 1;

/// Documents, each with one operation.
#[derive(Debug, Deserialize, Serialize)]
pub struct Manifest {
    format: String,
    version: u32,
    /// In the order of their names.
    pub operations: Vec<Entry>,
}

/// One document.
#[derive(Debug, Deserialize, Serialize)]
pub struct Entry {
    /// The SHA-256 of the body, unless another tool chose another one.
    pub id: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub body: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Manifest(Manifest),
    Bodies(BTreeMap<String, String>),
}

impl Manifest {
    pub(super) fn of(mut operations: Vec<Entry>) -> Self {
        operations.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Self { format: FORMAT.to_owned(), version: VERSION, operations }
    }

    /// As a file of it looks.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

impl Entry {
    /// A document that has its hash for an id.
    pub(super) fn of(name: &str, kind: &str, body: String) -> Self {
        Self { id: documents::hash(&body), name: name.to_owned(), kind: kind.to_owned(), body }
    }
}

/// What a file lists.
pub(super) async fn read(path: &Path) -> Result<Vec<Found>, Vec<String>> {
    let text = tokio::fs::read_to_string(path).await.map_err(|error| vec![format!("it cannot be read: {error}")])?;
    let operations = match serde_json::from_str(&text) {
        Ok(Written::Manifest(manifest)) if manifest.format == FORMAT && manifest.version == VERSION => {
            manifest.operations
        }
        Ok(Written::Bodies(bodies)) => bodies.into_iter().map(unnamed).collect(),
        Ok(Written::Manifest(_)) | Err(_) => {
            let wanted = format!("an object with `format` \"{FORMAT}\", `version` {VERSION} and `operations`");
            return Err(vec![format!("this is no manifest, which is {wanted}")]);
        }
    };
    Ok(operations.into_iter().map(Found::listed).collect())
}

fn unnamed((id, body): (String, String)) -> Entry {
    Entry { name: id.clone(), id, kind: String::new(), body }
}
