//! Watching the giveouts of a session.

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{give, giveout, room, start};
use crate::support::{answer::code, stream::Event};

on_both!(changes_come_in_order_and_each_once, strangers_watch_nothing);

const CHANGES: &str = "subscription ($id: ID!, $after: Long) {
    coinGiveouts(sessionId: $id, after: $after) { sequence coinGiveout { idempotencyKey state amount } } }";

fn told(mut data: Value) -> Value {
    data["coinGiveouts"].take()
}

async fn changes_come_in_order_and_each_once(database: Database) {
    let world = start(&database).await;
    let other = world.another_gateway(&database, &[]).await;
    let (_, session) = room(&database, &world).await;
    give(&world, "giveOutCoins", &giveout(&session, "before", 1, 1)).await;
    let id = json!({ "id": session });
    let mut stream = world.subscribe_with(CHANGES, id).await;
    assert_eq!(told(stream.data().await)["coinGiveout"]["idempotencyKey"], "before");
    let mut last = 0;
    for number in 0..5 {
        let (key, coins) = (format!("{number}"), 10 + number);
        give(&world, "giveOutCoins", &giveout(&session, &key, coins, 3)).await;
        let seen = stream
            .until("the giveout is done", |data| {
                let event = &data["coinGiveouts"];
                let sequence = event["sequence"].as_i64().unwrap();
                assert!(sequence > last, "{event}");
                event["coinGiveout"]["idempotencyKey"] == key.as_str() && event["coinGiveout"]["state"] == "DONE"
            })
            .await;
        last = told(seen)["sequence"].as_i64().unwrap();
    }
    // Whoever comes back, to another gateway, goes on where they were.
    let token = Some(world.token.as_str());
    let mut back =
        crate::support::stream::Stream::open(&other.url(), token, CHANGES, json!({ "id": session, "after": last }))
            .await;
    give(&world, "giveOutCoins", &giveout(&session, "after", 1, 1)).await;
    assert_eq!(told(back.data().await)["coinGiveout"]["idempotencyKey"], "after");
    drop((stream, back));
    other.stop().await;
    world.stop().await;
}

async fn strangers_watch_nothing(database: Database) {
    let world = start(&database).await;
    let (_, session) = room(&database, &world).await;
    let query = CHANGES.replace("($id: ID!, $after: Long)", "").replace("$id, after: $after", &format!("{session:?}"));
    let mut stream = world.subscribe_as(&world.stranger_token, &query).await;
    refused(stream.event().await);
    let mut stream = world.subscribe_as_nobody(&query).await;
    refused(stream.event().await);
    world.stop().await;
}

fn refused(event: Event) {
    match event {
        Event::Next(answer) => assert!(["NOT_FOUND", "UNAUTHENTICATED"].contains(&code(&answer)), "{answer}"),
        Event::Error(errors) => assert!(errors[0]["extensions"]["code"].is_string(), "{errors}"),
        Event::Complete => panic!("completed"),
    }
}
