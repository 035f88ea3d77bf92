use async_graphql::{Request, value};

use super::*;

/// Values, statements and calls of an operation.
fn priced(document: &str, variables: Value) -> (u64, u64, u64) {
    let mut request = Request::new(document);
    let variables = Variables::from_value(variables);
    let Price { values, statements, shopee_calls } = price(request.parsed_query().unwrap(), None, &variables);
    (values, statements, shopee_calls)
}

fn plain(document: &str) -> (u64, u64, u64) {
    priced(document, Value::Null)
}

#[test]
fn lists_are_as_long_as_their_arguments_say() {
    for (arguments, nodes) in [
        ("", 20),
        ("(first: 7)", 7),
        ("(last: 9)", 9),
        ("(first: null, last: 3)", 3),
        ("(first: 1000)", 100),
        ("(first: -1)", 0),
        ("(first: \"much\")", 100),
    ] {
        let document = format!("{{ liveSessions{arguments} {{ nodes {{ sessionName }} }} }}");
        assert_eq!(plain(&document), (2 + nodes, 2, 0), "{arguments}");
    }
    // A session has its page of items, with edges, and each edge its node and that its id.
    let nested = "{ liveSessions(first: 10) { totalCount nodes { items(first: 5) { edges { node { id } } } } } }";
    assert_eq!(plain(nested), (3 + 10 + 10 + 2 * 50, 4, 0));
    assert_eq!(plain("{ nodes(ids: [\"a\", \"b\", \"c\"]) { id } }"), (1 + 3, 12, 0));
}

#[test]
fn variables_count_as_what_they_are() {
    let document = "query($n: Long = 30) { liveSessions(first: $n) { nodes { id } } }";
    assert_eq!(priced(document, value!({ "n": 4 })), (2 + 4, 2, 0));
    assert_eq!(plain(document), (2 + 30, 2, 0));
    // Null is as good as nothing.
    assert_eq!(priced(document, value!({ "n": null })), (2 + 20, 2, 0));
    let ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(priced(ids, value!({ "ids": ["a", "b"] })), (1 + 2, 12, 0));
}

#[test]
fn what_is_skipped_costs_nothing() {
    let document = "query($with: Boolean!) { liveSession(id: \"x\") {
        sessionName overview @include(if: $with) { viewers } ... @skip(if: $with) { info { title } } ...More @skip(if: true)
    } } fragment More on LiveSession { coins { given } }";
    assert_eq!(priced(document, value!({ "with": true })), (4, 2, 1));
    assert_eq!(priced(document, value!({ "with": false })), (4, 2, 1));
    let neither = "{ liveSession(id: \"x\") { overview @skip(if: true) { viewers } } }";
    assert_eq!(plain(neither), (1, 1, 0));
}

#[test]
fn each_object_asks_shopee_and_a_page_reads_its_neighbours_once() {
    let overviews = "{ liveSessions(first: 50) { nodes { overview { viewers } studio { name } } } }";
    assert_eq!(plain(overviews), (2 + 50 * 4, 2 + 1 + 1, 50));
    // Twenty accounts have a page each, and each page neighbours of its own.
    let pages =
        "{ studio(id: \"x\") { shopeeAccounts { nodes { liveSessions(first: 3) { nodes { studio { name } } } } } } }";
    assert_eq!(plain(pages), (3 + 20 + 20 + 60 + 60, 1 + 2 + 2 * 20 + 20, 0));
    let promotions = "{ node(id: \"x\") { ... on ShopeeAccount { promotionsToday(pageSize: 8) { nodes { budgetLimits { minimum { amount } } } } } } }";
    assert_eq!(plain(promotions).2, 1 + 8);
}

#[test]
fn histories_have_a_point_for_each_interval() {
    let history = |interval: &str| {
        let document = format!(
            "{{ liveSession(id: \"x\") {{ metricHistory(from: \"2026-11-22T00:00:00Z\", to: \"2026-11-22T02:00:00Z\", interval: {interval}) {{ viewers }} }} }}"
        );
        plain(&document).0
    };
    assert_eq!([history("HOUR"), history("MINUTE"), history("TEN_SECONDS")], [2 + 3, 2 + 121, 2 + 721]);
    let wrong = "{ liveSession(id: \"x\") { metricHistory(from: 7, to: \"2026-11-22T02:00:00Z\", interval: MINUTE) { viewers } } }";
    assert_eq!(plain(wrong).0, 2 + 2_000);
}

#[test]
fn what_is_not_there_costs_its_place() {
    assert_eq!(plain("{ unknown { anything } }"), (1, 0, 0));
    assert_eq!(plain("{ ...Missing }"), (0, 0, 0));
    assert_eq!(plain("{ __typename }"), (1, 0, 0));
    assert_eq!(plain("{ __schema { types { name } } }").0, SCHEMA);
}

#[test]
fn the_costliest_document_does_not_overflow() {
    let page = " liveSessions(first: 100) { nodes { studio {".repeat(13);
    let document = format!("{{{page} name {} }}", "} } }".repeat(13));
    assert!(plain(&document).0 > 1_000_000_000_000);
}
