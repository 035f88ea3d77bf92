//! Whose sockets end when something is taken from somebody: theirs, on every instance, within a second, and nobody else's.

use std::time::{Duration, Instant};

use entity::{
    membership::{self, Role},
    user,
};
use live_gateway::{graphql::id::GlobalId, serve::Gateway};
use sea_orm::{ActiveEnum as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::json;
use testing::{Database, on_both};

use super::people::{join, sends, studio};
use crate::support::{
    answer::code,
    stream::{Event, Stream},
    world::World,
};

on_both!(
    what_is_taken_ends_sockets_everywhere,
    what_is_given_ends_none,
    a_socket_has_the_rights_of_the_moment,
    a_user_who_is_no_more_is_cut_off,
);

const NUMBERS: &str = "subscription ($id: ID!) { liveMetrics(sessionId: $id) { viewers } }";

/// A socket of somebody on a gateway, at work.
async fn watching(world: &World, gateway: &Gateway, token: &str) -> Stream {
    let session = world.on_air().session_id.to_string();
    let mut stream = Stream::open(&gateway.url(), Some(token), NUMBERS, json!({ "id": session })).await;
    stream.data().await;
    stream
}

async fn what_is_taken_ends_sockets_everywhere(database: Database) {
    let world = World::start(&database).await;
    let second = world.another_gateway(&database, &[]).await;
    let removed = join(&world, &database, "removed@first.example", Role::Operator).await;
    let lowered = join(&world, &database, "lowered@first.example", Role::Operator).await;
    let leaver = join(&world, &database, "leaver@first.example", Role::Analyst).await;
    let mut bystanders = Vec::new();
    for gateway in [&world.gateway, &second] {
        bystanders.push(watching(&world, gateway, &world.token).await);
    }
    let lower = "mutation ($id: ID!) {
        changeMemberRole(input: { membershipId: $id, role: ANALYST }) { userErrors { code } } }";
    let leave = "mutation ($id: ID!) { leaveStudio(input: { studioId: $id }) { userErrors { code } } }";
    for (whose, by, mutation, id) in [
        (&removed, &world.token, REMOVE, &removed.id),
        (&lowered, &world.token, lower, &lowered.id),
        (&leaver, &leaver.token, leave, &studio()),
    ] {
        let mut sockets = Vec::new();
        for gateway in [&world.gateway, &second, &second] {
            sockets.push(watching(&world, gateway, &whose.token).await);
        }
        let done = sends(&world, by, mutation, json!({ "id": id })).await.unwrap();
        let taken = Instant::now();
        assert_eq!(done, json!({ "userErrors": [] }));
        for socket in &mut sockets {
            assert_eq!(socket.closed().await, 4403, "{}", whose.email);
        }
        assert!(taken.elapsed() < Duration::from_secs(1), "{}: {:?}", whose.email, taken.elapsed());
    }
    // Whose role is lower may come back, and stays.
    bystanders.push(watching(&world, &second, &lowered.token).await);
    world.shopee().set_viewers(world.on_air().session_id, 4_321).unwrap();
    for bystander in &mut bystanders {
        bystander.until("the new number", |data| data["liveMetrics"]["viewers"] == 4_321).await;
    }
    second.stop().await;
    world.stop().await;
}

/// An open socket of somebody, with nothing at work.
async fn idle(world: &World, token: &str) -> Stream {
    let mut stream = Stream::open(&world.gateway.url(), Some(token), "{ __typename }", json!({})).await;
    stream.data().await;
    assert_eq!(stream.event().await, Event::Complete);
    stream
}

const REMOVE: &str = "mutation ($id: ID!) { removeMember(input: { membershipId: $id }) { userErrors { code } } }";
const RENAME: &str =
    r#"mutation ($id: ID!) { updateStudio(input: { studioId: $id, name: "New" }) { studio { name } } }"#;
const CREATE: &str =
    r#"mutation { createStudio(input: { name: "Own", timeZone: "Asia/Jakarta" }) { studio { name } } }"#;

async fn what_is_given_ends_none(database: Database) {
    let world = World::start(&database).await;
    let raised = join(&world, &database, "raised@first.example", Role::Analyst).await;
    let removed = join(&world, &database, "removed@first.example", Role::Analyst).await;
    let (mut stays, mut ends) = (idle(&world, &raised.token).await, idle(&world, &removed.token).await);
    assert_eq!(code(&stays.ask(RENAME, json!({ "id": studio() })).await), "FORBIDDEN");
    let raise =
        "mutation ($id: ID!) { changeMemberRole(input: { membershipId: $id, role: OWNER }) { userErrors { code } } }";
    sends(&world, &world.token, raise, json!({ "id": raised.id })).await.unwrap();
    sends(&world, &world.token, REMOVE, json!({ "id": removed.id })).await.unwrap();
    assert_eq!(ends.closed().await, 4403);
    // What is given is there at once.
    let renamed = stays.ask(RENAME, json!({ "id": studio() })).await;
    assert_eq!(renamed["data"]["updateStudio"]["studio"]["name"], "New");
    stays.ask(CREATE, json!({})).await;
    let sees = stays.ask("{ viewer { memberships { studio { name } } } }", json!({})).await;
    assert_eq!(sees["data"]["viewer"]["memberships"].as_array().unwrap().len(), 2);
    world.stop().await;
}

async fn a_socket_has_the_rights_of_the_moment(database: Database) {
    let world = World::start(&database).await;
    let member = join(&world, &database, "member@first.example", Role::Owner).await;
    let mut socket = idle(&world, &member.token).await;
    // Behind the gateway's back, so that nothing ends the socket.
    let key = GlobalId::decode(&member.id).unwrap().key;
    let lowered = membership::Entity::update_many().filter(membership::Column::Id.eq(key));
    let lowered = lowered.col_expr(membership::Column::Role, Expr::value(Role::Analyst.to_value()));
    lowered.exec(&database.connect().await).await.unwrap();
    assert_eq!(code(&socket.ask(RENAME, json!({ "id": studio() })).await), "FORBIDDEN");
    world.stop().await;
}

async fn a_user_who_is_no_more_is_cut_off(database: Database) {
    let world = World::start(&database).await;
    let member = join(&world, &database, "member@first.example", Role::Owner).await;
    let (mut socket, mut bystander) = (idle(&world, &member.token).await, idle(&world, &world.token).await);
    let users = user::Entity::delete_many().filter(user::Column::Email.eq(&member.email));
    users.exec(&database.connect().await).await.unwrap();
    assert_eq!(socket.closed().await, 4403);
    bystander.ask("{ __typename }", json!({})).await;
    world.stop().await;
}
