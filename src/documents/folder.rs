//! A folder of `.graphql` files, below each other as deep as one likes. Each operation of any file becomes a document, with the fragments
//! that it needs from whichever files they are in.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

use async_graphql::{
    Pos,
    parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet},
};

use super::pieces::{Found, Piece};
use crate::http::{
    DocumentLimits,
    documents::{self, kind_name},
};

/// Deeper than folders of documents are; a link that leads back up ends here.
const DEEPEST: usize = 16;

/// The files of a folder, in the order of their paths.
pub(super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, DEEPEST, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, deeper: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_document = path.extension().is_some_and(|extension| extension == "graphql" || extension == "gql");
        if path.is_dir() && deeper > 0 {
            collect(&path, deeper - 1, found)?;
        } else if is_document {
            found.push(path);
        }
    }
    Ok(())
}

/// The documents of a folder.
pub(super) async fn read(folder: &Path) -> Result<Vec<Found>, Vec<String>> {
    let folder = folder.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let files = files(&folder).map_err(|error| vec![format!("it cannot be read: {error}")])?;
        Definitions::of(&folder, &files)?.documents()
    });
    read.await.unwrap_or_else(|_| Err(vec!["it cannot be read".to_owned()]))
}

struct Operation {
    kind: &'static str,
    piece: Piece,
    spreads: BTreeSet<String>,
}

struct Fragment {
    piece: Piece,
    spreads: BTreeSet<String>,
}

/// What all files define, by name.
#[derive(Default)]
struct Definitions {
    operations: BTreeMap<String, Operation>,
    fragments: BTreeMap<String, Fragment>,
    problems: Vec<String>,
}

impl Definitions {
    fn of(folder: &Path, files: &[PathBuf]) -> Result<Self, Vec<String>> {
        let mut definitions = Self::default();
        for path in files {
            let file = path.strip_prefix(folder).unwrap_or(path).display().to_string();
            match std::fs::read_to_string(path) {
                Ok(text) => definitions.add(&file, &text.replace("\r\n", "\n")),
                Err(error) => definitions.problems.push(format!("{file}: cannot be read: {error}")),
            }
        }
        if definitions.problems.is_empty() { Ok(definitions) } else { Err(definitions.problems) }
    }

    fn add(&mut self, file: &str, text: &str) {
        let document = match parse(text) {
            Ok(document) => document,
            Err(documents::Objection { message, at }) => {
                let at = at.unwrap_or(Pos { line: 1, column: 1 });
                self.problems.push(format!("{file}:{at}: {message}"));
                return;
            }
        };
        let slices = Slices::of(file, text, &document);
        let operations = document.operations.iter().filter(|(_, operation)| operation.pos.line <= slices.lines());
        for (name, operation) in operations {
            let piece = slices.piece(operation.pos);
            let Some(name) = name else {
                self.problems.push(format!("{file}:{}: an operation needs a name here", operation.pos));
                continue;
            };
            let spreads = spreads(&operation.node.selection_set.node);
            let operation = Operation { kind: kind_name(operation.node.ty), piece, spreads };
            if let Some(first) = self.operations.insert(name.to_string(), operation) {
                self.twice(&format!("operation {name}"), &first.piece, file);
            }
        }
        for (name, fragment) in &document.fragments {
            let spreads = spreads(&fragment.node.selection_set.node);
            let fragment = Fragment { piece: slices.piece(fragment.pos), spreads };
            if let Some(first) = self.fragments.insert(name.to_string(), fragment) {
                self.twice(&format!("fragment {name}"), &first.piece, file);
            }
        }
    }

    fn twice(&mut self, what: &str, first: &Piece, file: &str) {
        self.problems.push(format!("{file}: {what} is also in {}:{}", first.file, first.at));
    }

    fn documents(self) -> Result<Vec<Found>, Vec<String>> {
        let documents = self.operations.iter().map(|(name, operation)| {
            let needed = self.needed(&operation.spreads);
            let fragments = needed.iter().filter_map(|name| self.fragments.get(name));
            let pieces = [&operation.piece].into_iter().chain(fragments.map(|fragment| &fragment.piece)).cloned();
            Found::of(name, operation.kind, pieces.collect())
        });
        Ok(documents.collect())
    }

    /// The fragments that are spread, by the operation or by each other. One that there is none of is for validation to tell.
    fn needed(&self, spread: &BTreeSet<String>) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        let mut next: Vec<&String> = spread.iter().collect();
        while let Some(name) = next.pop() {
            if needed.insert(name.clone()) {
                next.extend(self.fragments.get(name).into_iter().flat_map(|fragment| &fragment.spreads));
            }
        }
        needed
    }
}

/// A file's definitions. A file may hold more than a document may, since each of its operations becomes one.
fn parse(text: &str) -> Result<ExecutableDocument, documents::Objection> {
    let limits =
        DocumentLimits { tokens: usize::MAX, selections: u32::MAX, value_bytes: u32::MAX, ..DocumentLimits::default() };
    documents::parse(text, &limits).or_else(|objection| {
        // The parser takes no document without an operation, which a file of fragments is; with one it must be all right.
        documents::parse(&format!("{text}\n{{ __typename }}"), &limits).map_err(|_| objection)
    })
}

/// The names of the fragments that are spread.
fn spreads(set: &SelectionSet) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for selection in &set.items {
        found.extend(match &selection.node {
            Selection::Field(field) => spreads(&field.node.selection_set.node),
            Selection::InlineFragment(fragment) => spreads(&fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => BTreeSet::from([spread.node.fragment_name.node.to_string()]),
        });
    }
    found
}

/// The definitions of a file as texts.
struct Slices<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
    /// Where definitions begin, in order.
    beginnings: Vec<Pos>,
}

impl<'a> Slices<'a> {
    fn of(file: &'a str, text: &'a str, document: &ExecutableDocument) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let operations = match &document.operations {
            DocumentOperations::Single(operation) => vec![operation.pos],
            DocumentOperations::Multiple(operations) => operations.values().map(|operation| operation.pos).collect(),
        };
        let mut beginnings = operations;
        beginnings.extend(document.fragments.values().map(|fragment| fragment.pos));
        beginnings.sort();
        Self { file, lines, beginnings }
    }

    fn lines(&self) -> usize {
        self.lines.len()
    }

    /// The definition that begins there, up to the next one or to what is written above that.
    fn piece(&self, at: Pos) -> Piece {
        let end = self.beginnings.iter().find(|beginning| **beginning > at);
        let mut text = match self.lines.get(at.line - 1) {
            Some(line) if end.is_some_and(|end| end.line == at.line) => {
                let length = end.map_or(usize::MAX, |end| end.column - at.column);
                line.chars().skip(at.column - 1).take(length).collect::<String>()
            }
            Some(line) => line.chars().skip(at.column - 1).collect(),
            None => String::new(),
        };
        let last = end.map_or(self.lines.len(), |end| end.line - 1);
        for line in self.lines.iter().take(last).skip(at.line) {
            text.push('\n');
            text.push_str(line);
        }
        let text = without_last_comments(&text).to_owned();
        Piece { text, file: self.file.to_owned(), at }
    }
}

fn without_last_comments(text: &str) -> &str {
    let mut text = text.trim_end();
    while let Some((before, last)) = text.rsplit_once('\n') {
        if !last.trim_start().starts_with('#') {
            break;
        }
        text = before.trim_end();
    }
    text
}

#[cfg(test)]
mod tests;
