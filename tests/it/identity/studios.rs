use serde_json::json;
use testing::{Database, on_both};

use super::audit_log;
use crate::support::world::World;

on_both!(whoever_makes_a_studio_owns_it, what_a_studio_cannot_be_is_said);

const CREATE: &str = "mutation ($name: String!, $zone: String!) {
    createStudio(input: { name: $name, timeZone: $zone }) {
        studio { name timeZone viewerRole shopeeAccounts { totalCount } liveSessions { totalCount } }
        userErrors { code field message }
    }
}";

async fn whoever_makes_a_studio_owns_it(database: Database) {
    let world = World::start(&database).await;
    let made = world.data(CREATE, json!({ "name": " Third ", "zone": "Asia/Bangkok" })).await;
    let studio = json!({ "name": "Third", "timeZone": "Asia/Bangkok", "viewerRole": "OWNER",
        "shopeeAccounts": { "totalCount": 0 }, "liveSessions": { "totalCount": 0 } });
    assert_eq!(made["createStudio"], json!({ "studio": studio, "userErrors": [] }));

    let log = audit_log(&database).await;
    let entry = log.last().unwrap();
    assert_eq!((entry.action.as_str(), entry.subject_kind.as_str()), ("STUDIO_CREATED", "Studio"));
    assert_eq!(entry.after.as_deref(), Some(r#"{"name":"Third","timeZone":"Asia/Bangkok"}"#));
    assert_eq!(entry.remote_address.as_deref(), Some("127.0.0.1"));
    assert!(entry.request_id.is_some() && entry.user_id.is_some());
    world.stop().await;
}

async fn what_a_studio_cannot_be_is_said(database: Database) {
    let world = World::start(&database).await;
    let before = audit_log(&database).await.len();
    for (name, zone, field) in [("  ", "Asia/Jakarta", "name"), ("Third", "Jakarta", "timeZone")] {
        let refused = &world.data(CREATE, json!({ "name": name, "zone": zone })).await["createStudio"];
        assert_eq!(refused["studio"], json!(null));
        assert_eq!(
            (&refused["userErrors"][0]["field"], &refused["userErrors"][0]["code"]),
            (&json!(field), &json!("INVALID"))
        );
    }
    assert_eq!(audit_log(&database).await.len(), before);
    world.stop().await;
}
