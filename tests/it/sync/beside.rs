//! Runs that meet: a long one keeps nobody waiting, and of two that take each other's rows one goes on and the other begins its page anew.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::{job, live_session, shopee_account};
use live_gateway::{
    clock::Clock,
    identity::scope::Scope,
    session::sync::{Reach, ask_for, sync_account},
};
use sandbox::{Fault, FaultKind};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, DatabaseConnection,
    DatabaseTransaction, DbBackend, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
    TransactionTrait as _, sea_query::Expr,
};
use serde_json::{Value, json};
use testing::{Database, on_both, on_postgres};

use super::{Rows, connected_only};
use crate::support::{
    eventually, until_somebody_waits,
    world::{Start, World},
};

on_both!(what_is_new_does_not_wait_for_everything, an_account_that_is_being_synced_stops_no_discovery);

async fn state(connection: &DatabaseConnection, key: i64) -> job::State {
    job::Entity::find_by_id(key).one(connection).await.unwrap().unwrap().state
}

async fn what_is_new_does_not_wait_for_everything(database: Database) {
    let (world, account) = connected_only(&database).await;
    let (app, connection) = (&world.gateway.app, database.connect().await);
    world.shopee().inject(Fault::new(FaultKind::Hang).on("session_list").times(1));
    let all = ask_for(app, &Scope::job_runner(), account, Reach::All, None).await.unwrap();
    eventually("everything is asked for", async || world.shopee().calls("session_list") > 0).await;
    assert!(sync_account(app, account, Reach::Newest).await.unwrap() > 0);
    assert_eq!(state(&connection, all.id).await, job::State::Running, "it hangs all the while");
    world.stop().await;
}

/// As if another instance were at it.
async fn held_elsewhere(connection: &DatabaseConnection, account: &shopee_account::Model) {
    let now = Clock.now();
    let row = job::ActiveModel {
        kind: Set(Reach::Newest.kind().to_owned()),
        studio_id: Set(Some(account.studio_id)),
        shopee_account_id: Set(Some(account.id)),
        state: Set(job::State::Running),
        done: Set(0),
        failures: Set(0),
        created_at: Set(now),
        started_at: Set(Some(now)),
        heartbeat_at: Set(Some(now + TimeDelta::hours(1))),
        holder: Set(Some("another".to_owned())),
        ..Default::default()
    };
    row.insert(connection).await.unwrap();
}

async fn an_account_that_is_being_synced_stops_no_discovery(database: Database) {
    let world = World::start_with(&database, Start { accounts: 2, ..Start::default() }).await;
    let connection = database.connect().await;
    let accounts: Vec<_> = shopee_account::Entity::find().all(&connection).await.unwrap();
    assert_eq!(accounts.len(), 2);
    let query = "subscription ($id: ID!) { studioLive(studioId: $id) { changes { kind session { sessionId } } } }";
    for (held, free) in [(0, 1), (1, 0)] {
        forget_jobs(&connection).await;
        held_elsewhere(&connection, &accounts[held]).await;
        let mut stream = world.subscribe_with(query, json!({ "id": world.studio_id().await })).await;
        stream.data().await;
        world.shopee().start_session(accounts[held].shopee_user_id, "Somebody is at it").unwrap();
        let begun = world.shopee().start_session(accounts[free].shopee_user_id, "Nobody is").unwrap();
        stream.until("it is found", |data| began(data).contains(&begun.to_string())).await;
    }
    world.stop().await;
}

async fn forget_jobs(connection: &DatabaseConnection) {
    job::Entity::delete_many().exec(connection).await.unwrap();
}

fn began(data: &Value) -> BTreeSet<String> {
    let changes = data["studioLive"]["changes"].as_array().unwrap().iter();
    let started = changes.filter(|change| change["kind"] == "STARTED");
    started.map(|change| change["session"]["sessionId"].as_str().unwrap().to_owned()).collect()
}

/// SQLite has one writer, so nobody takes rows crosswise there.
#[tokio::test]
async fn a_page_is_stored_again_after_a_deadlock() {
    on_postgres(a_page_gives_way).await;
}

async fn a_page_gives_way(database: Database) {
    let (world, account) = connected_only(&database).await;
    let (app, connection) = (&world.gateway.app, database.connect().await);
    sync_account(app, account, Reach::All).await.unwrap();
    let (stored, ids) = (Rows::read(&connection).await.sessions.len() as u64, first_page(&connection).await);
    let touch = async |transaction: &DatabaseTransaction, id: i64| {
        let updated_at = live_session::Column::UpdatedAt;
        let touched = live_session::Entity::update_many().col_expr(updated_at, Expr::col(updated_at));
        touched.filter(live_session::Column::SessionId.eq(id)).exec(transaction).await.unwrap();
    };
    // The other way round: the last of the page first. Whoever has waited longer looks first, and that is the run.
    let other = connection.begin().await.unwrap();
    touch(&other, *ids.last().unwrap()).await;
    let (synced, ()) = tokio::join!(sync_account(app, account, Reach::All), async {
        until_somebody_waits(&connection).await;
        touch(&other, ids[0]).await;
        other.rollback().await.unwrap();
    });
    assert_eq!(synced.unwrap(), stored);
    let deadlocks = "SELECT 1 FROM pg_stat_database WHERE datname = current_database() AND deadlocks > 0";
    eventually("the deadlock is counted", async || {
        let statement = Statement::from_string(DbBackend::Postgres, deadlocks);
        connection.query_one_raw(statement).await.unwrap().is_some()
    })
    .await;
    world.stop().await;
}

/// Shopee's ids of the newest sessions, in the order in which a run takes their rows.
async fn first_page(connection: &DatabaseConnection) -> Vec<i64> {
    let newest = live_session::Entity::find().order_by_desc(live_session::Column::StartedAt).limit(50);
    let sessions = newest.all(connection).await.unwrap();
    let mut ids: Vec<i64> = sessions.iter().map(|session| session.session_id).collect();
    ids.sort_unstable();
    ids
}
