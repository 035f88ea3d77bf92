use entity::{audit_entry, membership::Role};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, sea_query::Expr};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{
    audit_log,
    people::{join, sends, studio},
};
use crate::support::{
    answer::{code, texts},
    world::{OWNER, Start, World},
};

on_both!(
    owners_read_what_was_done,
    a_log_is_paged_and_filtered,
    what_another_version_wrote_breaks_nothing,
    others_do_not_read_it,
    everybody_reads_their_own,
    entries_stay_as_they_are,
);

const UPDATE: &str = "mutation ($id: ID!, $name: String, $zone: String) {
    updateStudio(input: { studioId: $id, name: $name, timeZone: $zone }) {
        studio { name timeZone } userErrors { code field }
    }
}";
const LOG: &str = "query ($id: ID!, $filter: AuditLogFilter, $first: Int, $after: String) {
    studio(id: $id) { auditLog(filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { action actionName actor { email } subjectKind subjectId remoteAddress requestId before after occurredAt }
    } }
}";

async fn rename(world: &World, token: &str, name: &str) -> Value {
    sends(world, token, UPDATE, json!({ "id": studio(), "name": name })).await.unwrap()
}

async fn log(world: &World, more: Value) -> Value {
    let mut variables = more;
    variables["id"] = json!(studio());
    world.data(LOG, variables).await["studio"]["auditLog"].take()
}

/// An entry as nobody's mutation would write it.
async fn plant(database: &Database, studio_id: Option<i64>, user_id: Option<i64>, action: &str, after: &str) {
    let row = audit_entry::ActiveModel {
        studio_id: Set(studio_id),
        user_id: Set(user_id),
        action: Set(action.to_owned()),
        subject_kind: Set("Spaceship".to_owned()),
        after: Set(Some(after.to_owned())),
        occurred_at: Set(live_gateway::clock::Clock.now()),
        ..Default::default()
    };
    row.insert(&database.connect().await).await.unwrap();
}

/// A world whose first studio has nothing in its log yet: no account was connected.
async fn quiet_world(database: &Database) -> World {
    World::start_with(database, Start { accounts: 0, ..Start::default() }).await
}

async fn owners_read_what_was_done(database: Database) {
    let world = quiet_world(&database).await;
    let renamed = rename(&world, &world.token, "Renamed").await;
    assert_eq!(renamed, json!({ "studio": { "name": "Renamed", "timeZone": "Asia/Jakarta" }, "userErrors": [] }));
    let moved = json!({ "id": studio(), "zone": "Asia/Manila" });
    sends(&world, &world.token, UPDATE, moved.clone()).await.unwrap();
    // What is so already changes nothing.
    sends(&world, &world.token, UPDATE, moved).await.unwrap();
    sends(&world, &world.token, UPDATE, json!({ "id": studio() })).await.unwrap();
    let refused =
        sends(&world, &world.token, UPDATE, json!({ "id": studio(), "name": "x", "zone": "Mars" })).await.unwrap();
    assert_eq!(refused["userErrors"], json!([{ "code": "INVALID", "field": "timeZone" }]));

    let log = log(&world, json!({})).await;
    assert_eq!(log["totalCount"], 2);
    let entry = &log["nodes"][1];
    assert_eq!((&entry["action"], &entry["actionName"]), (&json!("STUDIO_UPDATED"), &json!("STUDIO_UPDATED")));
    assert_eq!((&entry["actor"]["email"], &entry["remoteAddress"]), (&json!(OWNER), &json!("127.0.0.1")));
    assert_eq!((&entry["subjectKind"], &entry["subjectId"]), (&json!("Studio"), &json!(studio())));
    let studio = |name| json!({ "name": name, "timeZone": "Asia/Jakarta", "coinBudgetPerSession": null, "coinBudgetPerDay": null });
    assert_eq!((&entry["before"], &entry["after"]), (&studio("First Studio"), &studio("Renamed")));
    assert!(entry["requestId"].is_string() && entry["occurredAt"].is_string(), "{entry}");
    assert_eq!(log["nodes"][0]["after"]["timeZone"], "Asia/Manila", "the newest first");
    world.stop().await;
}

async fn a_log_is_paged_and_filtered(database: Database) {
    let world = quiet_world(&database).await;
    let second = join(&world, &database, "second@first.example", Role::Owner).await;
    for (token, name) in [(&world.token, "one"), (&second.token, "two"), (&world.token, "three")] {
        rename(&world, token, name).await;
    }
    plant(&database, Some(1), None, "STUDIO_CREATED", "{}").await;
    let first = log(&world, json!({ "first": 2 })).await;
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(4), &json!(true)));
    let rest = log(&world, json!({ "first": 2, "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(texts(&rest, "actionName"), ["STUDIO_UPDATED"; 2]);
    assert_eq!(rest["nodes"][1]["after"]["name"], "one");

    let updates = log(&world, json!({ "filter": { "action": "STUDIO_UPDATED" } })).await;
    assert_eq!(updates["totalCount"], 3);
    let hers = log(&world, json!({ "filter": { "actorEmail": "SECOND@first.example" } })).await;
    assert_eq!((&hers["totalCount"], &hers["nodes"][0]["after"]["name"]), (&json!(1), &json!("two")));
    let none = log(&world, json!({ "filter": { "actorEmail": second.email, "action": "MEMBER_LEFT" } })).await;
    assert_eq!((&none["totalCount"], &none["nodes"]), (&json!(0), &json!([])));
    let unfit = world.ask(LOG, json!({ "id": studio(), "filter": { "actorEmail": "nobody" } })).await;
    assert_eq!(code(&unfit), "BAD_USER_INPUT");
    world.stop().await;
}

async fn what_another_version_wrote_breaks_nothing(database: Database) {
    let world = World::start(&database).await;
    plant(&database, Some(1), None, "SPACESHIP_LAUNCHED", "not JSON").await;
    let log = log(&world, json!({})).await;
    let entry = &log["nodes"][0];
    assert_eq!((&entry["action"], &entry["actionName"]), (&Value::Null, &json!("SPACESHIP_LAUNCHED")));
    assert_eq!((&entry["subjectKind"], &entry["subjectId"]), (&json!("Spaceship"), &Value::Null));
    assert_eq!((&entry["actor"], &entry["after"]), (&Value::Null, &json!("not JSON")));
    world.stop().await;
}

async fn others_do_not_read_it(database: Database) {
    let world = World::start(&database).await;
    rename(&world, &world.token, "Renamed").await;
    for role in [Role::Operator, Role::Analyst] {
        let member = join(&world, &database, &format!("{role:?}@first.example").to_lowercase(), role).await;
        let answer = world.ask_as(Some(&member.token), LOG, json!({ "id": studio() })).await;
        assert_eq!((code(&answer), &answer["data"]["studio"]), ("FORBIDDEN", &json!({ "auditLog": null })));
        let update = sends(&world, &member.token, UPDATE, json!({ "id": studio(), "name": "Mine" })).await;
        assert_eq!(update, Err("FORBIDDEN".to_owned()));
    }
    let update = sends(&world, &world.stranger_token, UPDATE, json!({ "id": studio(), "name": "Mine" })).await;
    assert_eq!(update, Err("NOT_FOUND".to_owned()));
    world.stop().await;
}

async fn everybody_reads_their_own(database: Database) {
    let world = World::start(&database).await;
    rename(&world, &world.token, "Renamed").await;
    plant(&database, None, Some(1), "SIGNED_IN", "{}").await;
    plant(&database, None, Some(2), "SIGNED_IN", "{}").await;
    let query = "{ viewer { securityLog(first: 5) { totalCount nodes { actionName actor { email } } } } }";
    let log = world.data(query, json!({})).await["viewer"]["securityLog"].take();
    let own = json!({ "actionName": "SIGNED_IN", "actor": { "email": OWNER } });
    let by_an_operator = json!({ "actionName": "SIGNED_IN", "actor": null });
    assert_eq!(log, json!({ "totalCount": 2, "nodes": [own, by_an_operator] }));
    world.stop().await;
}

async fn entries_stay_as_they_are(database: Database) {
    let world = World::start(&database).await;
    rename(&world, &world.token, "Renamed").await;
    let (connection, before) = (database.connect().await, audit_log(&database).await);
    let forged = audit_entry::Entity::update_many().col_expr(audit_entry::Column::Action, Expr::value("NOTHING"));
    assert!(forged.exec(&connection).await.is_err());
    assert!(audit_entry::Entity::delete_many().exec(&connection).await.is_err());
    assert_eq!(audit_log(&database).await, before);
    world.stop().await;
}
