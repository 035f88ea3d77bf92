//! Arguments that cannot be used: refused with a code and the argument's name, never with an answer to another question.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::{argument, code},
    introspection::text,
    world::World,
};

on_both!(
    a_cursor_that_is_none_is_refused,
    a_cursor_of_another_list_or_order_is_refused,
    a_cursor_from_nowhere_is_harmless,
    a_size_out_of_range_is_refused,
    values_of_the_wrong_kind_are_refused,
    variables_of_unknown_types_are_refused,
    what_does_not_fit_is_named_before_anything_is_asked_for,
    a_variable_left_out_is_an_argument_not_given,
    one_session_is_named_in_one_way,
    a_body_that_is_no_text_is_refused,
);

const PAGE: &str = "query($first: Int, $last: Int, $after: String, $before: String, $orderBy: LiveSessionOrder) {
    liveSessions(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy) { nodes { id } } }";

async fn refused(world: &World, variables: Value, expected: (&str, &str)) {
    let answer = world.ask(PAGE, variables.clone()).await;
    assert_eq!((code(&answer), argument(&answer)), expected, "{variables}: {answer:#}");
    assert_eq!(answer["data"], Value::Null, "{variables}");
}

async fn a_cursor_that_is_none_is_refused(database: Database) {
    let world = World::start(&database).await;
    let page = world.data("{ liveSessions(first: 1) { pageInfo { endCursor } } }", json!({})).await;
    let good = text(&page["liveSessions"]["pageInfo"]["endCursor"]).to_owned();
    let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let bad = [
        String::new(),
        " ".to_owned(),
        "not base64!".to_owned(),
        "a\0b".to_owned(),
        "💕".to_owned(),
        good[..good.len() - 1].to_owned(),
        good[1..].to_owned(),
        format!("{good}="),
        format!("{good}{good}"),
        "A".repeat(100_000),
        encoded("STARTED_AT_DESC"),
        encoded("STARTED_AT_DESC:1"),
        encoded("STARTED_AT_DESC:x:1"),
        encoded("STARTED_AT_DESC:1:99999999999999999999"),
        encoded("STARTED_AT_DESC:1:1:1"),
        encoded("STARTED_AT_DESC:1:1\0"),
        URL_SAFE_NO_PAD.encode([0xff, 0xfe, 0x00]),
    ];
    for cursor in bad {
        refused(&world, json!({ "after": cursor }), ("INVALID_CURSOR", "after")).await;
        refused(&world, json!({ "last": 3, "before": cursor }), ("INVALID_CURSOR", "before")).await;
    }
    world.stop().await;
}

async fn a_cursor_of_another_list_or_order_is_refused(database: Database) {
    let world = World::start(&database).await;
    let cursors = "{ liveSessions(first: 1) { edges { cursor node { items(first: 1) { edges { cursor } } } } }
        viewer { memberships { studio { shopeeAccounts { edges { cursor } } } } } }";
    let data = world.data(cursors, json!({})).await;
    let session = &data["liveSessions"]["edges"][0];
    let newest_first = text(&session["cursor"]);
    let ascending = json!({ "after": newest_first, "orderBy": { "field": "STARTED_AT", "direction": "ASC" } });
    let by_viewers = json!({ "before": newest_first, "orderBy": { "field": "TOTAL_VIEWERS" } });
    let of_items = json!({ "after": session["node"]["items"]["edges"][0]["cursor"] });
    let of_accounts =
        json!({ "after": data["viewer"]["memberships"][0]["studio"]["shopeeAccounts"]["edges"][0]["cursor"] });
    refused(&world, ascending, ("INVALID_CURSOR", "after")).await;
    refused(&world, by_viewers, ("INVALID_CURSOR", "before")).await;
    refused(&world, of_items, ("INVALID_CURSOR", "after")).await;
    refused(&world, of_accounts, ("INVALID_CURSOR", "after")).await;

    let items = "query($after: String!) { liveSessions(first: 1) { nodes { items(after: $after) { nodes { id } } } } }";
    let answer = world.ask(items, json!({ "after": newest_first })).await;
    assert_eq!((code(&answer), argument(&answer)), ("INVALID_CURSOR", "after"));
    world.stop().await;
}

/// Whoever writes cursors by hand may name any place that a session could have, and gets what lies beyond it.
async fn a_cursor_from_nowhere_is_harmless(database: Database) {
    let world = World::start(&database).await;
    let all = world.data("{ liveSessions(first: 100) { nodes { id } } }", json!({})).await["liveSessions"].take();
    let cursor = |value: i64| URL_SAFE_NO_PAD.encode(format!("STARTED_AT_DESC:{value}:{}", i64::MAX));
    for (value, beyond) in [(LAST_INSTANT, &all), (FIRST_INSTANT, &json!({ "nodes": [] }))] {
        let data = world.data(PAGE, json!({ "first": 100, "after": cursor(value) })).await;
        assert_eq!(data["liveSessions"], *beyond, "after {value}");
    }
    for value in [LAST_INSTANT + 1, FIRST_INSTANT - 1, i64::MAX, i64::MIN, i64::MAX / 10 * 9, -300_000_000_000_000_000]
    {
        refused(&world, json!({ "after": cursor(value) }), ("INVALID_CURSOR", "after")).await;
    }
    for (field, value) in [("TOTAL_VIEWERS", i64::MAX), ("TOTAL_REVENUE", i64::MIN)] {
        let cursor = URL_SAFE_NO_PAD.encode(format!("{field}_DESC:{value}:{}", i64::MIN));
        world.data(PAGE, json!({ "after": cursor, "orderBy": { "field": field } })).await;
    }
    world.stop().await;
}

/// In microseconds since 1970: the years with four digits.
const FIRST_INSTANT: i64 = -62_167_219_200_000_000;
const LAST_INSTANT: i64 = 253_402_300_799_999_999;

async fn a_size_out_of_range_is_refused(database: Database) {
    let world = World::start(&database).await;
    for size in [0, 101, -1, i64::from(i32::MIN)] {
        refused(&world, json!({ "first": size }), ("BAD_USER_INPUT", "first")).await;
        refused(&world, json!({ "last": size }), ("BAD_USER_INPUT", "last")).await;
    }
    refused(&world, json!({ "first": 3, "last": 3 }), ("BAD_USER_INPUT", "last")).await;
    for query in [
        "{ liveSessions(first: 1) { nodes { items(first: 0) { nodes { id } } } } }",
        "{ liveSessions(first: 1) { nodes { items(last: 101) { nodes { id } } } } }",
        "{ liveSessions(first: 1) { nodes { items(first: 1, last: 1) { nodes { id } } } } }",
        "{ viewer { memberships { studio { shopeeAccounts(first: 101) { nodes { id } } } } } }",
        "{ viewer { memberships { studio { liveSessions(last: 0) { nodes { id } } } } } }",
    ] {
        assert_eq!(code(&world.ask(query, json!({})).await), "BAD_USER_INPUT", "{query}");
    }
    world.stop().await;
}

/// Each of these is found only when its field is executed, by the library.
async fn what_does_not_fit_is_named_before_anything_is_asked_for(database: Database) {
    let world = World::start(&database).await;
    let list = "query($filter: LiveSessionFilter) { viewer { email } liveSessions(filter: $filter) { nodes { id } } }";
    let change = "mutation Named($input: EditPromotionInput!) { editPromotion(input: $input) { userErrors { code } } }";
    let edit = json!({ "dailyBudget": { "amount": "much", "currencyCode": "IDR" } });
    let unfit = [
        (
            list,
            json!({ "filter": { "startedFrom": "2026-11-01" } }),
            "filter.startedFrom",
            "an instant like 2026-11-22T09:30:00Z",
        ),
        (
            list,
            json!({ "filter": { "status": ["ENDED", "ended"] } }),
            "filter.status.1",
            "one of ENDED, ON_AIR, UPCOMING",
        ),
        (change, json!({ "input": edit }), "input.dailyBudget.amount", "a decimal text like \"12.5\""),
    ];
    for (document, variables, place, wanted) in unfit {
        let request = world.client.post(format!("{}/graphql", world.gateway.url())).bearer_auth(&world.token);
        let request = request.header("accept", "application/graphql-response+json");
        let answer = request.json(&json!({ "query": document, "variables": variables })).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{place}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", place), "{answer:#}");
        assert_eq!(answer["errors"][0]["message"], format!("Variable `${place}` has to be {wanted}."));
        assert!(answer.get("data").is_none(), "{answer:#}");
    }
    world.stop().await;
}

async fn values_of_the_wrong_kind_are_refused(database: Database) {
    let world = World::start(&database).await;
    let variables = [
        json!({ "first": "7" }),
        json!({ "first": 7.5 }),
        json!({ "first": true }),
        json!({ "first": [7] }),
        json!({ "first": 1_i64 << 40 }),
        json!({ "first": 1e300 }),
        json!({ "after": 7 }),
        json!({ "orderBy": "STARTED_AT" }),
        json!({ "orderBy": {} }),
        json!({ "orderBy": { "field": "started_at" } }),
        json!({ "orderBy": { "field": "SHOE_SIZE" } }),
        json!({ "orderBy": { "field": "STARTED_AT", "direction": "SIDEWAYS" } }),
        json!({ "orderBy": { "field": "STARTED_AT", "shoeSize": 43 } }),
    ];
    for variables in variables {
        let answer = world.ask(PAGE, variables.clone()).await;
        assert_eq!((code(&answer), &answer["data"]), ("BAD_USER_INPUT", &Value::Null), "{variables}");
    }
    for written in
        ["first: \"7\"", "first: 7.5", "first: 1099511627776", "orderBy: { field: SHOE_SIZE }", "shoeSize: 43"]
    {
        let answer = world.ask(&format!("{{ liveSessions({written}) {{ nodes {{ id }} }} }}"), json!({})).await;
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code(&answer)), "{written}: {answer:#}");
        assert_eq!(answer["data"], Value::Null, "{written}");
    }
    world.stop().await;
}

async fn variables_of_unknown_types_are_refused(database: Database) {
    let world = World::start(&database).await;
    for written in ["Unknown", "Unknown!", "[Unknown]", "[[Unknown!]!]!"] {
        for default in ["", "= 1", "= {a: 1}", "= [1]", "= null"] {
            let query = format!("query($a: {written} {default}) {{ viewer {{ id }} }}");
            let answer = world.ask(&query, json!({ "a": [{ "a": 1 }] })).await;
            assert_eq!((code(&answer), &answer["data"]), ("GRAPHQL_VALIDATION_FAILED", &Value::Null), "{query}");
            let message = answer["errors"][0]["message"].as_str().unwrap();
            assert!(message.contains("Unknown"), "{query}: {message}");
        }
    }
    world.stop().await;
}

async fn a_variable_left_out_is_an_argument_not_given(database: Database) {
    let world = World::start(&database).await;
    let sessions = "query($first: Int, $last: Int, $after: String, $before: String, $orderBy: LiveSessionOrder,
            $direction: OrderDirection, $filter: LiveSessionFilter, $name: String, $status: [LiveSessionStatus!]) {
        given: liveSessions(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy, filter: $filter) {
            ...Ids }
        none: liveSessions { ...Ids }
        within: liveSessions(orderBy: { field: TOTAL_VIEWERS, direction: $direction },
            filter: { nameContains: $name, status: $status }) { ...Ids }
        without: liveSessions(orderBy: { field: TOTAL_VIEWERS }) { ...Ids } }
    fragment Ids on LiveSessionConnection { nodes { id items(first: $first, after: $after) { nodes { id } } } }";
    let data = world.data(sessions, json!({})).await;
    assert_eq!(data["given"], data["none"]);
    assert_eq!(data["within"], data["without"]);

    let remote = "query($page: Int, $pageSize: Int, $name: String, $orderBy: RemoteSessionOrder) {
        liveSessions(first: 1) { nodes { shopeeAccount {
            given: remoteSessions(page: $page, pageSize: $pageSize, name: $name, orderBy: $orderBy) { ...Page }
            none: remoteSessions { ...Page } } } } }
    fragment Page on RemoteSessionPage { page pageSize nodes { sessionId } }";
    let data = world.data(remote, json!({})).await;
    let account = &data["liveSessions"]["nodes"][0]["shopeeAccount"];
    assert_eq!(account["given"], account["none"]);
    assert_eq!((&account["given"]["page"], &account["given"]["pageSize"]), (&json!(1), &json!(10)));
    world.stop().await;
}

async fn one_session_is_named_in_one_way(database: Database) {
    let world = World::start(&database).await;
    let session =
        world.data("{ liveSessions(first: 1) { nodes { id sessionId shopeeAccount { id } } } }", json!({})).await;
    let session = &session["liveSessions"]["nodes"][0];
    let refused = [
        (json!({}), "id"),
        (json!({ "id": session["id"], "sessionId": session["sessionId"] }), "id"),
        (json!({ "id": session["sessionId"] }), "id"),
        (json!({ "id": session["shopeeAccount"]["id"] }), "id"),
        (json!({ "id": "" }), "id"),
        (json!({ "sessionId": session["id"] }), "sessionId"),
        (json!({ "sessionId": "" }), "sessionId"),
        (json!({ "sessionId": "99999999999999999999" }), "sessionId"),
        (json!({ "sessionId": " 1" }), "sessionId"),
    ];
    const ONE: &str = "query($id: ID, $sessionId: ID, $region: Region) {
        liveSession(id: $id, sessionId: $sessionId, region: $region) { id } }";
    for (variables, name) in refused {
        let answer = world.ask(ONE, variables.clone()).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{variables}");
    }
    for (variables, expected) in [
        (json!({ "id": session["id"] }), &session["id"]),
        (json!({ "sessionId": session["sessionId"] }), &session["id"]),
        (json!({ "sessionId": session["sessionId"], "region": "ID" }), &session["id"]),
        (json!({ "sessionId": session["sessionId"], "region": "VN" }), &Value::Null),
        (json!({ "sessionId": "-1" }), &Value::Null),
    ] {
        assert_eq!(world.data(ONE, variables.clone()).await["liveSession"]["id"], *expected, "{variables}");
    }
    world.stop().await;
}

async fn a_body_that_is_no_text_is_refused(database: Database) {
    let world = World::start(&database).await;
    let send = |body: Vec<u8>| {
        let request = crate::support::client().post(format!("{}/graphql", world.gateway.url()));
        request.bearer_auth(&world.token).header("content-type", "application/json").body(body).send()
    };
    let query = r#"{"query":"{ liveSessions(filter: { nameContains: \"?\" }) { nodes { id } } }"}"#;
    let latin_1: Vec<u8> = query.bytes().map(|byte| if byte == b'?' { 0xe9 } else { byte }).collect();
    assert_eq!(send(query.into()).await.unwrap().status(), 200);
    for body in [latin_1, query.as_bytes()[..40].to_vec(), Vec::new()] {
        let answer = send(body.clone()).await.unwrap();
        assert_eq!(answer.status(), 400, "{body:?}");
        assert_eq!(code(&answer.json().await.unwrap()), "BAD_REQUEST", "{body:?}");
    }
    world.stop().await;
}
