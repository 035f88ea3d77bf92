//! Runs that people ask for: one of an account at a time, watched from anywhere, taken over when their instance is gone.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::{audit_entry, job};
use live_gateway::graphql::id::{GlobalId, Kind};
use sandbox::{Fault, FaultKind};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _,
};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{Rows, connected_only, held_by};
use crate::support::{answer::code, eventually, stream::Event, stream::Stream, world::World};

on_both!(
    a_run_is_asked_for_and_watched_to_its_end,
    only_what_began_since_then_is_stored,
    a_run_that_is_open_is_everybodys,
    a_run_is_taken_over_from_an_instance_that_is_gone,
    an_account_that_is_signed_out_is_told,
);

/// Sessions that are stored together.
const PAGE: usize = 50;
const ASK: &str = "mutation ($account: ID!, $since: DateTime) {
    syncShopeeAccount(input: { shopeeAccountId: $account, since: $since }) { job { id state done } } }";
const WATCH: &str = "subscription ($job: ID!) { syncProgress(jobId: $job) {
    state done total current errorCount errorCode errors { sessionId code call attempts } since startedAt finishedAt
    estimatedEnd shopeeAccount { username } } }";

fn account_id(account: i64) -> String {
    GlobalId::new(Kind::ShopeeAccount, account).encode().0
}

async fn ask(world: &World, account: i64, since: Value) -> String {
    let data = world.data(ASK, json!({ "account": account_id(account), "since": since })).await;
    data["syncShopeeAccount"]["job"]["id"].as_str().unwrap().to_owned()
}

async fn watch(world: &World, job: &str) -> Stream {
    world.subscribe_with(WATCH, json!({ "job": job })).await
}

/// The last event of a run that ends; the stream ends with it.
async fn end_of(stream: &mut Stream) -> Value {
    let over = |data: &Value| ["SUCCEEDED", "FAILED"].iter().any(|state| data["syncProgress"]["state"] == *state);
    let last = stream.until("the run ends", over).await["syncProgress"].take();
    assert_eq!(stream.event().await, Event::Complete);
    last
}

async fn a_run_is_asked_for_and_watched_to_its_end(database: Database) {
    let (world, account) = connected_only(&database).await;
    let held = held_by(&world, &world.first_account());
    let job = ask(&world, account, Value::Null).await;
    let last = end_of(&mut watch(&world, &job).await).await;
    let count = json!(held.len());
    assert_eq!((&last["state"], &last["done"], &last["total"]), (&json!("SUCCEEDED"), &count, &count), "{last}");
    assert_eq!((&last["errorCount"], &last["errors"], &last["errorCode"]), (&json!(0), &json!([]), &Value::Null));
    assert!(last["current"].is_string() && last["finishedAt"].as_str() >= last["startedAt"].as_str(), "{last}");
    assert_eq!(last["shopeeAccount"]["username"], world.first_account().username);
    assert_eq!(Rows::read(&database.connect().await).await.session_ids(), held);

    assert_eq!(end_of(&mut watch(&world, &job).await).await, last, "whoever comes later is told the end");
    assert_ne!(ask(&world, account, Value::Null).await, job, "what is over is over");
    let entries = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("SYNC_REQUESTED"));
    let entries = entries.all(&database.connect().await).await.unwrap();
    let entry = (entries.len(), entries[0].subject_id.as_deref(), entries[0].user_id.is_some());
    assert_eq!(entry, (2, Some(account.to_string().as_str()), true), "it is written down who asked: {entries:?}");
    let nothing = GlobalId::new(Kind::Job, 1_000_001).encode().0;
    let refused = match watch(&world, &nothing).await.event().await {
        Event::Error(mut errors) => errors[0].take(),
        Event::Next(mut payload) => payload["errors"][0].take(),
        Event::Complete => panic!("completed without a word"),
    };
    assert_eq!(refused["extensions"]["code"], "NOT_FOUND");
    world.stop().await;
}

async fn only_what_began_since_then_is_stored(database: Database) {
    let (world, account) = connected_only(&database).await;
    let user_id = world.first_account().user_id;
    let mut began: Vec<_> = world.shopee().sessions().into_iter().filter(|one| one.user_id == user_id).collect();
    began.sort_by_key(|session| session.started_at);
    let middle = began[began.len() / 2].started_at;
    let job = ask(&world, account, json!(middle)).await;
    let last = end_of(&mut watch(&world, &job).await).await;
    let wanted = began.iter().filter(|session| session.started_at >= middle).map(|session| session.session_id);
    let wanted: BTreeSet<i64> = wanted.collect();
    assert!(wanted.len() < began.len());
    assert_eq!((&last["done"], &last["total"]), (&json!(wanted.len()), &Value::Null), "{last}");
    assert_eq!(Rows::read(&database.connect().await).await.session_ids(), wanted);
    world.stop().await;
}

async fn a_run_that_is_open_is_everybodys(database: Database) {
    let (world, account) = connected_only(&database).await;
    let other = world.another_gateway(&database, &[]).await;
    world.shopee().inject(Fault::new(FaultKind::Delay(800)).on("session_list"));
    let variables = json!({ "account": account_id(account) });
    let first = ask(&world, account, Value::Null).await;
    let again = world.ask_of(&other, ASK, variables).await["data"]["syncShopeeAccount"]["job"]["id"].take();
    assert_eq!(again, json!(first), "also from another instance");
    let last = end_of(&mut Stream::open(&other.url(), Some(&world.token), WATCH, json!({ "job": first })).await).await;
    assert_eq!(last["state"], "SUCCEEDED", "{last}");
    let pages = held_by(&world, &world.first_account()).len().div_ceil(PAGE) as u64;
    assert_eq!(world.shopee().calls("session_list"), pages, "it was done once");
    other.stop().await;
    world.stop().await;
}

/// The row that an instance leaves behind which died: somebody is at it, and shows no sign of life.
async fn a_run_is_taken_over_from_an_instance_that_is_gone(database: Database) {
    let (world, account) = connected_only(&database).await;
    let connection = database.connect().await;
    world.shopee().inject(Fault::new(FaultKind::Hang).on("session_list"));
    let id = ask(&world, account, Value::Null).await;
    let jobs = async || job::Entity::find().order_by_asc(job::Column::Id).all(&connection).await.unwrap();
    eventually("it is under way", async || jobs().await[0].state == job::State::Running).await;
    world.shopee().clear_faults();
    end_of(&mut watch(&world, &id).await).await;
    let held = held_by(&world, &world.first_account()).len() as i64;
    assert!((PAGE as i64 + 1..=2 * PAGE as i64).contains(&held), "two pages: {held}");
    let calls = world.shopee().calls("session_list");

    let dead = live_gateway::clock::Clock.now() - TimeDelta::minutes(1);
    let row = job::ActiveModel {
        state: Set(job::State::Running),
        holder: Set(Some("somebody who is gone".to_owned())),
        heartbeat_at: Set(Some(dead)),
        finished_at: Set(None),
        position: Set(Some("2".to_owned())),
        done: Set(PAGE as i64),
        ..jobs().await.remove(0).into_active_model()
    };
    row.update(&connection).await.unwrap();
    let last = end_of(&mut watch(&world, &id).await).await;
    assert_eq!((&last["state"], &last["done"]), (&json!("SUCCEEDED"), &json!(held)), "{last}");
    assert_eq!(world.shopee().calls("session_list"), calls + 1, "it goes on where the other was: with the second page");
    world.stop().await;
}

async fn an_account_that_is_signed_out_is_told(database: Database) {
    let (world, account) = connected_only(&database).await;
    world.shopee().expire_cookie(world.first_account().user_id).unwrap();
    let job = ask(&world, account, Value::Null).await;
    let last = end_of(&mut watch(&world, &job).await).await;
    assert_eq!((&last["state"], &last["errorCode"]), (&json!("FAILED"), &json!("SHOPEE_SIGNED_OUT")), "{last}");
    assert!(Rows::read(&database.connect().await).await.sessions.is_empty());
    let refused = world.ask(ASK, json!({ "account": "nothing" })).await;
    assert_eq!(code(&refused), "BAD_USER_INPUT");
    world.stop().await;
}
