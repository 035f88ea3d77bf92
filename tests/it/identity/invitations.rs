use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use entity::{invitation, membership, membership::Role};
use futures_util::future::join_all;
use live_gateway::graphql::id::{GlobalId, Kind};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{
    audit_log,
    people::{join, place, sends, studio, user_error},
};
use crate::support::{
    answer::code,
    world::{OWNER, World},
};

on_both!(
    who_is_invited_joins,
    a_token_is_good_once_however_many_come_with_it,
    an_invitation_ends_with_the_power_of_its_maker,
    a_token_that_is_not_good_teaches_nothing,
    a_new_invitation_takes_the_place_of_an_old_one,
    members_are_not_invited,
    owners_alone_see_to_invitations,
    somebody_new_becomes_a_user,
    somebody_new_is_made_once,
);

const INVITE: &str = "mutation ($studio: ID!, $email: String!, $role: StudioRole!) {
    inviteMember(input: { studioId: $studio, email: $email, role: $role }) {
        invitation { id email role status invitedBy { email } createdAt expiresAt acceptedAt revokedAt }
        invitationToken userErrors { code field message }
    }
}";
const REVOKE: &str = "mutation ($id: ID!) {
    revokeInvitation(input: { invitationId: $id }) { invitation { status revokedAt } userErrors { code field } }
}";
const ACCEPT: &str = "mutation ($token: String!) {
    acceptInvitation(input: { token: $token }) {
        membership { role studio { name viewerRole } user { email } } userErrors { code field message }
    }
}";
const GUEST: &str = "guest@elsewhere.example";

async fn invite(world: &World, by: &str, email: &str) -> Result<Value, String> {
    sends(world, by, INVITE, json!({ "studio": studio(), "email": email, "role": "OPERATOR" })).await
}

async fn revoke(world: &World, by: &str, id: &Value) -> Result<Value, String> {
    sends(world, by, REVOKE, json!({ "id": id })).await
}

async fn accept(world: &World, who: &str, token: &str) -> Value {
    sends(world, who, ACCEPT, json!({ "token": token })).await.unwrap()
}

fn token(invited: &Value) -> &str {
    invited["invitationToken"].as_str().unwrap()
}

async fn who_is_invited_joins(database: Database) {
    let world = World::start(&database).await;
    let guest = world.token_of(GUEST).await;
    let invited = invite(&world, &world.token, " Guest@Elsewhere.example ").await.unwrap();
    let invitation = &invited["invitation"];
    for (field, value) in [("email", json!(GUEST)), ("role", json!("OPERATOR")), ("status", json!("OPEN"))] {
        assert_eq!(invitation[field], value);
    }
    assert_eq!((&invitation["invitedBy"]["email"], &invitation["acceptedAt"]), (&json!(OWNER), &Value::Null));
    assert_eq!(URL_SAFE_NO_PAD.decode(token(&invited)).unwrap().len(), 32);

    let joined = accept(&world, &guest, token(&invited)).await;
    let place = json!({ "role": "OPERATOR", "studio": { "name": "First Studio", "viewerRole": "OPERATOR" }, "user": { "email": GUEST } });
    assert_eq!(joined, json!({ "membership": place, "userErrors": [] }));
    let list = "query ($id: ID!) { studio(id: $id) { invitations { totalCount nodes { status acceptedAt } } } }";
    let list = world.data(list, json!({ "id": studio() })).await["studio"]["invitations"].take();
    assert_eq!((&list["totalCount"], &list["nodes"][0]["status"]), (&json!(1), &json!("ACCEPTED")));

    let log = audit_log(&database).await;
    let log: Vec<_> = log.into_iter().filter(|entry| entry.subject_kind == "Invitation").collect();
    let [made, accepted] = log.as_slice() else { panic!("{log:?}") };
    assert_eq!((made.action.as_str(), accepted.action.as_str()), ("MEMBER_INVITED", "INVITATION_ACCEPTED"));
    assert_eq!(made.after.as_deref(), Some(r#"{"email":"guest@elsewhere.example","role":"OPERATOR"}"#));
    assert_eq!((&made.subject_kind, &made.subject_id), (&accepted.subject_kind, &accepted.subject_id));
    assert_ne!(made.user_id, accepted.user_id);
    assert!(!format!("{log:?}").contains(token(&invited)));
    let stored = invitation::Entity::find().one(&database.connect().await).await.unwrap().unwrap();
    assert!(stored.token_hash.len() == 32 && stored.token_hash != URL_SAFE_NO_PAD.decode(token(&invited)).unwrap());
    world.stop().await;
}

async fn a_token_is_good_once_however_many_come_with_it(database: Database) {
    let world = World::start(&database).await;
    let guest = world.token_of(GUEST).await;
    let invited = invite(&world, &world.token, GUEST).await.unwrap();
    let answers = join_all((0..8).map(|_| accept(&world, &guest, token(&invited)))).await;
    let joined = answers.iter().filter(|answer| answer["userErrors"] == json!([])).count();
    assert_eq!(joined, 1, "{answers:?}");
    for refused in answers.iter().filter(|answer| answer["userErrors"] != json!([])) {
        assert_eq!(user_error(refused), "INVALID_INVITATION");
    }
    let connection = database.connect().await;
    let places = membership::Entity::find().filter(membership::Column::StudioId.eq(1)).count(&connection).await;
    assert_eq!(places.unwrap(), 2);
    world.stop().await;
}

async fn a_token_that_is_not_good_teaches_nothing(database: Database) {
    let world = World::start(&database).await;
    let (connection, guest) = (database.connect().await, world.token_of(GUEST).await);
    let revoked = invite(&world, &world.token, GUEST).await.unwrap();
    let after = revoke(&world, &world.token, &revoked["invitation"]["id"]).await.unwrap();
    assert_eq!(after["invitation"]["status"], "REVOKED");
    let expired = invite(&world, &world.token, GUEST).await.unwrap();
    let past = world.gateway.app.clock.now() - Duration::milliseconds(1);
    let open = invitation::Entity::update_many().filter(invitation::Column::RevokedAt.is_null());
    open.col_expr(invitation::Column::ExpiresAt, Expr::value(past)).exec(&connection).await.unwrap();
    let used = invite(&world, &world.token, GUEST).await.unwrap();
    assert_eq!(accept(&world, &guest, token(&used)).await["userErrors"], json!([]));

    let unknown = URL_SAFE_NO_PAD.encode([7; 32]);
    let long = "A".repeat(5_000);
    let mut answers = Vec::new();
    for bad in [token(&revoked), token(&expired), token(&used), &unknown, &long, "", "nonsense"] {
        answers.push(accept(&world, &guest, bad).await);
        // Neither does it tell somebody else whether the invitation was ever there.
        answers.push(accept(&world, &world.stranger_token, bad).await);
    }
    assert_eq!(user_error(&answers[0]), "INVALID_INVITATION");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    for gone in [&revoked, &expired, &used] {
        let refused = revoke(&world, &world.token, &gone["invitation"]["id"]).await.unwrap();
        assert_eq!(user_error(&refused), "INVALID_INVITATION");
    }
    world.stop().await;
}

async fn a_new_invitation_takes_the_place_of_an_old_one(database: Database) {
    let world = World::start(&database).await;
    let guest = world.token_of(GUEST).await;
    let old = invite(&world, &world.token, GUEST).await.unwrap();
    let new = invite(&world, &world.token, GUEST).await.unwrap();
    assert_eq!(user_error(&accept(&world, &guest, token(&old)).await), "INVALID_INVITATION");
    // Somebody else's address opens nothing, and spends nothing.
    assert_eq!(user_error(&accept(&world, &world.stranger_token, token(&new)).await), "NOT_INVITED");
    assert_eq!(accept(&world, &guest, token(&new)).await["userErrors"], json!([]));
    let actions: Vec<String> = audit_log(&database).await.into_iter().map(|entry| entry.action).collect();
    let expected = ["MEMBER_INVITED", "INVITATION_REVOKED", "MEMBER_INVITED", "INVITATION_ACCEPTED"];
    assert_eq!(actions[actions.len() - 4..], expected);

    // However many invitations are made at once, one is open in the end.
    let burst = join_all((0..8).map(|_| invite(&world, &world.token, "crowd@elsewhere.example"))).await;
    assert!(burst.iter().all(Result::is_ok));
    let open = invitation::Entity::find().filter(invitation::Column::RevokedAt.is_null());
    let open = open.filter(invitation::Column::AcceptedAt.is_null()).count(&database.connect().await).await.unwrap();
    assert_eq!(open, 1);
    world.stop().await;
}

async fn members_are_not_invited(database: Database) {
    let world = World::start(&database).await;
    let member = join(&world, &database, "member@first.example", Role::Analyst).await;
    for email in [OWNER, "MEMBER@first.example"] {
        let refused = invite(&world, &world.token, email).await.unwrap();
        assert_eq!((user_error(&refused), &refused["userErrors"][0]["field"]), ("ALREADY_MEMBER", &json!("email")));
        assert_eq!((&refused["invitation"], &refused["invitationToken"]), (&Value::Null, &Value::Null));
    }
    let refused = invite(&world, &world.token, "no address").await.unwrap();
    assert_eq!((user_error(&refused), &refused["userErrors"][0]["field"]), ("INVALID", &json!("email")));
    // One who came in by another way meanwhile.
    let invited = invite(&world, &world.token, GUEST).await.unwrap();
    let guest = join(&world, &database, GUEST, Role::Analyst).await;
    assert_eq!(user_error(&accept(&world, &guest.token, token(&invited)).await), "ALREADY_MEMBER");
    assert_eq!(place(&world, &member.token).await, member.id);
    world.stop().await;
}

async fn owners_alone_see_to_invitations(database: Database) {
    let world = World::start(&database).await;
    let invited = invite(&world, &world.token, GUEST).await.unwrap();
    let id = &invited["invitation"]["id"];
    let node = "query ($id: ID!) { node(id: $id) { ... on Invitation { email status invitedBy { email } } } }";
    let found = world.data(node, json!({ "id": id })).await;
    assert_eq!(found["node"], json!({ "email": GUEST, "status": "OPEN", "invitedBy": { "email": OWNER } }));

    let operator = join(&world, &database, "operator@first.example", Role::Operator).await;
    let list = "query ($id: ID!) { studio(id: $id) { name invitations { nodes { email } } } }";
    let refused = world.ask_as(Some(&operator.token), list, json!({ "id": studio() })).await;
    assert_eq!((code(&refused), &refused["data"]["studio"]["invitations"]), ("FORBIDDEN", &Value::Null));
    assert_eq!(refused["data"]["studio"]["name"], "First Studio");
    assert_eq!(invite(&world, &operator.token, "friend@first.example").await, Err("FORBIDDEN".to_owned()));
    assert_eq!(revoke(&world, &operator.token, id).await, Err("FORBIDDEN".to_owned()));
    assert_eq!(world.ask_as(Some(&operator.token), node, json!({ "id": id })).await["data"]["node"], Value::Null);

    let absent = json!(GlobalId::new(Kind::Invitation, 1_000_001).encode().0);
    for id in [id, &absent] {
        assert_eq!(revoke(&world, &world.stranger_token, id).await, Err("NOT_FOUND".to_owned()));
        let theirs = world.ask_as(Some(&world.stranger_token), node, json!({ "id": id })).await;
        assert_eq!(theirs["data"], json!({ "node": null }));
    }
    assert_eq!(invite(&world, &world.stranger_token, GUEST).await, Err("NOT_FOUND".to_owned()));
    world.stop().await;
}

const JOIN: &str = "mutation ($token: String!, $name: String, $password: String) {
    acceptInvitation(input: { token: $token, displayName: $name, password: $password }) {
        membership { role user { email displayName } studio { name } } userErrors { code field }
    }
}";
const PASSWORD: &str = "a horse of the right length";

async fn join_as_nobody(world: &World, token: &str, name: Option<&str>, password: Option<&str>) -> Value {
    let variables = json!({ "token": token, "name": name, "password": password });
    let mut answer = world.ask_as(None, JOIN, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    answer["data"]["acceptInvitation"].take()
}

async fn somebody_new_becomes_a_user(database: Database) {
    let world = World::start(&database).await;
    let invited = invite(&world, &world.token, GUEST).await.unwrap();
    for (name, password, field) in [
        (None, None, "password"),
        (None, Some("too short"), "password"),
        (None, Some(GUEST), "password"),
        (Some(" "), Some(PASSWORD), "displayName"),
    ] {
        let refused = join_as_nobody(&world, token(&invited), name, password).await;
        assert_eq!(refused["userErrors"], json!([{ "code": "INVALID", "field": field }]));
    }
    let unknown = join_as_nobody(&world, "nonsense", None, Some(PASSWORD)).await;
    assert_eq!(user_error(&unknown), "INVALID_INVITATION");

    let joined = join_as_nobody(&world, token(&invited), Some("Budi"), Some(PASSWORD)).await;
    let user = json!({ "email": GUEST, "displayName": "Budi" });
    let place = json!({ "role": "OPERATOR", "user": user, "studio": { "name": "First Studio" } });
    assert_eq!(joined, json!({ "membership": place, "userErrors": [] }));
    let sign_in = "mutation ($email: String!, $password: String!) {
        signIn(input: { email: $email, password: $password }) { viewer { memberships { role } } } }";
    let signed_in = world.ask_as(None, sign_in, json!({ "email": GUEST, "password": PASSWORD })).await;
    assert_eq!(signed_in["data"]["signIn"]["viewer"]["memberships"], json!([{ "role": "OPERATOR" }]));
    let log = audit_log(&database).await;
    let accepted = log.iter().find(|entry| entry.action == "INVITATION_ACCEPTED").unwrap();
    assert!(accepted.user_id.is_some() && !format!("{log:?}").contains(PASSWORD));

    // Whoever is a user already signs in first.
    world.token_of("known@elsewhere.example").await;
    let invited = invite(&world, &world.token, "known@elsewhere.example").await.unwrap();
    let refused = join_as_nobody(&world, token(&invited), None, Some(PASSWORD)).await;
    assert_eq!(user_error(&refused), "SIGN_IN_FIRST");
    world.stop().await;
}

async fn somebody_new_is_made_once(database: Database) {
    let world = World::start(&database).await;
    let invited = invite(&world, &world.token, GUEST).await.unwrap();
    let attempts = (0..6).map(|_| join_as_nobody(&world, token(&invited), None, Some(PASSWORD)));
    let answers = join_all(attempts).await;
    let joined: Vec<&Value> = answers.iter().filter(|answer| answer["userErrors"] == json!([])).collect();
    assert_eq!(joined.len(), 1, "{answers:?}");
    assert_eq!(joined[0]["membership"]["user"]["displayName"], "guest");
    let users = entity::user::Entity::find().filter(entity::user::Column::Email.eq(GUEST));
    assert_eq!(users.count(&database.connect().await).await.unwrap(), 1);
    world.stop().await;
}

async fn an_invitation_ends_with_the_power_of_its_maker(database: Database) {
    let world = World::start(&database).await;
    let (maker, guest) =
        (join(&world, &database, "other.owner@first.example", Role::Owner).await, world.token_of(GUEST).await);
    let invited = invite(&world, &maker.token, GUEST).await.unwrap();
    let lower = "mutation ($id: ID!) {
        changeMemberRole(input: { membershipId: $id, role: OPERATOR }) { userErrors { code } }
    }";
    sends(&world, &world.token, lower, json!({ "id": maker.id })).await.unwrap();
    let refused = accept(&world, &guest, token(&invited)).await;
    assert_eq!(
        (&refused["membership"], &refused["userErrors"][0]["code"]),
        (&json!(null), &json!("INVALID_INVITATION"))
    );
    world.stop().await;
}
