//! When a studio wants to be told.

use entity::{audit_entry, membership::Role};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{answer::code, world::World};

on_both!(thresholds_are_the_studios_own);

const SETTINGS: &str = "viewersDropPercent ordersDropPercent likesDropPercent stockLowPieces coinsLowPercent
    sourceStaleMinutes";

async fn thresholds_are_the_studios_own(database: Database) {
    let world = World::start(&database).await;
    let studio = world.studio_id().await;
    let read = format!("query ($id: ID!) {{ alertSettings(studioId: $id) {{ {SETTINGS} }} }}");
    let update = format!(
        "mutation ($input: UpdateAlertSettingsInput!) {{ updateAlertSettings(input: $input) {{
            alertSettings {{ {SETTINGS} }} userErrors {{ code field }} }} }}"
    );
    let settings = async || world.data(&read, json!({ "id": studio })).await["alertSettings"].take();
    let operator = world.token_with_role(Role::Operator).await;
    let change = async |mut input: Value| {
        input["studioId"] = json!(studio);
        world.ask_as(Some(&operator), &update, json!({ "input": input })).await["data"]["updateAlertSettings"].take()
    };
    let mut expected = json!({ "viewersDropPercent": 40, "ordersDropPercent": 60, "likesDropPercent": 70,
        "stockLowPieces": 5, "coinsLowPercent": 10, "sourceStaleMinutes": 15 });
    assert_eq!(settings().await, expected);

    let changed = change(json!({ "viewersDropPercent": 25, "likesDropPercent": null, "stockLowPieces": 0 })).await;
    for (name, value) in
        [("viewersDropPercent", json!(25)), ("likesDropPercent", json!(null)), ("stockLowPieces", json!(0))]
    {
        expected[name] = value;
    }
    assert_eq!(changed, json!({ "alertSettings": expected, "userErrors": [] }));
    // The same again is no change.
    change(json!({ "viewersDropPercent": 25 })).await;
    assert_eq!(settings().await, expected);

    let refused = change(json!({ "viewersDropPercent": 100, "coinsLowPercent": 0, "sourceStaleMinutes": 121,
        "stockLowPieces": -1, "ordersDropPercent": 50 }))
    .await;
    assert_eq!(refused["alertSettings"], json!(null));
    let errors = refused["userErrors"].as_array().unwrap();
    let fields: Vec<_> = errors.iter().map(|error| (&error["code"], error["field"].as_str().unwrap())).collect();
    let invalid = json!("INVALID");
    let wrong = ["viewersDropPercent", "stockLowPieces", "coinsLowPercent", "sourceStaleMinutes"];
    assert_eq!(fields, wrong.map(|field| (&invalid, field)));
    assert_eq!(settings().await, expected);

    let log = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("ALERT_SETTINGS_UPDATED"));
    let log = log.all(&database.connect().await).await.unwrap();
    assert_eq!(log.len(), 1);
    let [before, after] =
        [&log[0].before, &log[0].after].map(|text| -> Value { serde_json::from_str(text.as_ref().unwrap()).unwrap() });
    assert_eq!((&before["viewersDropPercent"], &after["viewersDropPercent"]), (&json!(40), &json!(25)));

    let analyst = world.token_with_role(Role::Analyst).await;
    let input = json!({ "input": { "studioId": studio, "viewersDropPercent": 1 } });
    assert_eq!(code(&world.ask_as(Some(&analyst), &update, input.clone()).await), "FORBIDDEN");
    assert_eq!(code(&world.ask_as(Some(&world.stranger_token), &update, input).await), "NOT_FOUND");
    world.stop().await;
}
