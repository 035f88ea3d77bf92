//! Attacks of the kind that `just bench-battery` makes, once each: refused with the code that says why, and the next request is answered.

use serde_json::{Value, json};
use testing::{Database, on_sqlite};

use super::{body, post};
use crate::support::world::World;

const MEDIA: &str = "application/graphql-response+json";

fn attacks() -> Vec<(&'static str, String, (u16, &'static str))> {
    let circle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    let around = format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type { ".repeat(5), "} }".repeat(5));
    let schemas: String = (0..20).map(|number| format!("a{number}: __schema {{ types {{ name }} }} ")).collect();
    let with = |query: &str, variables: Value| json!({ "query": query, "variables": variables }).to_string();
    let filter = "query($f: LiveSessionFilter) { liveSessions(filter: $f) { totalCount } }";
    let members: serde_json::Map<_, _> = (0..50_000).map(|number| (format!("m{number}"), json!(number))).collect();
    vec![
        ("fragments in a circle", body(circle), (400, "GRAPHQL_VALIDATION_FAILED")),
        ("unknown directives", body(&format!("{{ __typename {} }}", "@a".repeat(7_000))), (400, "TOO_MANY_DIRECTIVES")),
        ("introspection within introspection", body(&around), (400, "QUERY_TOO_DEEP")),
        ("a schema twenty times", body(&format!("{{ {schemas} }}")), (400, "QUERY_TOO_LARGE")),
        ("a million sessions", body("{ liveSessions(first: 1000000) { nodes { id } } }"), (200, "BAD_USER_INPUT")),
        ("a long text", with(filter, json!({ "f": { "nameContains": "x".repeat(900_000) } })), (200, "BAD_USER_INPUT")),
        ("many members", with(filter, json!({ "f": members })), (413, "PAYLOAD_TOO_LARGE")),
        (
            "many ids",
            with("query($i: [ID!]!) { nodes(ids: $i) { id } }", json!({ "i": vec!["x"; 100_000] })),
            (413, "PAYLOAD_TOO_LARGE"),
        ),
        (
            "an array of operations",
            json!(vec![json!({ "query": "{ __typename }" }); 1_000]).to_string(),
            (400, "BATCH_REFUSED"),
        ),
    ]
}

#[tokio::test]
async fn each_is_refused_and_the_next_is_answered() {
    on_sqlite(async |database: Database| {
        let world = World::start(&database).await;
        let (mut found, mut expected) = (Vec::new(), Vec::new());
        for (name, body, (status, refusal)) in attacks() {
            let (answered, answer, _) = post(&world, MEDIA, body).await;
            found.push((name, answered, answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned)));
            expected.push((name, status, Some(refusal.to_owned())));
            assert!(world.ask("{ viewer { email } }", json!({})).await.get("errors").is_none(), "{name}");
        }
        assert_eq!(found, expected);
        assert!(world.shopee().calls_by_name().is_empty(), "{:?}", world.shopee().calls_by_name());
        world.stop().await;
    })
    .await;
}
