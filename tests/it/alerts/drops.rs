//! Drops of a session's numbers against its own course.

use std::time::Duration;

use entity::metric_sample;
use live_gateway::graphql::id::Kind;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseConnection, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QuerySelect as _,
};
use serde_json::json;
use testing::{Database, on_both};

use super::{STEP, alerts, id, look, open, session};
use crate::support::{
    eventually,
    world::{Start, World},
};

on_both!(
    a_drop_is_told_within_two_samples_and_until_it_is_over,
    the_end_of_a_session_ends_its_alerts,
    nobody_has_to_watch,
    two_gateways_raise_it_once
);

/// The sample at which what is scripted drops, and at which it is back.
const DROPS_AT: usize = 9;
const BACK_AT: usize = 13;

/// What a session showed in one step, by what of it is scripted.
type Scripted = fn(&mut metric_sample::Model, usize);

/// Each has a course that only one number of falls: viewers to half, orders and likes to a fifth of their pace.
const COURSES: [(&str, Scripted, [&str; 2]); 3] = [
    ("VIEWERS_DROPPED", |sample, step| sample.viewers = Some(if is_down(step) { 500 } else { 1_000 }), ["1000", "500"]),
    ("ORDERS_DROPPED", |sample, step| sample.orders = Some(grown(step, 50, 10)), ["100", "20"]),
    ("LIKES_DROPPED", |sample, step| sample.likes = Some(grown(step, 500, 100)), ["1000", "200"]),
];

fn is_down(step: usize) -> bool {
    (DROPS_AT..BACK_AT).contains(&step)
}

fn grown(step: usize, usually: i64, when_down: i64) -> i64 {
    (0..=step).map(|step| if is_down(step) { when_down } else { usually }).sum()
}

/// The course up to a step, the newest sample just now.
async fn write(connection: &DatabaseConnection, session_key: i64, scripted: Scripted, newest: usize) {
    let of_session = metric_sample::Column::LiveSessionId.eq(session_key);
    metric_sample::Entity::delete_many().filter(of_session).exec(connection).await.unwrap();
    let now = live_gateway::clock::Clock.now();
    for step in 0..=newest {
        // Steady but for what is scripted.
        let mut sample = metric_sample::Model {
            live_session_id: session_key,
            sampled_at: now - STEP * (newest - step) as i32,
            viewers: Some(1_000),
            peak_viewers: None,
            total_viewers: None,
            likes: Some(500 * step as i64),
            comments: None,
            shares: None,
            orders: Some(50 * step as i64),
            revenue: None,
        };
        scripted(&mut sample, step);
        sample.into_active_model().reset_all().insert(connection).await.unwrap();
    }
}

async fn a_drop_is_told_within_two_samples_and_until_it_is_over(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session = session(&connection, &world).await;
    for (kind, scripted, [usual, observed]) in COURSES {
        let mut told = Vec::new();
        for step in 0..BACK_AT + 4 {
            write(&connection, session.id, scripted, step).await;
            look(&world).await;
            let open = alerts(&world, json!({ "isOpen": true })).await;
            assert!(open.iter().all(|alert| alert["kind"] == kind), "step {step} of {kind}: {open:#?}");
            if let [alert] = open.as_slice() {
                assert_eq!(alert["usual"], usual, "{kind}");
                assert_eq!(alert["observed"], observed, "{kind}");
                let about = json!({ "__typename": "LiveSession", "id": id(Kind::LiveSession, session.id),
                    "sessionId": session.session_id.to_string() });
                assert_eq!(alert["about"], about);
                told.push(step);
            }
        }
        // Raised with the second low sample, cleared with the second one that is back.
        assert_eq!(told, (DROPS_AT + 1..=BACK_AT).collect::<Vec<_>>(), "{kind}");
        let all = alerts(&world, json!({ "kind": kind })).await;
        assert!(all.len() == 1 && all[0]["clearedAt"].is_string(), "raised once: {all:#?}");
    }
    world.stop().await;
}

async fn the_end_of_a_session_ends_its_alerts(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session = session(&connection, &world).await;
    write(&connection, session.id, COURSES[0].1, DROPS_AT + 1).await;
    look(&world).await;
    assert_eq!(open(&world, "VIEWERS_DROPPED").await.len(), 1);
    let mut stream = world
        .subscribe(&format!("subscription {{ viewerCount(sessionId: {}) {{ isOnAir }} }}", session.session_id))
        .await;
    stream.data().await;
    world.shopee().end_session(session.session_id).unwrap();
    stream.until("the end", |data| data["viewerCount"]["isOnAir"] == false).await;
    look(&world).await;
    assert_eq!(open(&world, "VIEWERS_DROPPED").await.len(), 0);
    world.stop().await;
}

/// A gateway that looks every second.
async fn looking(database: &Database) -> World {
    let variables = vec![("ALERT_INTERVAL_SECONDS", "1".to_owned())];
    World::start_with(database, Start { accounts: 1, variables }).await
}

/// How many seconds' worth of samples are stored of a session.
async fn seconds(connection: &DatabaseConnection, session_key: i64) -> usize {
    let samples = metric_sample::Entity::find().filter(metric_sample::Column::LiveSessionId.eq(session_key));
    let samples = samples.select_only().column(metric_sample::Column::SampledAt);
    let all: Vec<chrono::DateTime<chrono::Utc>> = samples.into_tuple().all(connection).await.unwrap();
    all.iter().map(chrono::DateTime::timestamp).collect::<std::collections::BTreeSet<_>>().len()
}

async fn drops_to(world: &World, database: &Database, viewers: u64) {
    let connection = database.connect().await;
    let session = session(&connection, world).await;
    world.shopee().set_viewers(session.session_id, 5_000).unwrap();
    let before = seconds(&connection, session.id).await;
    eventually("enough is known", async || seconds(&connection, session.id).await >= before + 9).await;
    assert_eq!(alerts(world, json!({ "kind": "VIEWERS_DROPPED" })).await.len(), 0);
    world.shopee().set_viewers(session.session_id, viewers).unwrap();
    eventually("the drop is told", async || open(world, "VIEWERS_DROPPED").await.len() == 1).await;
}

async fn nobody_has_to_watch(database: Database) {
    let world = looking(&database).await;
    drops_to(&world, &database, 900).await;
    let alert = open(&world, "VIEWERS_DROPPED").await.remove(0);
    assert_eq!((&alert["observed"], &alert["threshold"]), (&json!("900"), &json!(40)));
    world.shopee().set_viewers(world.on_air().session_id, 4_900).unwrap();
    eventually("it is over", async || open(&world, "VIEWERS_DROPPED").await.is_empty()).await;
    world.stop().await;
}

async fn two_gateways_raise_it_once(database: Database) {
    let world = looking(&database).await;
    let other = world.another_gateway(&database, &[("ALERT_INTERVAL_SECONDS", "1".to_owned())]).await;
    drops_to(&world, &database, 100).await;
    // Both have looked again by then.
    let (connection, session) = (database.connect().await, world.on_air().session_id);
    let key = super::session(&connection, &world).await.id;
    let before = seconds(&connection, key).await;
    eventually("both look again", async || seconds(&connection, key).await >= before + 3).await;
    let told = alerts(&world, json!({ "kind": "VIEWERS_DROPPED" })).await;
    assert_eq!(told.len(), 1, "of session {session}: {told:#?}");
    assert!(tokio::time::timeout(Duration::from_secs(20), other.stop()).await.is_ok());
    world.stop().await;
}
