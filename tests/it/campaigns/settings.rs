//! A studio's rule as its owners change it.

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{RULE, audited, start, update_rule};
use crate::support::world::OWNER;

on_both!(the_rule_is_the_studios_own);

async fn the_rule_is_the_studios_own(database: Database) {
    let world = start(&database, 0).await;
    let read = format!("query ($id: ID!) {{ campaignRule(studioId: $id) {{ {RULE} }} }}");
    let studio = world.studio_id().await;
    let rule = async || world.data(&read, json!({ "id": studio })).await["campaignRule"].take();
    let mut expected = json!({ "isEnabled": false, "pausesBelowReturn": "1", "targetReturn": "3",
        "minimumSpentPercent": 20, "changedBy": null });
    assert_eq!(rule().await, expected);

    let changed = update_rule(&world, json!({ "pausesBelowReturn": "0.85", "minimumSpentPercent": 35 })).await;
    expected["pausesBelowReturn"] = json!("0.85");
    expected["minimumSpentPercent"] = json!(35);
    expected["changedBy"] = json!({ "email": OWNER });
    assert_eq!(changed, json!({ "campaignRule": expected, "userErrors": [] }));
    // The same again is no change.
    update_rule(&world, json!({ "minimumSpentPercent": 35 })).await;
    assert_eq!(rule().await, expected);

    for (input, fields) in [
        (
            json!({ "pausesBelowReturn": "0", "targetReturn": "1000.1", "minimumSpentPercent": 0 }),
            &["pausesBelowReturn", "targetReturn", "minimumSpentPercent"][..],
        ),
        (
            json!({ "pausesBelowReturn": "0.0000001", "minimumSpentPercent": 101 }),
            &["pausesBelowReturn", "minimumSpentPercent"],
        ),
        (json!({ "targetReturn": "0.8" }), &["targetReturn"]),
        (json!({ "pausesBelowReturn": "4" }), &["targetReturn"]),
    ] {
        let refused = update_rule(&world, input).await;
        let errors = refused["userErrors"].as_array().unwrap();
        let found: Vec<_> = errors.iter().map(|error| (&error["code"], error["field"].as_str().unwrap())).collect();
        let invalid = json!("INVALID");
        assert_eq!(found, fields.iter().map(|field| (&invalid, *field)).collect::<Vec<_>>());
        assert_eq!(refused["campaignRule"], Value::Null);
    }
    assert_eq!(rule().await, expected);

    let log = audited(&database, "CAMPAIGN_RULE_UPDATED").await;
    assert_eq!(log.len(), 1);
    let [before, after] =
        [&log[0].before, &log[0].after].map(|text| -> Value { serde_json::from_str(text.as_ref().unwrap()).unwrap() });
    assert_eq!((&before["pausesBelowReturn"], &after["pausesBelowReturn"]), (&json!("1"), &json!("0.85")));
    assert_eq!(after["isEnabled"], false);
    world.stop().await;
}
