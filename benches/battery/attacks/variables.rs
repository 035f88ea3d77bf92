//! Variables that are larger, deeper or longer than what they are for.

use serde_json::{Value, json};

use super::{Attack, post, requests};

pub(super) fn attacks(token: &str) -> Vec<Attack> {
    let sized =
        |name, each_second, body: String, refusals| requests(name, each_second, post(Some(token), &body), refusals);
    let nested = format!(
        r#"{{"query":"query($f: LiveSessionFilter) {{ liveSessions(filter: $f) {{ totalCount }} }}","variables":{{"f":{}1{}}}}}"#,
        "[".repeat(9_000),
        "]".repeat(9_000)
    );
    vec![
        sized("variables nested 9,000 deep", 50, nested, &["400 BAD_REQUEST"]),
        sized(
            "a text of 900 KB as a variable",
            10,
            filtered(json!({ "nameContains": "x".repeat(900_000) })),
            &["200 BAD_USER_INPUT"],
        ),
        sized("an object of 60,000 members", 5, filtered(members(60_000)), &["413 PAYLOAD_TOO_LARGE"]),
        sized("a list of 100,000 ids", 5, ids(100_000), &["413 PAYLOAD_TOO_LARGE"]),
        sized("60,000 variables that nobody declared", 5, undeclared(60_000), &["413 PAYLOAD_TOO_LARGE"]),
    ]
}

fn filtered(filter: Value) -> String {
    let query = "query($f: LiveSessionFilter) { liveSessions(filter: $f) { totalCount } }";
    json!({ "query": query, "variables": { "f": filter } }).to_string()
}

fn members(count: usize) -> Value {
    (0..count).map(|number| (format!("m{number}"), json!(number))).collect::<serde_json::Map<_, _>>().into()
}

fn ids(count: usize) -> String {
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    json!({ "query": query, "variables": { "ids": vec!["x"; count] } }).to_string()
}

fn undeclared(count: usize) -> String {
    json!({ "query": "query($n: Int!) { liveSessions(first: $n) { totalCount } }", "variables": members(count) })
        .to_string()
}
