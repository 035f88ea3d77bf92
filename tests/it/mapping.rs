//! `docs/mapping.md`, for those who come from the REST back end before this one: every old call and endpoint is there, and every
//! operation it gives for one runs.

mod page;
mod values;

use std::collections::BTreeSet;

use serde_json::Value;
use testing::{Database, on_both};

use self::{
    page::{Operation, Row, explained, rows},
    values::{user_errors, values},
};
use crate::{
    schema::field_paths,
    support::{
        answer::gaps,
        world::{Start, World},
    },
};

on_both!(every_operation_runs);

/// The calls to Shopee of the system before this one, in its order and by its names.
const CALLS: [&str; 22] = [
    "generate_qr_code",
    "check_qr_status",
    "qr_code_login",
    "get_creator_user_info",
    "get_session_list",
    "get_session_info",
    "get_dashboard_overview",
    "get_streaming_promotions",
    "get_promotions_today",
    "edit_live_stream_promotion",
    "get_item_promotion_list",
    "get_item_promotion_by_id",
    "get_campaign_expense_today",
    "get_ads_data",
    "check_shop_live_ongoing",
    "coin_start",
    "coin_giveout",
    "get_coin_reward_info",
    "get_live_share_link",
    "get_product_url",
    "get_shop_page_url",
    "get_undrctrl_api",
];

/// Its endpoints.
const ENDPOINTS: [&str; 17] = [
    "POST sessions",
    "GET sessions",
    "GET sessions/{id}",
    "PUT sessions/{id}",
    "DELETE sessions/{id}",
    "POST sessions/sync",
    "GET analytics",
    "GET analytics/summary",
    "POST creator/user-info",
    "POST creator/session-list",
    "POST promotions/today",
    "POST campaign/expense-today",
    "POST ads-data",
    "POST items/promotion",
    "POST coin/giveout/{id}",
    "GET share-link/{id}",
    "GET product-url",
];

/// What the page has no operation for. Whoever adds one of these to the schema takes it out here, and writes its operation there.
const NOT_YET: [&str; 0] = [];

/// What is empty when all is well.
const RIGHTLY_EMPTY: [&str; 4] = [".userErrors", ".changedFields", ".errors", ".estimatedEnd"];

fn all_rows() -> Vec<Row> {
    rows("calls").into_iter().chain(rows("endpoints")).collect()
}

#[test]
fn every_old_call_and_endpoint_is_there() {
    for (chapter, names) in [("calls", &CALLS[..]), ("endpoints", &ENDPOINTS)] {
        let expected: Vec<String> = (1..).zip(names).map(|(number, name)| format!("{number}. {name}")).collect();
        let there: Vec<String> = rows(chapter).into_iter().map(|row| row.old).collect();
        assert_eq!(there, expected);
    }
    for row in all_rows() {
        assert_eq!(row.named.is_empty(), row.operations.is_empty(), "{row:?}");
        assert!(!row.operations.is_empty() || !row.missing.is_empty(), "{row:?}");
    }
}

#[test]
fn what_is_not_there_yet_is_said() {
    let said: BTreeSet<String> = all_rows().into_iter().flat_map(|row| row.missing).collect();
    assert_eq!(said, BTreeSet::from(NOT_YET.map(str::to_owned)));
    let come: Vec<_> = field_paths().into_iter().filter(|path| said.contains(path)).collect();
    assert_eq!(come, [] as [&str; 0], "has come: docs/mapping.md needs its operation");
}

#[test]
fn what_a_row_points_to_is_in_the_schema_and_in_its_operations() {
    let known = field_paths();
    for row in all_rows() {
        for path in &row.named {
            assert!(known.contains(path), "{}: the schema has no {path}", row.old);
            let field = path.split('.').next_back().unwrap();
            assert!(row.operations.iter().any(|operation| operation.selects(field)), "{}: {path}", row.old);
        }
    }
}

#[test]
fn every_variable_is_explained() {
    let used = all_rows().into_iter().flat_map(|row| row.operations).flat_map(|operation| operation.variables);
    assert_eq!(used.collect::<BTreeSet<_>>(), explained());
}

async fn every_operation_runs(database: Database) {
    let variables = vec![("EXTERNAL_API_BASE_URL", "https://api.example".to_owned())];
    let world = World::start_with(&database, Start { accounts: 1, variables }).await;
    for row in all_rows() {
        for operation in &row.operations {
            let data = answer(&world, operation).await;
            assert_eq!(user_errors(&data), [] as [&str; 0], "{}: {data:#}", row.old);
            assert_eq!(unexpected_gaps(&data), [] as [&str; 0], "{}: {data:#}", row.old);
        }
    }
    world.stop().await;
}

/// The data of an answer without errors; of a subscription, that of its first event that has everything.
async fn answer(world: &World, operation: &Operation) -> Value {
    let variables = values(world, operation).await;
    if !operation.is_subscription {
        return world.data(&operation.text, variables).await;
    }
    let mut stream = world.subscribe_with(&operation.text, variables).await;
    stream.until("an event that has everything", |data| unexpected_gaps(data).is_empty()).await
}

fn unexpected_gaps(data: &Value) -> Vec<String> {
    let rightly = |gap: &String| RIGHTLY_EMPTY.iter().any(|name| gap.ends_with(name));
    gaps(data).into_iter().filter(|gap| !rightly(gap)).collect()
}
