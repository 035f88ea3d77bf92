//! Whatever is selected of a summary, and however long it is: a fixed number of statements.

use serde_json::json;
use testing::{Database, on_both};

use crate::support::{
    answer::{shopee_calls, statements},
    world::{Start, World},
};

on_both!(figures_cost_the_same_however_long_the_period);

/// Selections below `analyticsSummary`, and the statements they cost beside those for signing in and for the studio.
const SUMMARIES: &[(&str, u64)] = &[
    ("from to timeZone", 0),
    ("sessionsBeingRebuilt", 1),
    ("figures { totalSessions }", 1),
    ("figures { FIGURES } previous { FIGURES } change { totalOrders byCurrency { totalRevenue } }", 1),
    ("one: figures { totalOrders } two: figures { totalViewers } previous { totalLikes }", 1),
    ("figures { byCurrency { totalCommission { amount } } }", 1),
    ("figures { byCurrency { topProduct { itemId } } }", 2),
    ("figures { byCurrency { topStreamer { streamerId } } }", 2),
    ("figures { FIGURES TOP } previous { TOP } change { totalOrders }", 3),
    ("series(interval: DAY) { figures { FIGURES } }", 1),
    ("series(interval: WEEK) { figures { FIGURES TOP } }", 3),
    ("topProducts { itemId }", 1),
    ("topStreamers { streamerId }", 1),
    (
        "figures { FIGURES } series(interval: MONTH) { figures { FIGURES } } topProducts { itemId } topStreamers { streamerId }",
        4,
    ),
];

const FIGURES: &str =
    "totalSessions conversionRate engagementRate byCurrency { totalRevenue { amount } totalCommission { amount } }";
const TOP: &str = "byCurrency { topProduct { itemId totalSales { amount } } topStreamer { streamerId streamerName } }";

async fn figures_cost_the_same_however_long_the_period(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    let studio = world.studio_id().await;
    for (selection, expected) in SUMMARIES {
        for days in [1, 7, 366] {
            let selection = selection.replace("FIGURES", FIGURES).replace("TOP", TOP);
            let query = format!(
                "query ($studio: ID!) {{ analyticsSummary(studioId: $studio, days: {days}) {{ {selection} }} }}"
            );
            let answer = world.ask(&query, json!({ "studio": studio })).await;
            assert!(answer.get("errors").is_none(), "{selection}: {answer:#}");
            assert_eq!((statements(&answer), shopee_calls(&answer)), (2 + expected, 0), "{selection}, {days} days");
        }
    }
    let by_day = format!(
        "query ($studio: ID!, $from: Date!, $to: Date!) {{
        liveAnalytics(studioId: $studio, from: $from, to: $to) {{ date figures {{ {FIGURES} }} }} }}"
    );
    for (from, to) in [("2026-01-01", "2026-01-01"), ("2024-01-01", "2024-12-31")] {
        let answer = world.ask(&by_day, json!({ "studio": studio, "from": from, "to": to })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        assert_eq!(statements(&answer), 3, "sign-in, studio, figures");
    }
    world.stop().await;
}
