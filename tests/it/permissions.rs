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
    things::Things,
};
use crate::support::{
    answer::without_request_ids,
    stream::{Event, Stream},
    world::World,
};

on_both!(what_the_table_says_of_reading, what_the_table_says_of_changes, what_the_table_says_of_watching);

/// The root fields of the schema, as `Query.viewer`.
fn root_fields() -> BTreeSet<String> {
    let document = parse_schema(api::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    let roots = types.filter(|kind| ["Query", "Mutation", "Subscription"].contains(&kind.name.node.as_str()));
    let fields = roots.flat_map(|root| {
        let TypeKind::Object(object) = root.kind else { panic!("{} is no object", root.name.node) };
        let name = root.name.node;
        object.fields.into_iter().map(move |field| format!("{name}.{}", field.node.name.node))
    });
    fields.collect()
}

#[test]
fn every_root_field_has_a_row_and_every_row_an_operation() {
    let rows: Vec<String> = table().into_iter().map(|row| row.field).collect();
    let distinct: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), distinct.len(), "a field has two rows");
    assert_eq!(distinct, root_fields(), "docs/permissions.md and the schema");
    let tried: BTreeSet<String> = OPERATIONS.iter().map(|(field, _)| (*field).to_owned()).collect();
    assert_eq!(distinct, tried, "docs/permissions.md and tests/it/permissions/operations.rs");
}

async fn what_the_table_says_of_reading(database: Database) {
    every_cell("Query", &database).await;
}

async fn what_the_table_says_of_changes(database: Database) {
    every_cell("Mutation", &database).await;
}

async fn what_the_table_says_of_watching(database: Database) {
    every_cell("Subscription", &database).await;
}

async fn every_cell(root: &str, database: &Database) {
    let world = World::start(database).await;
    let rows = Rows::of(database).await;
    for Row { field, cells } in table().iter().filter(|row| row.field.starts_with(&format!("{root}."))) {
        for (_, document) in OPERATIONS.iter().filter(|(of, _)| of == field) {
            // What is refused leaves everything as it was, so it goes first.
            let (allowed, refused): (Vec<_>, Vec<_>) = cells.iter().partition(|(_, outcome)| *outcome == Outcome::Yes);
            for (asker, outcome) in refused.into_iter().chain(allowed) {
                let trial = Trial { world: &world, rows: &rows, document, asker: *asker };
                trial.comes_to(outcome, &Things::of_the_first_studio(database).await).await;
            }
        }
    }
    world.stop().await;
}

/// One operation by one who asks.
struct Trial<'a> {
    world: &'a World,
    rows: &'a Rows,
    document: &'a str,
    asker: Asker,
}

impl Trial<'_> {
    async fn comes_to(&self, outcome: &Outcome, things: &Things) {
        let token = self.asker.token(self.world).await;
        self.world.shopee().reset_calls();
        let before = self.rows.all().await;
        let answer = self.answer(token.as_deref(), things).await;
        let what = format!("{} by {:?}: {answer}", self.document, self.asker);
        assert_eq!(&self.outcome(&answer), outcome, "{what}");
        if *outcome == Outcome::Yes {
            return;
        }
        assert_eq!(before, self.rows.all().await, "{what}");
        assert!(self.world.shopee().calls_by_name().is_empty(), "{what}");
        if self.asker.is_outsider() {
            let of_nothing = self.answer(token.as_deref(), &Things::nowhere()).await;
            assert_eq!(without_request_ids(&answer), without_request_ids(&of_nothing), "{what}");
        }
    }

    /// The text of what comes back, or of the subscription's first event.
    async fn answer(&self, token: Option<&str>, things: &Things) -> String {
        let variables = things.variables_of(self.document);
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
        let field = answer["data"].as_object().unwrap().values().next().unwrap();
        if is_nothing(field) {
            return Outcome::Nothing;
        }
        let is_a_change = self.document.starts_with("mutation");
        assert!(!is_a_change || field["userErrors"] == json!([]), "there is something to mend: {answer}");
        Outcome::Yes
    }
}

/// Null, a list of nulls, or an empty connection.
fn is_nothing(field: &Value) -> bool {
    match field {
        Value::Null => true,
        Value::Array(entries) => entries.iter().all(is_nothing),
        field => field.get("nodes").is_some_and(|nodes| *nodes == json!([])),
    }
}
