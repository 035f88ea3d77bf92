//! Things by their ids: every kind is found again, nothing else is, and the order is the client's.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::live_session;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _,
};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::{argument, code},
    introspection::text,
    world::World,
};

on_both!(
    every_kind_is_found_again,
    what_is_no_id_of_ours_is_null,
    the_order_is_the_clients,
    more_than_a_hundred_ids_are_refused,
    an_id_that_two_regions_know_needs_its_region,
);

const NODES: &str = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";

/// One thing of each kind: its type and id.
async fn one_of_each(world: &World) -> Vec<Value> {
    let query =
        "{ liveSessions(first: 1) { nodes { __typename id studio { __typename id } shopeeAccount { __typename id }
        items(first: 1) { nodes { __typename id } } } } }";
    let mut session = world.data(query, json!({})).await["liveSessions"]["nodes"][0].take();
    let (studio, account) = (session["studio"].take(), session["shopeeAccount"].take());
    let item = session["items"]["nodes"][0].take();
    let session = json!({ "__typename": session["__typename"], "id": session["id"] });
    vec![studio, account, session, item]
}

fn ids(things: &[Value]) -> Vec<&Value> {
    things.iter().map(|thing| &thing["id"]).collect()
}

async fn every_kind_is_found_again(database: Database) {
    let world = World::start(&database).await;
    let things = one_of_each(&world).await;
    let kinds: Vec<&str> = things.iter().map(|thing| text(&thing["__typename"])).collect();
    assert_eq!(kinds, ["Studio", "ShopeeAccount", "LiveSession", "LiveSessionItem"]);
    assert_eq!(world.data(NODES, json!({ "ids": ids(&things) })).await["nodes"], json!(things));
    for thing in &things {
        let data =
            world.data("query($id: ID!) { node(id: $id) { __typename id } }", json!({ "id": thing["id"] })).await;
        assert_eq!(data["node"], *thing);
    }
    world.stop().await;
}

async fn what_is_no_id_of_ours_is_null(database: Database) {
    let world = World::start(&database).await;
    let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let strange = [
        String::new(),
        "1".to_owned(),
        "LiveSession:1".to_owned(),
        "💕".to_owned(),
        "a\0b".to_owned(),
        "A".repeat(100_000),
        encoded("Viewer:1"),
        encoded("livesession:1"),
        encoded("LiveSession"),
        encoded("LiveSession:"),
        encoded("LiveSession:+1"),
        encoded("LiveSession:01"),
        encoded("LiveSession:1.0"),
        encoded("LiveSession:1\0"),
        encoded("LiveSession:1:1"),
        encoded("LiveSession:99999999999999999999"),
        encoded(&format!("LiveSession:{}", i64::MAX)),
        encoded(&format!("Studio:{}", i64::MIN)),
        encoded("ShopeeAccount:0"),
        encoded("LiveSessionItem:-1"),
        format!("{}=", encoded("LiveSession:1")),
        URL_SAFE_NO_PAD.encode([0xff, 0xfe]),
    ];
    let data = world.data(NODES, json!({ "ids": strange })).await;
    assert_eq!(data["nodes"], json!(vec![Value::Null; strange.len()]));
    for id in strange {
        let data = world.data("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(data, json!({ "node": null }), "{id:?}");
    }
    world.stop().await;
}

async fn the_order_is_the_clients(database: Database) {
    let world = World::start(&database).await;
    let things = one_of_each(&world).await;
    let nothing = json!({ "id": "nothing" });
    let wanted: Vec<&Value> =
        [3, 0, 9, 2, 2, 1, 9, 3, 0].iter().map(|place| things.get(*place).unwrap_or(&nothing)).collect();
    let ids: Vec<&Value> = wanted.iter().map(|thing| &thing["id"]).collect();
    let nodes = world.data(NODES, json!({ "ids": ids })).await["nodes"].take();
    let expected: Vec<&Value> =
        wanted.into_iter().map(|thing| if *thing == nothing { &Value::Null } else { thing }).collect();
    assert_eq!(nodes, json!(expected));
    world.stop().await;
}

async fn more_than_a_hundred_ids_are_refused(database: Database) {
    let world = World::start(&database).await;
    let session = &one_of_each(&world).await[2];
    let data = world.data(NODES, json!({ "ids": vec![&session["id"]; 100] })).await;
    assert_eq!(data["nodes"], json!(vec![session; 100]));
    assert_eq!(world.data(NODES, json!({ "ids": [] })).await["nodes"], json!([]));
    let answer = world.ask(NODES, json!({ "ids": vec![&session["id"]; 101] })).await;
    assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", "ids"));
    world.stop().await;
}

async fn an_id_that_two_regions_know_needs_its_region(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    let connection = database.connect().await;
    let row =
        live_session::Entity::find().filter(live_session::Column::SessionId.eq(session_id)).one(&connection).await;
    let mut twin: live_session::ActiveModel = row.unwrap().unwrap().into();
    twin.id = ActiveValue::NotSet;
    twin.region = Set("BR".to_owned());
    twin.insert(&connection).await.unwrap();

    let one = "query($id: ID!, $region: Region) { liveSession(sessionId: $id, region: $region) { region } }";
    let answer = world.ask(one, json!({ "id": session_id.to_string() })).await;
    assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", "region"));
    for region in ["ID", "BR"] {
        let data = world.data(one, json!({ "id": session_id.to_string(), "region": region })).await;
        assert_eq!(data["liveSession"]["region"], region);
    }
    world.stop().await;
}
