//! Documents that stand for more than they show, or that take longer to read than to send.

use bytes::Bytes;
use serde_json::json;

use super::{Attack, in_turn, post, requests};

/// So many a second of what is small.
const RATE: u32 = 50;
/// And of what takes long to read.
const SLOW: u32 = 10;

pub(super) fn attacks(token: &str) -> Vec<Attack> {
    let document = |name, each_second, document: String, refusals| {
        requests(name, each_second, post(Some(token), &json!({ "query": document }).to_string()), refusals)
    };
    vec![
        document("31 aliases", RATE, aliases(31), &["400 TOO_MANY_ALIASES"]),
        document("10,000 aliases", SLOW, aliases(10_000), &["400 QUERY_TOO_LARGE"]),
        document(
            "51 directives",
            RATE,
            format!("{{ __typename {} }}", "@include(if: true) ".repeat(51)),
            &["400 TOO_MANY_DIRECTIVES"],
        ),
        document(
            "7,000 unknown directives on a field",
            SLOW,
            format!("{{ __typename {} }}", "@a".repeat(7_000)),
            &["400 TOO_MANY_DIRECTIVES"],
        ),
        document("15,001 tokens", SLOW, format!("{{ {} }}", "a ".repeat(15_001)), &["400 QUERY_TOO_LARGE"]),
        document(
            "61 brackets",
            RATE,
            format!("{{ a(b: {}{}) }}", "[".repeat(61), "]".repeat(61)),
            &["400 QUERY_TOO_DEEP"],
        ),
        document("300,000 brackets", SLOW, "[".repeat(300_000), &["400 QUERY_TOO_DEEP"]),
        document("fields 50 deep", RATE, format!("{}a{}", "{ a ".repeat(50), "}".repeat(50)), &["400 QUERY_TOO_DEEP"]),
        document("fragments in a circle", RATE, circle(), &["400 GRAPHQL_VALIDATION_FAILED"]),
        document("fragments doubled 30 times", RATE, doubled(30), &["400 QUERY_TOO_LARGE"]),
        document("introspection within introspection", RATE, introspection(5), &["400 QUERY_TOO_DEEP"]),
        document("the schema by 1,000 aliases", SLOW, schemas(1_000), &["400 QUERY_TOO_LARGE"]),
        document("the schema by 20 aliases", SLOW, schemas(20), &["400 QUERY_TOO_LARGE"]),
        // Which is allowed: what is to be seen is what it leaves behind.
        in_turn("the schema, each time in another way", 4, ways(token, 40), &["200", "429 THROTTLED"]),
        document("first: 1000000", RATE, sessions(1_000_000, ""), &["200 BAD_USER_INPUT", "429 THROTTLED"]),
        document(
            "lists within lists",
            RATE,
            sessions(100, "studio { liveSessions(first: 100) { nodes { items(first: 100) { nodes { id } } } } }"),
            &["400 QUERY_TOO_COMPLEX"],
        ),
        document(
            "a call of Shopee for each of 100",
            RATE,
            sessions(100, "overview { viewers } info { title }"),
            &["400 QUERY_TOO_COMPLEX"],
        ),
        document("passwords tried out", 20, signing_in(), &["200 INVALID_CREDENTIALS", "200 TOO_MANY_ATTEMPTS"]),
    ]
}

pub(super) fn attacks_where_less_is_allowed() -> Vec<Attack> {
    let introspection = json!({ "query": introspection(1) }).to_string();
    vec![
        requests("introspection, switched off", RATE, post(None, &introspection), &["400 GRAPHQL_VALIDATION_FAILED"]),
        requests(
            "1,000 operations where 10 are allowed",
            RATE,
            post(None, &super::bodies::batch(1_000)),
            &["400 BATCH_REFUSED"],
        ),
    ]
}

fn aliases(count: usize) -> String {
    let fields: String = (0..count).map(|number| format!("a{number}:__typename ")).collect();
    format!("{{ viewer {{ {fields} }} }}")
}

fn circle() -> String {
    "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned()
}

fn doubled(times: usize) -> String {
    let fragments =
        (0..times).map(|level| format!("fragment F{level} on Query {{ ...F{next} ...F{next} }} ", next = level + 1));
    format!("{{ ...F0 }} {} fragment F{times} on Query {{ __typename }}", fragments.collect::<String>())
}

fn introspection(levels: usize) -> String {
    let (open, shut) = ("fields { name description type { name ".repeat(levels), "} }".repeat(levels));
    format!("{{ __schema {{ types {{ {open} name {shut} }} }} }}")
}

fn schemas(count: usize) -> String {
    let schema = "__schema { types { name fields { name } inputFields { name } } }";
    let fields: String = (0..count).map(|number| format!("a{number}: {schema} ")).collect();
    format!("{{ {fields} }}")
}

fn ways(token: &str, count: usize) -> Vec<Bytes> {
    let way = |number| format!("query Way{number} {}", introspection(1));
    (0..count).map(|number| post(Some(token), &json!({ "query": way(number) }).to_string())).collect()
}

fn sessions(first: usize, more: &str) -> String {
    format!("{{ liveSessions(first: {first}) {{ nodes {{ id {more} }} }} }}")
}

fn signing_in() -> String {
    r#"mutation { signIn(input: { email: "owner@first.example", password: "not this one, I think" }) { userErrors { code } } }"#.to_owned()
}
