use entity::membership::{self, Role};
use futures_util::future::join;
use live_gateway::{
    graphql::id::{GlobalId, Kind},
    serve::Gateway,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{
    audit_log,
    people::{self, join_studio, place, sends, studio, user_error},
};
use crate::support::{answer::code, client, world::World};

on_both!(
    members_see_each_other,
    a_role_changes_and_is_written_down,
    members_are_removed_and_leave,
    the_last_owner_stays,
    a_studio_keeps_an_owner_whatever_its_owners_do_at_once,
    who_may_not_is_told_so,
    a_mutation_knows_what_the_one_before_it_did,
);

const CHANGE: &str = "mutation ($id: ID!, $role: StudioRole!) {
    changeMemberRole(input: { membershipId: $id, role: $role }) {
        membership { role user { email } } userErrors { code field message }
    }
}";
const REMOVE: &str = "mutation ($id: ID!) {
    removeMember(input: { membershipId: $id }) {
        studio { members { totalCount nodes { user { email } } } } userErrors { code }
    }
}";
const LEAVE: &str = "mutation ($id: ID!) {
    leaveStudio(input: { studioId: $id }) { viewer { memberships { role } } userErrors { code } }
}";

async fn change(world: &World, by: &str, whom: &str, role: &str) -> Result<Value, String> {
    sends(world, by, CHANGE, json!({ "id": whom, "role": role })).await
}

async fn remove(world: &World, by: &str, whom: &str) -> Result<Value, String> {
    sends(world, by, REMOVE, json!({ "id": whom })).await
}

async fn leave(world: &World, who: &str, which: &str) -> Result<Value, String> {
    sends(world, who, LEAVE, json!({ "id": which })).await
}

async fn revision(database: &Database, email: &str) -> i64 {
    let user = entity::user::Entity::find().filter(entity::user::Column::Email.eq(email));
    user.one(&database.connect().await).await.unwrap().unwrap().access_revision
}

async fn members_see_each_other(database: Database) {
    let world = World::start(&database).await;
    let analyst = people::join(&world, &database, "analyst@first.example", Role::Analyst).await;
    people::join(&world, &database, "operator@first.example", Role::Operator).await;
    let query = "query ($id: ID!, $after: String) { studio(id: $id) { members(first: 2, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes { id role joinedAt studio { name } user { email displayName } }
    } } }";
    let page = world.ask_as(Some(&analyst.token), query, json!({ "id": studio() })).await;
    assert_eq!(page.get("errors"), None, "{page}");
    let members = &page["data"]["studio"]["members"];
    assert_eq!((&members["totalCount"], &members["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
    let [owner, second] = members["nodes"].as_array().unwrap().as_slice() else { panic!("{members}") };
    assert_eq!((&owner["role"], &owner["user"]["email"]), (&json!("OWNER"), &json!("owner@first.example")));
    assert!(owner["joinedAt"].is_string(), "{owner}");
    let them = json!({ "email": analyst.email, "displayName": "analyst" });
    assert_eq!((&second["user"], &second["id"]), (&them, &json!(analyst.id)));
    let after = &members["pageInfo"]["endCursor"];
    let rest = world.ask_as(Some(&analyst.token), query, json!({ "id": studio(), "after": after })).await;
    assert_eq!(rest["data"]["studio"]["members"]["nodes"][0]["role"], "OPERATOR");

    let node = "query ($id: ID!) { node(id: $id) { ... on Membership { role user { email } studio { name } } } }";
    let found = world.ask_as(Some(&analyst.token), node, json!({ "id": analyst.id })).await;
    assert_eq!(found["data"]["node"]["user"]["email"], analyst.email);
    world.stop().await;
}

async fn a_role_changes_and_is_written_down(database: Database) {
    let world = World::start(&database).await;
    let member = people::join(&world, &database, "member@first.example", Role::Analyst).await;
    let raised = change(&world, &world.token, &member.id, "OPERATOR").await.unwrap();
    assert_eq!(raised["membership"], json!({ "role": "OPERATOR", "user": { "email": member.email } }));
    assert_eq!(revision(&database, &member.email).await, 0, "whoever gains loses nothing");
    let lowered = change(&world, &world.token, &member.id, "ANALYST").await.unwrap();
    assert_eq!(lowered["membership"]["role"], "ANALYST");
    assert_eq!(revision(&database, &member.email).await, 1);

    let log = audit_log(&database).await;
    let entry = log.last().unwrap();
    assert_eq!((entry.action.as_str(), entry.subject_kind.as_str()), ("MEMBER_ROLE_CHANGED", "Membership"));
    assert_eq!(entry.before.as_deref(), Some(r#"{"email":"member@first.example","role":"OPERATOR"}"#));
    assert_eq!(entry.after.as_deref(), Some(r#"{"email":"member@first.example","role":"ANALYST"}"#));
    // The role they have already: nothing happens, and nothing is written down.
    change(&world, &world.token, &member.id, "ANALYST").await.unwrap();
    assert_eq!(audit_log(&database).await.len(), log.len());
    world.stop().await;
}

async fn members_are_removed_and_leave(database: Database) {
    let world = World::start(&database).await;
    let removed = people::join(&world, &database, "removed@first.example", Role::Operator).await;
    let leaver = people::join(&world, &database, "leaver@first.example", Role::Analyst).await;
    let after = remove(&world, &world.token, &removed.id).await.unwrap();
    assert_eq!(after["studio"]["members"]["totalCount"], 2);
    let after = leave(&world, &leaver.token, &studio()).await.unwrap();
    assert_eq!(after, json!({ "viewer": { "memberships": [] }, "userErrors": [] }));
    for person in [&removed, &leaver] {
        assert_eq!(revision(&database, &person.email).await, 1);
        let sees = world.ask_as(Some(&person.token), "{ liveSessions { totalCount } }", json!({})).await;
        assert_eq!(sees["data"]["liveSessions"]["totalCount"], 0);
        assert_eq!(leave(&world, &person.token, &studio()).await, Err("NOT_FOUND".to_owned()));
    }
    assert_eq!(remove(&world, &world.token, &removed.id).await, Err("NOT_FOUND".to_owned()));

    let log = audit_log(&database).await;
    let [.., removal, departure] = log.as_slice() else { panic!("{log:?}") };
    assert_eq!((removal.action.as_str(), departure.action.as_str()), ("MEMBER_REMOVED", "MEMBER_LEFT"));
    assert_eq!(removal.before.as_deref(), Some(r#"{"email":"removed@first.example","role":"OPERATOR"}"#));
    assert_eq!((&removal.after, &departure.after), (&None, &None));
    assert_ne!(removal.user_id, departure.user_id);
    world.stop().await;
}

async fn the_last_owner_stays(database: Database) {
    let world = World::start(&database).await;
    let (own, written) = (place(&world, &world.token).await, audit_log(&database).await.len());
    for refused in [
        change(&world, &world.token, &own, "OPERATOR").await,
        remove(&world, &world.token, &own).await,
        leave(&world, &world.token, &studio()).await,
    ] {
        assert_eq!(user_error(&refused.unwrap()), "LAST_OWNER");
    }
    assert_eq!(audit_log(&database).await.len(), written);
    // With another one there they may go.
    let second = people::join(&world, &database, "second@first.example", Role::Owner).await;
    let lowered = change(&world, &world.token, &own, "ANALYST").await.unwrap();
    assert_eq!(lowered["membership"]["role"], "ANALYST");
    assert_eq!(user_error(&remove(&world, &second.token, &second.id).await.unwrap()), "LAST_OWNER");
    assert_eq!(remove(&world, &world.token, &second.id).await, Err("FORBIDDEN".to_owned()));
    world.stop().await;
}

const CREATE: &str =
    r#"mutation { createStudio(input: { name: "Duel", timeZone: "Asia/Jakarta" }) { studio { id } } }"#;

/// Each of two owners removes the other, lowers the other or leaves, at the same moment, on two gateways, many times.
async fn a_studio_keeps_an_owner_whatever_its_owners_do_at_once(database: Database) {
    let world = World::start(&database).await;
    let second = world.another_gateway(&database, &[]).await;
    let (connection, client) = (database.connect().await, client());
    for round in 0..50 {
        let one = world.token_of(&format!("one{round}@duel.example")).await;
        let studio = sends(&world, &one, CREATE, json!({})).await.unwrap()["studio"]["id"].clone();
        let key = GlobalId::decode(studio.as_str().unwrap()).unwrap().key;
        let other = join_studio(&world, &database, key, &format!("other{round}@duel.example"), Role::Owner).await;
        let shot = |gateway: &Gateway, by: &str, at: &str| {
            let (mutation, variables) = match round % 3 {
                0 => (REMOVE, json!({ "id": at })),
                1 => (CHANGE, json!({ "id": at, "role": "ANALYST" })),
                _ => (LEAVE, json!({ "id": studio })),
            };
            let request = client.post(format!("{}/graphql", gateway.url())).bearer_auth(by);
            request.json(&json!({ "query": mutation, "variables": variables })).send()
        };
        let own = place(&world, &one).await;
        let shots = join(shot(&world.gateway, &one, &other.id), shot(&second, &other.token, &own)).await;
        assert!(shots.0.unwrap().status() == 200 && shots.1.unwrap().status() == 200);
        let owners = membership::Entity::find().filter(membership::Column::Role.eq(Role::Owner));
        let owners = owners.filter(membership::Column::StudioId.eq(key)).count(&connection).await.unwrap();
        assert_eq!(owners, 1, "round {round}");
    }
    second.stop().await;
    world.stop().await;
}

async fn who_may_not_is_told_so(database: Database) {
    let world = World::start(&database).await;
    let own = place(&world, &world.token).await;
    let absent = GlobalId::new(Kind::Membership, 1_000_001).encode().0;
    let nowhere = GlobalId::new(Kind::Studio, 1_000_001).encode().0;
    for role in [Role::Operator, Role::Analyst] {
        let member = people::join(&world, &database, &format!("{role:?}@first.example").to_lowercase(), role).await;
        for refused in [
            change(&world, &member.token, &own, "ANALYST").await,
            remove(&world, &member.token, &own).await,
            remove(&world, &member.token, &member.id).await,
        ] {
            assert_eq!(refused, Err("FORBIDDEN".to_owned()));
        }
    }
    let stranger = &world.stranger_token;
    for id in [&own, &absent] {
        assert_eq!(change(&world, stranger, id, "ANALYST").await, Err("NOT_FOUND".to_owned()));
        assert_eq!(remove(&world, stranger, id).await, Err("NOT_FOUND".to_owned()));
    }
    for id in [&studio(), &nowhere] {
        assert_eq!(leave(&world, stranger, id).await, Err("NOT_FOUND".to_owned()));
    }
    assert_eq!(leave(&world, stranger, &own).await, Err("BAD_USER_INPUT".to_owned()));
    for mutation in [CHANGE, REMOVE, LEAVE] {
        let answer = world.ask_as(None, mutation, json!({ "id": own, "role": "ANALYST" })).await;
        assert_eq!(code(&answer), "UNAUTHENTICATED");
    }
    world.stop().await;
}

async fn a_mutation_knows_what_the_one_before_it_did(database: Database) {
    let world = World::start(&database).await;
    people::join(&world, &database, "second@first.example", Role::Owner).await;
    let mutation = "mutation ($own: ID!, $studio: ID!) {
        lowered: changeMemberRole(input: { membershipId: $own, role: OPERATOR }) { membership { role studio { viewerRole } } }
        late: removeMember(input: { membershipId: $own }) { studio { name } }
        left: leaveStudio(input: { studioId: $studio }) { viewer { memberships { role } } }
        again: leaveStudio(input: { studioId: $studio }) { viewer { memberships { role } } }
    }";
    let own = place(&world, &world.token).await;
    let answer = world.ask(mutation, json!({ "own": own, "studio": studio() })).await;
    let lowered = json!({ "membership": { "role": "OPERATOR", "studio": { "viewerRole": "OPERATOR" } } });
    let left = json!({ "viewer": { "memberships": [] } });
    let data = json!({ "lowered": lowered, "late": null, "left": left, "again": null });
    assert_eq!(answer["data"], data, "{answer:#}");
    let codes: Vec<&Value> =
        answer["errors"].as_array().unwrap().iter().map(|error| &error["extensions"]["code"]).collect();
    assert_eq!(codes, ["FORBIDDEN", "NOT_FOUND"]);
    world.stop().await;
}
