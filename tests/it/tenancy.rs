//! Whose things are whose: a viewer of another studio, and nobody at all, over every way to reach a thing. What is not yours
//! answers exactly as what is not there.

mod canary;
mod tokens;
mod ways;

use entity::{live_session, live_session_item, membership, membership::Role, shopee_account};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use self::ways::{GUEST, SUBSCRIPTIONS, Things, WAYS, Way};
use crate::support::{
    answer::{code, statements, without_request_ids},
    introspection::{Introspection, text},
    stream::Event,
    world::{OWNER, World},
};

on_both!(
    every_root_field_is_tried,
    what_is_not_yours_is_not_there,
    a_foreign_stream_is_one_of_nothing,
    nobody_gets_nothing,
    a_place_in_a_foreign_list_opens_nothing,
    what_a_viewer_sees_follows_their_memberships,
);

/// Roots that lead to nothing of anybody's: who asks, what everybody may know of Shopee, and addresses.
const OF_NOBODY: [&str; 5] = ["viewer", "ongoingLive", "productUrl", "shopUrl", "externalApiUrl"];

/// A way that nobody has thought of yet fails here.
async fn every_root_field_is_tried(database: Database) {
    let world = World::start(&database).await;
    let schema = Introspection::of(&world).await;
    for (root, ways) in [("queryType", WAYS), ("subscriptionType", SUBSCRIPTIONS)] {
        for field in schema.root_fields(root) {
            let name = text(&field["name"]);
            let tried = OF_NOBODY.contains(&name) || ways.iter().any(|way| way.query.contains(&format!("{{ {name}(")));
            assert!(tried, "{root}: no way through {name}");
        }
    }
    world.stop().await;
}

async fn what_is_not_yours_is_not_there(database: Database) {
    let world = World::start(&database).await;
    let (foreign, absent) = (Things::of_the_first_studio(&world, &database).await, Things::nowhere());
    let canaries = canaries(&database).await;
    for way in WAYS {
        let own = [raw(&world, &world.token, way, &foreign).await, raw(&world, &world.token, way, &absent).await];
        assert_ne!(own[0], own[1], "{way:?} leads their owner nowhere");
        assert!(canaries.iter().any(|canary| own[0].contains(canary)), "{way:?}: no canary in {}", own[0]);

        world.shopee().reset_calls();
        let stranger = &world.stranger_token;
        let [theirs, none] = [raw(&world, stranger, way, &foreign).await, raw(&world, stranger, way, &absent).await];
        assert_eq!(theirs, none, "{way:?}");
        let leaked: Vec<&String> = canaries.iter().filter(|canary| theirs.contains(canary.as_str())).collect();
        assert_eq!(leaked, [""; 0], "{way:?}");
        assert!(world.shopee().calls_by_name().is_empty(), "{way:?}");
    }
    world.stop().await;
}

/// The answer's text, but for the request's id.
async fn raw(world: &World, token: &str, way: &Way, things: &Things) -> String {
    let response = world.post(Some(token), &way.filled(things), json!({})).await;
    let status = response.status();
    format!("{status} {}", without_request_ids(&response.text().await.unwrap()))
}

/// Texts that are the first studio's own.
async fn canaries(database: &Database) -> Vec<String> {
    let connection = database.connect().await;
    let sessions = live_session::Entity::find().all(&connection).await.unwrap();
    let items = live_session_item::Entity::find().all(&connection).await.unwrap();
    let accounts = shopee_account::Entity::find().all(&connection).await.unwrap();
    let mut canaries = ["First Studio", OWNER, GUEST].map(str::to_owned).to_vec();
    canaries.extend(sessions.iter().flat_map(|row| [row.session_name.clone(), row.session_id.to_string()]));
    canaries.extend(items.iter().flat_map(|row| [row.product_name.clone(), row.item_id.to_string()]));
    canaries.extend(accounts.iter().flat_map(|row| [row.username.clone(), row.shopee_user_id.to_string()]));
    canaries
}

async fn a_foreign_stream_is_one_of_nothing(database: Database) {
    let world = World::start(&database).await;
    let (foreign, absent) = (Things::of_the_first_studio(&world, &database).await, Things::nowhere());
    // Something to tell for each stream.
    let coins = r#"mutation { startCoins(input: { idempotencyKey: "one", liveSessionId: "<SESSION>", amount: 1 }) {
        userErrors { code } } }"#;
    world.data(&Way { query: coins }.filled(&foreign), json!({})).await;
    for way in SUBSCRIPTIONS {
        world.subscribe(&way.filled(&foreign)).await.data().await;
        let mut refusals = Vec::new();
        for things in [&foreign, &absent] {
            let event = world.subscribe_as(&world.stranger_token, &way.filled(things)).await.event().await;
            let Event::Error(errors) = event else { panic!("{way:?}: {event:?}") };
            assert_eq!(code(&json!({ "errors": errors })), "NOT_FOUND", "{way:?}");
            refusals.push(without_request_ids(&errors.to_string()));
        }
        assert_eq!(refusals[0], refusals[1], "{way:?}");
    }
    world.stop().await;
}

async fn nobody_gets_nothing(database: Database) {
    let world = World::start(&database).await;
    let (foreign, absent) = (Things::of_the_first_studio(&world, &database).await, Things::nowhere());
    let lists = [
        "{ liveSessions { nodes { sessionName } } }",
        "{ nodes(ids: []) { id } }",
        "{ ongoingLive(uid: 1, region: ID) { title } }",
        "{ productUrl(shopId: 1, itemId: 1, region: ID) }",
        r#"{ shopUrl(name: "a", region: ID) }"#,
        r#"{ externalApiUrl(path: "a") }"#,
    ];
    let ways = WAYS.iter().flat_map(|way| [way.filled(&foreign), way.filled(&absent)]);
    for query in ways.chain(lists.map(str::to_owned)) {
        if query.starts_with("{ viewer") {
            continue;
        }
        let answer = world.ask_as(None, &query, json!({})).await;
        let codes: Vec<&Value> = errors(&answer).iter().map(|error| &error["extensions"]["code"]).collect();
        assert_eq!(codes, ["UNAUTHENTICATED"], "{query}: {answer}");
        assert_eq!(statements(&answer), 0, "{query}");
    }
    for way in SUBSCRIPTIONS {
        let event = world.subscribe_as_nobody(&way.filled(&foreign)).await.event().await;
        let Event::Error(errors) = event else { panic!("{way:?}: {event:?}") };
        assert_eq!(code(&json!({ "errors": errors })), "UNAUTHENTICATED", "{way:?}");
    }
    let answer = world.ask_as(None, "{ viewer { email memberships { studio { name } } } __typename }", json!({})).await;
    assert_eq!((&answer["data"], answer.get("errors")), (&json!({ "viewer": null, "__typename": "Query" }), None));
    world.stop().await;
}

fn errors(answer: &Value) -> &[Value] {
    answer["errors"].as_array().map_or(&[], Vec::as_slice)
}

async fn a_place_in_a_foreign_list_opens_nothing(database: Database) {
    let world = World::start(&database).await;
    let page = world.data("{ liveSessions(first: 30) { edges { cursor } } }", json!({})).await;
    let stranger = Some(world.stranger_token.as_str());
    for edge in page["liveSessions"]["edges"].as_array().unwrap() {
        for argument in ["after", "before"] {
            let query = format!("{{ liveSessions({argument}: {}) {{ totalCount nodes {{ id }} }} }}", edge["cursor"]);
            let answer = world.ask_as(stranger, &query, json!({})).await;
            assert_eq!(answer["data"]["liveSessions"], json!({ "totalCount": 0, "nodes": [] }), "{query}");
        }
    }
    world.stop().await;
}

async fn what_a_viewer_sees_follows_their_memberships(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let query = "{ viewer { memberships { role studio { name viewerRole } } } liveSessions { totalCount } }";
    let sees = async || world.ask_as(Some(&world.stranger_token), query, json!({})).await["data"].take();
    let second = json!({ "role": "OWNER", "studio": { "name": "Second Studio", "viewerRole": "OWNER" } });
    let first = json!({ "role": "ANALYST", "studio": { "name": "First Studio", "viewerRole": "ANALYST" } });
    let alone = json!({ "viewer": { "memberships": [second] }, "liveSessions": { "totalCount": 0 } });
    assert_eq!(sees().await, alone);

    let existing = membership::Entity::find().all(&connection).await.unwrap();
    let (owner, stranger) = (&existing[0], &existing[1]);
    let joined = membership::ActiveModel {
        user_id: Set(stranger.user_id),
        studio_id: Set(owner.studio_id),
        role: Set(Role::Analyst),
        created_at: Set(owner.created_at),
        ..Default::default()
    };
    joined.insert(&connection).await.unwrap();
    let both = sees().await;
    assert_eq!(both["liveSessions"]["totalCount"], 62);
    let memberships = both["viewer"]["memberships"].as_array().unwrap();
    assert!(memberships.len() == 2 && memberships.contains(&first) && memberships.contains(&second), "{both}");

    let of_stranger = membership::Entity::delete_many().filter(membership::Column::UserId.eq(stranger.user_id));
    of_stranger.filter(membership::Column::StudioId.eq(owner.studio_id)).exec(&connection).await.unwrap();
    assert_eq!(sees().await, alone, "a good token of somebody who has left");
    world.stop().await;
}
