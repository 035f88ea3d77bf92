//! What the schema tells of itself: computed once for each question, and only where it may be asked.

use futures_util::future::join_all;
use serde_json::{Value, json};
use testing::{Database, on_both, on_sqlite};

use crate::support::{
    answer::{cache_hits, code},
    world::{Start, World},
};

on_both!(the_same_question_is_answered_once);

const TYPES: &str =
    "query Types($deprecated: Boolean) { __schema { types { name fields(includeDeprecated: $deprecated) { name } } } }";

async fn the_same_question_is_answered_once(database: Database) {
    let world = World::start(&database).await;
    let asked = join_all((0..12).map(|number| {
        let token = if number % 2 == 0 { Some(&*world.token) } else { None };
        world.ask_as(token, TYPES, json!({ "deprecated": false }))
    }));
    let answers = asked.await;
    let data = &answers[0]["data"];
    assert!(data["__schema"]["types"].as_array().is_some_and(|types| types.len() > 50), "{data:#}");
    assert!(answers.iter().all(|answer| answer["data"] == *data));
    // From then on it is not executed any more.
    let text = async || {
        let text = world.text("{ __schema { types { name } } }").await;
        text.split_once(",\"extensions\"").map(|(data, _)| data.to_owned()).unwrap()
    };
    let (first, again) = (text().await, text().await);
    assert_eq!(first, again);
    assert_eq!(cache_hits(&world.ask_as(None, TYPES, json!({ "deprecated": false })).await), 1);
    // Another question is another one.
    let other = world.ask_as(None, TYPES, json!({ "deprecated": true })).await;
    assert_eq!(cache_hits(&other), 0);
    assert_eq!(cache_hits(&world.ask_as(None, TYPES, json!({ "deprecated": true })).await), 1);
    // Whatever else is asked for is not kept.
    let viewer = "{ __schema { queryType { name } } viewer { email } }";
    for (token, email) in [(Some(&*world.token), json!({ "email": crate::support::world::OWNER })), (None, Value::Null)]
    {
        let answer = world.ask_as(token, viewer, json!({})).await;
        assert_eq!((&answer["data"]["viewer"], cache_hits(&answer)), (&email, 0));
    }
    world.stop().await;
}

#[tokio::test]
async fn it_can_be_switched_off() {
    on_sqlite(async |database: Database| {
        let variables = vec![("INTROSPECTION", "false".to_owned())];
        let world = World::start_with(&database, Start { accounts: 1, variables }).await;
        let fragment =
            "{ ...Asks } fragment Asks on Query { viewer { email } ... { a: __type(name: \"Query\") { name } } }";
        for query in ["{ __schema { queryType { name } } }", "{ __type(name: \"Query\") { name } }", TYPES, fragment] {
            let answer = world.ask(query, json!({})).await;
            assert!(answer.get("data").is_none(), "{query}: {answer}");
            assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
        }
        assert!(world.ask("{ __typename }", json!({})).await["data"]["__typename"].is_string());
        // Nor does an answer to a guess tell what would have been right.
        for (query, variables, names) in GUESSES {
            let answer = world.ask(query, serde_json::from_str(variables).unwrap()).await.to_string();
            assert!(answer.contains("errors") && !names.iter().any(|name| answer.contains(name)), "{answer}");
        }
        world.stop().await;
    })
    .await;
}

/// Questions that are nearly right, with their variables, and what would be.
const GUESSES: [(&str, &str, &[&str]); 3] = [
    ("{ viewr { email } }", "{}", &["viewer"]),
    ("{ liveSessions(frist: 1) { nodes { id } } }", "{}", &["first"]),
    (
        "query ($is: [LiveSessionStatus!]) { liveSessions(filter: {status: $is}) { totalCount } }",
        r#"{"is": ["X"]}"#,
        &["ENDED"],
    ),
];
