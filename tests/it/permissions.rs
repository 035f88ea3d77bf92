//! Who may do what: every cell of `docs/permissions.md`, tried through the front door. What is refused changes no row and asks
//! Shopee nothing, and an outsider cannot tell it from what is not there.

mod operations;
mod rows;
mod table;
mod things;

use std::collections::BTreeSet;

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use live_gateway::api;
use serde_json::{Value, json};
use testing::{Database, on_both};

use self::{
    operations::OPERATIONS,
    rows::Rows,
    table::{Asker, Outcome, Row, table},
    things::{Things, nowhere},
};
use crate::support::{
    answer::without_request_ids,
    stream::{Event, Stream},
    world::{Start, World},
};

on_both!(what_the_table_says_of_reading, what_the_table_says_of_changes, what_the_table_says_of_watching);

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Every field of the schema, as `Query.viewer`.
fn fields() -> BTreeSet<String> {
    let document = parse_schema(api::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    let fields = types.flat_map(|of| {
        let fields = match of.kind {
            TypeKind::Object(object) => object.fields,
            _ => Vec::new(),
        };
        fields.into_iter().map(move |field| format!("{}.{}", of.name.node, field.node.name.node))
    });
    fields.collect()
}

#[test]
fn every_root_field_has_a_row_and_every_row_an_operation() {
    let rows: Vec<String> = table().into_iter().map(|row| row.field).collect();
    let distinct: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), distinct.len(), "a field has two rows");
    let (fields, is_of_a_root) = (fields(), |field: &&String| ROOTS.contains(&field.split('.').next().unwrap()));
    let without_a_row: Vec<_> = fields.iter().filter(is_of_a_root).filter(|field| !distinct.contains(*field)).collect();
    assert!(without_a_row.is_empty(), "docs/permissions.md says nothing of {without_a_row:?}");
    let gone: Vec<_> = distinct.iter().filter(|row| !fields.contains(field_of(row))).collect();
    assert!(gone.is_empty(), "docs/permissions.md speaks of {gone:?}");
    let tried: BTreeSet<String> = OPERATIONS.iter().map(|(field, _)| (*field).to_owned()).collect();
    assert_eq!(distinct, tried, "docs/permissions.md and tests/it/permissions/operations.rs");
}

/// The field that a row is about.
fn field_of(row: &str) -> &str {
    row.split_once('(').map_or(row, |(field, _)| field)
}

async fn what_the_table_says_of_reading(database: Database) {
    every_cell(&database, |of| of != "Mutation" && of != "Subscription").await;
}

async fn what_the_table_says_of_changes(database: Database) {
    every_cell(&database, |of| of == "Mutation").await;
}

async fn what_the_table_says_of_watching(database: Database) {
    every_cell(&database, |of| of == "Subscription").await;
}

/// Tries the rows of some types' fields.
async fn every_cell(database: &Database, is_meant: impl Fn(&str) -> bool) {
    let variables = vec![("EXTERNAL_API_BASE_URL", "https://api.example".to_owned())];
    let world = World::start_with(database, Start { accounts: 1, variables }).await;
    let (connection, rows) = (database.connect().await, Rows::of(database).await);
    let table: Vec<Row> = table().into_iter().filter(|row| is_meant(row.field.split('.').next().unwrap())).collect();
    // What is refused leaves everything as it was, so it goes first.
    for is_allowed in [false, true] {
        for (Row { field, cells }, document) in table.iter().flat_map(with_operations) {
            let name = field_of(field).split_once('.').unwrap().1;
            for (asker, outcome) in cells.iter().filter(|(_, outcome)| (*outcome == Outcome::Yes) == is_allowed) {
                let trial = Trial { world: &world, rows: &rows, name, document, asker: *asker };
                trial.comes_to(outcome, &Things::of(&world, &connection, *asker).await).await;
            }
        }
    }
    world.stop().await;
}

fn with_operations(row: &Row) -> impl Iterator<Item = (&Row, &'static str)> {
    let operations = OPERATIONS.iter().filter(|(field, _)| *field == row.field);
    operations.map(move |(_, document)| (row, *document))
}

/// One operation by one who asks.
struct Trial<'a> {
    world: &'a World,
    rows: &'a Rows,
    /// The field's.
    name: &'a str,
    document: &'a str,
    asker: Asker,
}

impl Trial<'_> {
    async fn comes_to(&self, outcome: &Outcome, things: &Things<'_>) {
        let variables = things.variables_of(self.document).await;
        let token = self.asker.token(self.world).await;
        self.world.shopee().reset_calls();
        let before = self.rows.all().await;
        let answer = self.answer(token.as_deref(), variables).await;
        let what = format!("{} by {:?}: {answer}", self.document, self.asker);
        assert_eq!(&self.outcome(&answer), outcome, "{what}");
        if *outcome == Outcome::Yes {
            return;
        }
        assert_eq!(before, self.rows.all().await, "{what}");
        assert!(self.world.shopee().calls_by_name().is_empty(), "{what}");
        if self.asker.is_outsider() && outcome.tells_nothing() {
            let of_nothing = self.answer(token.as_deref(), nowhere(self.document)).await;
            assert_eq!(without_request_ids(&answer), without_request_ids(&of_nothing), "{what}");
        }
    }

    /// The text of what comes back, or of the subscription's first event.
    async fn answer(&self, token: Option<&str>, variables: Value) -> String {
        match self.document.starts_with("subscription") {
            true => {
                let url = self.world.gateway.url();
                match Stream::open(&url, token, self.document, variables).await.event().await {
                    Event::Next(payload) => payload.to_string(),
                    Event::Error(errors) => json!({ "errors": errors }).to_string(),
                    Event::Complete => panic!("{}: no event", self.document),
                }
            }
            false => self.world.post(token, self.document, variables).await.text().await.unwrap(),
        }
    }

    fn outcome(&self, answer: &str) -> Outcome {
        let answer: Value = serde_json::from_str(answer).unwrap();
        if let Some(error) = answer["errors"].get(0) {
            return Outcome::Refused(error["extensions"]["code"].as_str().unwrap().to_owned());
        }
        let Some(field) = found(self.name, &answer["data"]).filter(|field| !is_nothing(field)) else {
            return Outcome::Nothing;
        };
        match field["userErrors"].get(0) {
            Some(error) => Outcome::Refused(error["code"].as_str().unwrap().to_owned()),
            None => Outcome::Yes,
        }
    }
}

/// The member of this name, however deep.
fn found<'a>(name: &str, value: &'a Value) -> Option<&'a Value> {
    let members = value.as_object()?;
    members.get(name).or_else(|| members.values().find_map(|member| found(name, member)))
}

/// Null, a list of nulls, or an empty connection.
fn is_nothing(field: &Value) -> bool {
    match field {
        Value::Null => true,
        Value::Array(entries) => entries.iter().all(is_nothing),
        field => field.get("nodes").is_some_and(|nodes| *nodes == json!([])),
    }
}
