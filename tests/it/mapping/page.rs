//! `docs/mapping.md`, read from the file.

use std::{collections::BTreeSet, fs};

use async_graphql::parser::{
    parse_query,
    types::{OperationDefinition, OperationType},
};

/// What takes the place of one old call or endpoint.
#[derive(Debug)]
pub(super) struct Row {
    /// Its heading: number and old name.
    pub(super) old: String,
    /// What its arrow points to, such as `Query.liveSession`.
    pub(super) named: Vec<String>,
    /// What it says is not there yet.
    pub(super) missing: Vec<String>,
    pub(super) operations: Vec<Operation>,
}

/// One operation that readers are to copy.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) text: String,
    pub(super) variables: BTreeSet<String>,
    pub(super) is_subscription: bool,
}

/// The rows of one chapter, by a word of its title.
pub(super) fn rows(chapter: &str) -> Vec<Row> {
    chapter_called(chapter).split("\n### ").skip(1).map(row).collect()
}

/// The variables that the page explains.
pub(super) fn explained() -> BTreeSet<String> {
    let text = chapter_called("Variables");
    let names = text.lines().filter(|line| line.starts_with("| `$")).filter_map(|line| line.split('|').nth(1));
    names.flat_map(quoted).map(|name| name.trim_start_matches('$').to_owned()).collect()
}

fn chapter_called(word: &str) -> String {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/mapping.md")).unwrap();
    let titled = |chapter: &&str| chapter.lines().next().unwrap_or_default().contains(word);
    let mut chapters = text.split("\n## ").skip(1).filter(titled);
    let found = chapters.next().unwrap_or_else(|| panic!("no chapter {word}")).to_owned();
    assert!(chapters.next().is_none(), "two chapters {word}");
    found
}

fn row(text: &str) -> Row {
    let (heading, body) = text.split_once('\n').unwrap();
    let paragraphs = |mark: &'static str| body.split("\n\n").map(str::trim).filter(move |part| part.starts_with(mark));
    Row {
        old: heading.replace('`', ""),
        named: paragraphs("→").flat_map(quoted).filter(|word| is_path(word)).map(str::to_owned).collect(),
        missing: paragraphs("**Not yet:**").flat_map(quoted).map(str::to_owned).collect(),
        operations: body.split("```graphql\n").skip(1).map(operation).collect(),
    }
}

/// What stands between backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Whether a word is `Type.field`.
fn is_path(word: &str) -> bool {
    word.split_once('.').is_some_and(|(kind, field)| {
        kind.starts_with(char::is_uppercase) && field.chars().all(|letter| letter.is_ascii_alphanumeric())
    })
}

fn operation(rest: &str) -> Operation {
    let text = rest.split_once("```").unwrap_or_else(|| panic!("a block without an end: {rest}")).0.to_owned();
    let definition = definition(&text);
    let variables = definition.variable_definitions.iter().map(|variable| variable.node.name.node.to_string());
    Operation { variables: variables.collect(), is_subscription: definition.ty == OperationType::Subscription, text }
}

/// The one operation of a block, which has a name for clients' tools and for whoever reads a log.
fn definition(text: &str) -> OperationDefinition {
    let document = parse_query(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut operations = document.operations.iter();
    let (name, definition) = operations.next().unwrap();
    assert!(name.is_some() && operations.next().is_none(), "one operation with a name: {text}");
    definition.node.clone()
}

impl Operation {
    /// Whether a field of this name is selected, or a word stands there that is spelled like it.
    pub(super) fn selects(&self, field: &str) -> bool {
        self.text.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == field)
    }
}
