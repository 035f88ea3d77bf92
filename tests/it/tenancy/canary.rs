//! Thousands of random operations by members of one studio, against the real program, beside another studio that is full of texts
//! and ids that stand nowhere else: not one of these in an answer, an event or a line of the log.
//!
//! `CANARY_SEED` makes other operations, `CANARY_OPERATIONS` more of them; the same seed makes the same ones again. Each back end
//! gets operations of its own, so that a run of both tries twice as many.

mod alike;
mod house;
mod needles;
mod operations;
mod sdl;
mod values;

use std::{collections::BTreeSet, time::Duration};

use futures_util::{StreamExt as _, stream};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use testing::{Database, on_both};
use tokio::time::timeout;

use self::{
    house::{House, Side},
    needles::Needles,
    operations::{About, Operation, Root, Writer},
    sdl::Types,
};
use crate::support::{
    from_environment,
    stream::{Event, Stream},
};

on_both!(no_random_operation_leads_into_another_studio);

/// Asked by members of the first studio, on each back end.
const OPERATIONS: u64 = 1_500;
/// So many ask for every field there is.
const ALL_FIELDS: u64 = 5_000;
/// Asked by a member of the other studio, who has to meet what the others must not.
const CONTROLS: u64 = 300;
const AT_ONCE: usize = 8;
/// A stream that has nothing to tell by then stays silent.
const SILENCE: Duration = Duration::from_secs(3);

/// What a run has seen.
#[derive(Debug, Default)]
struct Seen {
    /// Answers without an error, with something in them.
    answered: u64,
    /// Answers and events with something of the asker's own studio.
    own: u64,
    /// The fields that were asked for, as `LiveSession.sessionName`.
    fields: BTreeSet<String>,
}

async fn no_random_operation_leads_into_another_studio(database: Database) {
    let default_seed = if database.url.starts_with("sqlite") { 20_261_122 } else { 20_261_123 };
    let (seed, count) =
        (from_environment("CANARY_SEED", default_seed), from_environment("CANARY_OPERATIONS", OPERATIONS));
    let house = House::furnished(&database).await;
    let types = Types::of_the_schema();
    let [first, other] = [Side::First, Side::Other].map(|side| Needles::of(&house, side));

    let guests = house.open().await;
    let run = Run { house: &house, url: &guests.url, types: &types, seed, asker: Side::First, about: About::Anyones };
    let seen = run.all(0..count, |answer, operation| {
        let found = other.found_in(answer);
        assert_eq!(found, None, "{operation:#?}\n{answer}");
        first.found_in(answer).is_some()
    });
    let seen = seen.await;
    let log = guests.close().await;
    // What is only read from the database leaves no line.
    let written = log.lines().count() as u64;
    assert!(log.contains("TRACE") && written > count / 2, "the log tells what there is: {written} lines");
    let tokens = [Root::Query, Root::Mutation].map(|root| house.token(Side::First, root));
    assert!(!log.contains("more than its price says"), "what an operation may cost is known before");
    let told = other.found_in(&log).or(tokens.into_iter().find(|token| log.contains(token)));
    let lines = told.map(|told| log.lines().filter(|line| line.contains(told)).take(3).collect::<Vec<_>>());
    assert_eq!(lines, None, "the log tells what it must not");

    let untried = types.fields().iter().map(|target| format!("{}.{}", target.owner, target.field));
    let untried: Vec<_> = untried.filter(|field| !seen.fields.contains(field)).collect();
    assert!(untried.is_empty() || count < ALL_FIELDS, "CANARY_SEED={seed} never asks for {untried:?}");
    assert!(seen.answered > count / 20 && seen.own > count / 40, "of {count}: {} {}", seen.answered, seen.own);
    the_others_do_meet_them(&house, &types, seed, &other).await;
}

/// Such operations by whom these things belong to, about these only and the whole of the schema: it is not the operations that cannot
/// find them.
async fn the_others_do_meet_them(house: &House, types: &Types, seed: u64, needles: &Needles) {
    let open = house.open().await;
    let run = Run { house, url: &open.url, types, seed, asker: Side::Other, about: About::TheirOwn };
    let apart = (types.fields().len() / CONTROLS as usize).max(1);
    let numbers = (0..).step_by(apart).take(CONTROLS as usize);
    let seen = run.all(numbers, |answer, _| needles.found_in(answer).is_some()).await;
    assert!(seen.own > CONTROLS / 10, "of {CONTROLS}: {}", seen.own);
    let log = open.close().await;
    assert_eq!(needles.secret_in(&log), None, "secrets belong into nobody's log");
}

/// Many operations by one side.
struct Run<'a> {
    house: &'a House,
    url: &'a str,
    types: &'a Types,
    seed: u64,
    asker: Side,
    about: About,
}

impl Run<'_> {
    /// Asks those of these numbers, several at once; `is_own` looks at each answer.
    async fn all(&self, numbers: impl Iterator<Item = u64>, is_own: impl Fn(&str, &Operation) -> bool) -> Seen {
        let client = crate::support::client();
        let asked = stream::iter(numbers).map(|number| {
            let (operation, client) = (self.operation(number), &client);
            async move { (self.answer(client, &operation).await, operation) }
        });
        let mut asked = asked.buffer_unordered(AT_ONCE);
        let mut seen = Seen::default();
        while let Some((text, mut operation)) = asked.next().await {
            let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{operation:#?}\n{text}"));
            check_errors(&answer, &operation);
            check_cost(&answer, &operation);
            seen.own += u64::from(is_own(&text, &operation));
            seen.answered += u64::from(answer.get("errors").is_none() && has_something(&answer["data"]));
            seen.fields.append(&mut operation.fields);
        }
        seen
    }

    /// The operation of this number, always the same.
    fn operation(&self, number: u64) -> Operation {
        let mut dice = StdRng::seed_from_u64(self.seed.wrapping_mul(1_000_003).wrapping_add(number));
        let targets = self.types.fields();
        let target = &targets[number as usize % targets.len()];
        let from_there = |root: &Root| self.types.steps(&format!("{root:?}"), &target.owner).is_some();
        let root = match dice.random_range(0..100) {
            0..2 => Root::Mutation,
            2..4 => Root::Subscription,
            4..40 => {
                [Root::Query, Root::Subscription, Root::Mutation].into_iter().find(from_there).unwrap_or(Root::Query)
            }
            _ => Root::Query,
        };
        let name = format!("Seed{}Number{number}", self.seed);
        Writer::new(self.types, &self.house.things, self.asker, target, dice).about(self.about).operation(root, &name)
    }

    async fn answer(&self, client: &reqwest::Client, operation: &Operation) -> String {
        let Operation { root, document, variables, .. } = operation;
        let token = self.house.token(self.asker, *root);
        if *root == Root::Subscription {
            let mut stream = Stream::open(self.url, Some(token), document, variables.clone()).await;
            return match timeout(SILENCE, stream.event()).await {
                Ok(Event::Next(payload)) => payload.to_string(),
                Ok(Event::Error(errors)) => json!({ "errors": errors }).to_string(),
                Ok(Event::Complete) | Err(_) => json!({}).to_string(),
            };
        }
        let request = client.post(format!("{}/graphql", self.url)).bearer_auth(token);
        let request = request.json(&json!({ "query": document, "variables": variables }));
        request.send().await.unwrap().text().await.unwrap()
    }
}

/// Operations are valid, and nothing they ask for breaks the gateway.
fn check_errors(answer: &Value, operation: &Operation) {
    for error in answer["errors"].as_array().into_iter().flatten() {
        let code = error["extensions"]["code"].as_str().unwrap_or("none");
        let never = ["none", "INTERNAL", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "OVERLOADED"];
        assert!(!never.contains(&code), "{operation:#?}\n{answer:#}");
    }
}

/// What an operation may cost at most is known before it runs.
fn check_cost(answer: &Value, operation: &Operation) {
    let cost = &answer["extensions"]["cost"];
    if let Some(requested) = cost["requested"].as_u64() {
        let actual = cost["actual"].as_u64().unwrap();
        assert!(actual <= requested, "{operation:#?}\n{answer:#}");
        assert_eq!(cost["refunded"], requested - actual);
    }
}

/// Whether there is a value that is neither null nor empty.
fn has_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(values) => values.iter().any(has_something),
        Value::Object(values) => values.values().any(has_something),
        _ => true,
    }
}
