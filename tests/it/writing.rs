//! Processes that write to one database at once.

use std::sync::Arc;

use entity::user;
use futures_util::future::join_all;
use live_gateway::{cost::Cost, database, metrics::Metrics};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, PaginatorTrait as _};
use testing::{Database, on_both};

on_both!(those_who_read_before_they_write_take_turns);

const WRITERS: u64 = 20;

/// Reads, and then writes, in one transaction: on SQLite that is refused at once if somebody has written in between, unless the
/// transaction has taken its turn at the beginning.
async fn read_and_write(database: &database::Database, number: u64) {
    let transaction = database.write().await.unwrap();
    let known = user::Entity::find().count(&transaction).await.unwrap();
    let row = user::ActiveModel {
        email: Set(format!("{number}@studio.example")),
        display_name: Set(format!("came when there were {known}")),
        created_at: Set(live_gateway::clock::Clock.now()),
        ..Default::default()
    };
    row.insert(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Each of the two has pools of its own, as two processes would.
async fn those_who_read_before_they_write_take_turns(database: Database) {
    database.migrated().await.close().await.unwrap();
    let (one, other) = (open(&database).await, open(&database).await);
    let write = |number| read_and_write(if number % 2 == 0 { &one } else { &other }, number);
    join_all((0..WRITERS).map(write)).await;
    let count = user::Entity::find().count(&one.read(Arc::new(Cost::default()))).await.unwrap();
    assert_eq!(count, WRITERS);
    one.close().await;
    other.close().await;
}

async fn open(database: &Database) -> database::Database {
    database::Database::open(&database.url, 5, Metrics::default()).await.unwrap()
}
