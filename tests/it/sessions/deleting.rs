use entity::{coin_giveout, deleted_live_session, live_analytics, live_session, live_session_item, metric_sample};
use live_gateway::clock::Clock;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{account, answer, audited, done, ended, refusals, row, stored, sync};
use crate::support::{answer::code, stream::Event, world::World};

on_both!(
    what_is_deleted_stays_deleted_until_it_is_created_again,
    what_has_to_stay_stays,
    whoever_watches_sees_the_end,
    a_sync_that_runs_meanwhile_brings_nothing_back,
);

const DELETE: &str = "deleteLiveSession";
const ROUNDS: usize = 20;

/// How much of a session there is: items, samples, days.
async fn belongings(connection: &DatabaseConnection, session_key: i64) -> [u64; 3] {
    let items = live_session_item::Entity::find();
    let samples = metric_sample::Entity::find();
    let days = live_analytics::Entity::find();
    [
        items.filter(live_session_item::Column::LiveSessionId.eq(session_key)).count(connection).await.unwrap(),
        samples.filter(metric_sample::Column::LiveSessionId.eq(session_key)).count(connection).await.unwrap(),
        days.filter(live_analytics::Column::LiveSessionId.eq(session_key)).count(connection).await.unwrap(),
    ]
}

async fn add_figures(connection: &DatabaseConnection, session: &live_session::Model) {
    let now = Clock.now();
    let sample =
        metric_sample::ActiveModel { live_session_id: Set(session.id), sampled_at: Set(now), ..Default::default() };
    sample.insert(connection).await.unwrap();
    for live_session_id in [Some(session.id), None] {
        let day = live_analytics::ActiveModel {
            studio_id: Set(session.studio_id),
            live_session_id: Set(live_session_id),
            date: Set(now.date_naive()),
            total_sessions: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        day.insert(connection).await.unwrap();
    }
}

async fn what_is_deleted_stays_deleted_until_it_is_created_again(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session = ended(&world);
    let (before, id) = stored(&connection, &session).await;
    add_figures(&connection, &before).await;
    assert!(belongings(&connection, before.id).await.iter().all(|count| *count > 0));
    let others = live_session::Entity::find().count(&connection).await.unwrap() - 1;

    let payload = done(&world, DELETE, json!({ "id": id })).await;
    assert_eq!(payload, json!({ "deletedLiveSessionId": id, "userErrors": [] }));
    assert_eq!(belongings(&connection, before.id).await, [0, 0, 0]);
    assert_eq!(live_analytics::Entity::find().count(&connection).await.unwrap(), 1, "the studio's own day stays");
    let (was, is) = audited(&connection, "LIVE_SESSION_DELETED").await.remove(0);
    assert_eq!((&was["sessionId"], is), (&json!(session.session_id.to_string()), Value::Null));

    for _ in 0..2 {
        sync(&world, &connection).await;
        assert_eq!(row(&connection, session.session_id).await, None);
        assert_eq!(live_session::Entity::find().count(&connection).await.unwrap(), others);
    }
    let gone = world.data("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
    assert_eq!(gone["node"], Value::Null);
    assert_eq!(code(&answer(&world, Some(&world.token), DELETE, json!({ "id": id })).await), "NOT_FOUND");

    let input = json!({ "shopeeAccountId": account(&connection).await.1, "sessionId": session.session_id.to_string() });
    let back = done(&world, "createLiveSession", input).await;
    assert_eq!((refusals(&back), &back["liveSession"]["status"]), (vec![], &json!("ENDED")));
    assert_ne!(back["liveSession"]["id"], id);
    assert_eq!(deleted_live_session::Entity::find().count(&connection).await.unwrap(), 0);
    sync(&world, &connection).await;
    let after = row(&connection, session.session_id).await.unwrap();
    assert_eq!((after.ended_at, after.total_likes), (before.ended_at, before.total_likes), "and it is synced again");
    assert!(belongings(&connection, after.id).await[0] > 0);
    world.stop().await;
}

async fn what_has_to_stay_stays(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let account = world.first_account().user_id;
    let mut running = world.shopee().on_air().into_iter().filter(|session| session.user_id == account);
    let (_, on_air) = stored(&connection, &running.next().unwrap()).await;
    let over = running.next().unwrap();
    let (_, rewarded) = stored(&connection, &over).await;
    let start = "mutation ($input: StartCoinsInput!) { startCoins(input: $input) { coinGiveout { state } } }";
    let input = json!({ "idempotencyKey": "once", "liveSessionId": rewarded, "amount": 1 });
    let payload = world.data(start, json!({ "input": input })).await["startCoins"].take();
    assert_eq!(payload["coinGiveout"]["state"], "DONE");
    world.shopee().end_session(over.session_id).unwrap();
    sync(&world, &connection).await;
    let count = live_session::Entity::find().count(&connection).await.unwrap();
    for (id, code) in [(on_air, "ON_AIR"), (rewarded, "IN_USE")] {
        let payload = done(&world, DELETE, json!({ "id": id })).await;
        assert_eq!((refusals(&payload), &payload["deletedLiveSessionId"]), (vec![(code, Some("id"))], &Value::Null));
    }
    assert_eq!(live_session::Entity::find().count(&connection).await.unwrap(), count);
    assert_eq!(coin_giveout::Entity::find().count(&connection).await.unwrap(), 1);
    assert_eq!(deleted_live_session::Entity::find().count(&connection).await.unwrap(), 0);
    assert_eq!(audited(&connection, "LIVE_SESSION_DELETED").await, []);
    world.stop().await;
}

/// Stored as over while Shopee has it on air still: there is something to watch, and it may be deleted.
async fn whoever_watches_sees_the_end(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (session, id) = stored(&connection, &world.on_air()).await;
    let over = live_session::ActiveModel { status: Set(live_session::Status::Ended), ..session.into_active_model() };
    over.update(&connection).await.unwrap();
    let watch = format!(r#"subscription {{ viewerCount(sessionId: "{id}") {{ viewers isOnAir }} }}"#);
    let mut streams = [world.subscribe(&watch).await, world.subscribe(&watch).await];
    for stream in &mut streams {
        assert_eq!(stream.data().await["viewerCount"]["isOnAir"], true);
    }
    assert_eq!(refusals(&done(&world, DELETE, json!({ "id": id })).await), []);
    for stream in &mut streams {
        loop {
            match stream.event().await {
                Event::Next(payload) => assert_eq!(payload["data"]["viewerCount"]["isOnAir"], true),
                end => break assert_eq!(end, Event::Complete),
            }
        }
    }
    let Event::Error(errors) = world.subscribe(&watch).await.event().await else { panic!("there is none to watch") };
    assert_eq!(code(&json!({ "errors": errors })), "NOT_FOUND");
    world.stop().await;
}

async fn a_sync_that_runs_meanwhile_brings_nothing_back(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session = ended(&world);
    let create =
        json!({ "shopeeAccountId": account(&connection).await.1, "sessionId": session.session_id.to_string() });
    for round in 0..ROUNDS {
        let (_, id) = stored(&connection, &session).await;
        let delete = async { done(&world, DELETE, json!({ "id": id })).await };
        let ((), (), payload) = tokio::join!(sync(&world, &connection), sync(&world, &connection), delete);
        assert_eq!(refusals(&payload), [], "round {round}");
        assert_eq!(row(&connection, session.session_id).await, None, "round {round}");
        assert_eq!(refusals(&done(&world, "createLiveSession", create.clone()).await), [], "round {round}");
    }
    world.stop().await;
}
