//! A document of pieces: an operation and the fragments that it needs, each from some line of some file.

use async_graphql::Pos;

use super::manifest::Entry;
use crate::http::documents::Objection;

/// A definition as it stands in a file.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) file: String,
    /// Where it begins there.
    pub(super) at: Pos,
}

/// A document and where it was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) entry: Entry,
    /// In their order in the body; none for what a manifest lists.
    pieces: Vec<Piece>,
}

/// What stands between two pieces.
pub(super) const BETWEEN: &str = "\n\n";

impl Found {
    pub(super) fn listed(entry: Entry) -> Self {
        Self { entry, pieces: Vec::new() }
    }

    pub(super) fn of(name: &str, kind: &str, pieces: Vec<Piece>) -> Self {
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        Self { entry: Entry::of(name, kind, texts.join(BETWEEN)), pieces }
    }

    /// A problem, beginning with where it is.
    pub(super) fn told(&self, Objection { message, at }: &Objection) -> String {
        let at = at.unwrap_or(Pos { line: 1, column: 1 });
        match self.origin(at) {
            Some((file, at)) => format!("{file}:{at}: {message}"),
            None => format!("{}:{at}: {message}", self.entry.name),
        }
    }

    /// The place in a file of a place in the body.
    fn origin(&self, at: Pos) -> Option<(&str, Pos)> {
        let mut first = 1;
        for piece in &self.pieces {
            let lines = piece.text.lines().count();
            if at.line < first + lines {
                let down = at.line.saturating_sub(first);
                let column = if down == 0 { at.column + piece.at.column - 1 } else { at.column };
                return Some((&piece.file, Pos { line: piece.at.line + down, column }));
            }
            // With the empty line between this one and the next.
            first += lines + 1;
        }
        None
    }
}
