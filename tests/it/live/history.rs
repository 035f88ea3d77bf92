//! What was seen of a session is kept for charts.

use chrono::{DateTime, TimeDelta, Utc};
use entity::metric_sample::{ActiveModel, Entity};
use sea_orm::{ActiveValue::Set, EntityTrait as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{told, viewer_count};
use crate::support::{eventually, world::World};

on_both!(
    what_watchers_saw_is_kept,
    a_point_shows_the_last_of_its_interval_and_the_most_viewers,
    what_cannot_be_a_history_is_refused,
    samples_of_a_session_that_is_gone_hold_nobody_up,
);

const HISTORY: &str = "query($id: ID!, $from: DateTime!, $to: DateTime!, $interval: MetricInterval!) {
    liveSession(sessionId: $id) { metricHistory(from: $from, to: $to, interval: $interval) {
        startsAt observedAt viewers mostViewers peakViewers totalViewers likes comments shares orders revenue { amount currencyCode }
    } } }";

async fn history(world: &World, from: DateTime<Utc>, to: DateTime<Utc>, interval: &str) -> Value {
    let id = world.on_air().session_id.to_string();
    world.ask(HISTORY, json!({ "id": id, "from": from, "to": to, "interval": interval })).await
}

fn points(answer: &Value) -> &Vec<Value> {
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["liveSession"]["metricHistory"].as_array().unwrap()
}

async fn session_key(world: &World) -> i64 {
    use sea_orm::{ColumnTrait as _, QueryFilter as _};
    let of_session = entity::live_session::Column::SessionId.eq(world.on_air().session_id);
    let statements = world.gateway.app.database.read(Default::default());
    entity::live_session::Entity::find().filter(of_session).one(&statements).await.unwrap().unwrap().id
}

async fn what_watchers_saw_is_kept(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    let begin = live_gateway::clock::Clock.now();
    let mut stream = world.subscribe(&viewer_count(session_id)).await;
    for viewers in [54_321, 7] {
        world.shopee().set_viewers(session_id, viewers).unwrap();
        stream.until("the new count", |data| told(data)["viewers"] == viewers).await;
    }
    drop(stream);
    let to = begin + TimeDelta::hours(1);
    let last = async || points(&history(&world, begin, to, "HOUR").await).last().cloned();
    eventually("it is stored", async || last().await.is_some_and(|point| point["viewers"] == 7)).await;
    let point = last().await.unwrap();
    let session = world.shopee().session(session_id).unwrap();
    assert_eq!((&point["mostViewers"], &point["orders"]), (&json!(54_321), &json!(session.orders)));
    assert_eq!(point["revenue"]["currencyCode"], "IDR");
    assert_eq!(points(&history(&world, to, to + TimeDelta::hours(1), "MINUTE").await).len(), 0);
    world.stop().await;
}

async fn a_point_shows_the_last_of_its_interval_and_the_most_viewers(database: Database) {
    let world = World::start(&database).await;
    let key = session_key(&world).await;
    let from: DateTime<Utc> = "2026-11-22T20:00:00.250Z".parse().unwrap();
    let sample = |milliseconds: i64, viewers: Option<i64>, likes: i64| ActiveModel {
        live_session_id: Set(key),
        sampled_at: Set(from + TimeDelta::milliseconds(milliseconds)),
        viewers: Set(viewers),
        peak_viewers: Set(Some(90)),
        total_viewers: Set(None),
        likes: Set(Some(likes)),
        comments: Set(None),
        shares: Set(None),
        orders: Set(Some(2)),
        revenue: Set(Some(1_250_000)),
    };
    let samples = [
        sample(-1, Some(1_000), 1),
        sample(0, Some(5), 2),
        sample(4_750, Some(9), 3),
        sample(9_999, Some(8), 4),
        sample(10_000, None, 5),
        sample(30_000, Some(3), 7),
        sample(30_750, None, 6),
        sample(60_000, Some(2_000), 8),
    ];
    let transaction = world.gateway.app.database.write().await.unwrap();
    Entity::insert_many(samples).exec_without_returning(&transaction).await.unwrap();
    transaction.commit().await.unwrap();

    let answer = history(&world, from, from + TimeDelta::minutes(1), "TEN_SECONDS").await;
    let expected = |starts: i64, observed: i64, viewers: Option<i64>, most: Option<i64>, likes: i64| {
        let at = |milliseconds| {
            let at = from + TimeDelta::milliseconds(milliseconds);
            at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false)
        };
        json!({
            "startsAt": at(starts), "observedAt": at(observed), "viewers": viewers, "mostViewers": most,
            "peakViewers": 90, "totalViewers": null, "likes": likes, "comments": null, "shares": null, "orders": 2,
            "revenue": { "amount": "12.5", "currencyCode": "IDR" },
        })
    };
    let ten_seconds = [
        expected(0, 9_999, Some(8), Some(9), 4),
        expected(10_000, 10_000, None, None, 5),
        expected(30_000, 30_750, None, Some(3), 6),
    ];
    assert_eq!(points(&answer), &ten_seconds);
    let answer = history(&world, from, from + TimeDelta::minutes(1), "MINUTE").await;
    assert_eq!(points(&answer), &[expected(0, 30_750, None, Some(9), 6)]);
    world.stop().await;
}

async fn what_cannot_be_a_history_is_refused(database: Database) {
    let world = World::start(&database).await;
    let now = live_gateway::clock::Clock.now();
    let refused = [
        (now, now, "MINUTE", "to"),
        (now, now - TimeDelta::seconds(1), "MINUTE", "to"),
        (now, now + TimeDelta::minutes(2_001), "MINUTE", "interval"),
        (now, now + TimeDelta::days(365_000_000 / 1_000), "HOUR", "interval"),
    ];
    for (from, to, interval, argument) in refused {
        let answer = history(&world, from, to, interval).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(&format!("`{argument}`")), "{answer}");
    }
    assert_eq!(points(&history(&world, now, now + TimeDelta::minutes(2_000), "MINUTE").await).len(), 0);
    world.stop().await;
}

async fn samples_of_a_session_that_is_gone_hold_nobody_up(database: Database) {
    let world = World::start(&database).await;
    let begin = live_gateway::clock::Clock.now();
    let (app, key) = (&world.gateway.app, session_key(&world).await);
    let sample = |live_session_id: i64| entity::metric_sample::Model {
        live_session_id,
        sampled_at: begin + TimeDelta::seconds(1),
        viewers: Some(42),
        peak_viewers: None,
        total_viewers: None,
        likes: None,
        comments: None,
        shares: None,
        orders: None,
        revenue: None,
    };
    // The last one twice, as when a turn passes from one gateway to another.
    app.samples.put_back([sample(i64::MAX), sample(key), sample(key)]);
    let stored = async || points(&history(&world, begin, begin + TimeDelta::hours(1), "MINUTE").await).clone();
    eventually("it is stored", async || stored().await.len() == 1).await;
    assert_eq!(stored().await[0]["viewers"], 42);
    world.stop().await;
}
