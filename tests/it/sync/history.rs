//! History that stays small: samples are thinned as they age, what hangs below a deleted session goes with it, and jobs are forgotten.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{job, live_session, metric_sample};
use live_gateway::{app::App, session::housekeeping::tidy};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
};
use testing::{Database, on_both};

use crate::support::world::World;

on_both!(samples_are_thinned_by_their_age, a_deleted_session_leaves_no_sample, jobs_are_forgotten);

/// A day's, more than one transaction takes out, one each nine seconds.
const SAMPLES: i64 = 9_600;
const APART: TimeDelta = TimeDelta::seconds(9);

/// An ended session with a sample every nine seconds until its end.
async fn sampled(connection: &DatabaseConnection, ended_at: DateTime<Utc>) -> live_session::Model {
    let ended = live_session::Entity::find().filter(live_session::Column::Status.eq(live_session::Status::Ended));
    let session = ended.one(connection).await.unwrap().unwrap();
    let row = live_session::ActiveModel { ended_at: Set(Some(ended_at)), ..session.into_active_model() };
    let session = row.update(connection).await.unwrap();
    let row = |number: i64| metric_sample::ActiveModel {
        live_session_id: Set(session.id),
        sampled_at: Set(ended_at - APART * number as i32),
        total_viewers: Set(Some(SAMPLES - number)),
        ..Default::default()
    };
    for numbers in (0..SAMPLES).collect::<Vec<_>>().chunks(1_000) {
        let rows = numbers.iter().map(|number| row(*number));
        metric_sample::Entity::insert_many(rows).exec_without_returning(connection).await.unwrap();
    }
    session
}

async fn course(connection: &DatabaseConnection, session: i64) -> Vec<DateTime<Utc>> {
    let samples = metric_sample::Entity::find().filter(metric_sample::Column::LiveSessionId.eq(session));
    let samples = samples.order_by_asc(metric_sample::Column::SampledAt).all(connection).await.unwrap();
    samples.into_iter().map(|sample| sample.sampled_at).collect()
}

/// The first of each so many seconds.
fn first_of_each(course: &[DateTime<Utc>], seconds: i64) -> Vec<DateTime<Utc>> {
    let mut kept: Vec<DateTime<Utc>> = Vec::new();
    for at in course {
        let slot = |at: &DateTime<Utc>| at.timestamp().div_euclid(seconds);
        if kept.last().is_none_or(|last| slot(last) != slot(at)) {
            kept.push(*at);
        }
    }
    kept
}

async fn samples_are_thinned_by_their_age(database: Database) {
    let world = World::start(&database).await;
    let (app, connection) = (&world.gateway.app, database.connect().await);
    let other = App::build(app.config.clone()).await.unwrap();
    let ended_at: DateTime<Utc> = "2026-03-01T00:00:07.123456Z".parse().unwrap();
    let session = sampled(&connection, ended_at).await.id;
    let whole = course(&connection, session).await;

    let early = tidy(app, ended_at + TimeDelta::hours(48)).await.unwrap();
    assert_eq!((early.samples, course(&connection, session).await), (0, whole.clone()), "48 hours it is whole");

    let later = ended_at + TimeDelta::hours(48) + TimeDelta::seconds(1);
    let (one, two) = tokio::join!(tidy(app, later), tidy(&other, later));
    let by_minute = course(&connection, session).await;
    assert_eq!(by_minute, first_of_each(&whole, 60), "one a minute, also when two do it at once");
    assert_eq!(one.unwrap().samples + two.unwrap().samples, (whole.len() - by_minute.len()) as u64);
    assert_eq!(tidy(app, later).await.unwrap().samples, 0, "it is done once");

    let late = ended_at + TimeDelta::days(30) + TimeDelta::seconds(1);
    tidy(&other, late).await.unwrap();
    let thin = course(&connection, session).await;
    assert_eq!(thin, first_of_each(&whole, 15 * 60), "one each quarter of an hour");
    assert_eq!(thin.len(), 97);
    assert_eq!(tidy(app, late + TimeDelta::days(400)).await.unwrap().samples, 0);
    other.database.clone().close().await;
    world.stop().await;
}

async fn a_deleted_session_leaves_no_sample(database: Database) {
    use live_gateway::graphql::id::{GlobalId, Kind};
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session = sampled(&connection, live_gateway::clock::Clock.now()).await.id;
    let query = "mutation ($id: ID!) { deleteLiveSession(input: { id: $id }) { userErrors { code } } }";
    let id = GlobalId::new(Kind::LiveSession, session).encode();
    let data = world.data(query, serde_json::json!({ "id": id })).await;
    assert_eq!(data["deleteLiveSession"]["userErrors"], serde_json::json!([]), "{data}");
    assert_eq!(metric_sample::Entity::find().count(&connection).await.unwrap(), 0);
    world.stop().await;
}

async fn jobs_are_forgotten(database: Database) {
    let world = World::start(&database).await;
    let (app, connection) = (&world.gateway.app, database.connect().await);
    let all = job::Entity::find().one(&connection).await.unwrap().unwrap();
    let newest = job::ActiveModel {
        id: sea_orm::NotSet,
        kind: Set("SYNC_NEWEST".to_owned()),
        ..all.clone().into_active_model().reset_all()
    };
    newest.insert(&connection).await.unwrap();
    let finished = all.finished_at.unwrap();
    let left = async |after: TimeDelta| {
        let forgotten = tidy(app, finished + after).await.unwrap().jobs;
        let kinds = job::Entity::find().all(&connection).await.unwrap().into_iter().map(|job| job.kind);
        (forgotten, kinds.collect::<Vec<_>>())
    };
    let kinds = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>();
    assert_eq!(left(TimeDelta::hours(24)).await, (0, kinds(&["SYNC_ALL", "SYNC_NEWEST"])));
    assert_eq!(left(TimeDelta::hours(25)).await, (1, kinds(&["SYNC_ALL"])));
    assert_eq!(left(TimeDelta::days(7)).await, (0, kinds(&["SYNC_ALL"])));
    assert_eq!(left(TimeDelta::days(8)).await, (1, kinds(&[])));
    world.stop().await;
}
