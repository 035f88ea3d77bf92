//! `migrate` and `pending`: once, twice, after a failure, on a database that is ahead, and where nothing can be done.

use std::time::Duration;

use migration::{MigrateError, Migrator, migrate, pending};
use sea_orm::ConnectionTrait;
use sea_orm_migration::{MigratorTrait, SchemaManager};

use testing::{DEADLINE, Database, on_both};

on_both!(
    a_second_run_finds_nothing_to_do,
    a_failed_migration_leaves_nothing_and_lets_go,
    a_database_that_is_ahead_is_up_to_date,
);

fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

async fn a_second_run_finds_nothing_to_do(database: Database) {
    let connection = database.connect().await;
    assert_eq!(pending(&connection).await.unwrap(), names().len());
    let looked_only = !SchemaManager::new(&connection).has_table("seaql_migrations").await.unwrap();
    assert!(looked_only, "asking what is pending has changed the database");

    assert_eq!(migrate(&database.url).await.unwrap(), names());
    assert_eq!(pending(&connection).await.unwrap(), 0);
    assert_eq!(migrate(&database.url).await.unwrap(), Vec::<String>::new());
}

/// The last index of the eighth migration is in the way, so its table has been made already when it fails.
async fn a_failed_migration_leaves_nothing_and_lets_go(database: Database) {
    let connection = database.connect().await;
    let obstacle = "CREATE TABLE obstacle (a BIGINT); CREATE INDEX jobs_shopee_account_id_idx ON obstacle (a)";
    connection.execute_unprepared(obstacle).await.unwrap();
    let failure = migrate(&database.url).await.unwrap_err();
    assert!(matches!(failure, MigrateError::Database(_)), "{failure:?}");
    assert_eq!(pending(&connection).await.unwrap(), names().len() - 7);
    assert!(!SchemaManager::new(&connection).has_table("jobs").await.unwrap());

    connection.execute_unprepared("DROP TABLE obstacle").await.unwrap();
    let second = tokio::time::timeout(DEADLINE, migrate(&database.url)).await.expect("the lock is still held");
    assert_eq!(second.unwrap(), names()[7..]);
}

async fn a_database_that_is_ahead_is_up_to_date(database: Database) {
    let connection = database.migrated().await;
    let future = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_from_the_future', 0)";
    connection.execute_unprepared(future).await.unwrap();
    assert_eq!(pending(&connection).await.unwrap(), 0);
    assert_eq!(migrate(&database.url).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn sqlite_is_left_in_wal_mode() {
    testing::on_sqlite(async |database| {
        let connection = database.migrated().await;
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "PRAGMA journal_mode");
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "wal");
    })
    .await;
}

#[tokio::test]
async fn a_database_in_memory_needs_no_lock_file() {
    assert_eq!(migrate("sqlite::memory:").await.unwrap(), names());
    assert_eq!(migrate("sqlite://nowhere/at/all?mode=memory").await.unwrap(), names());
}

#[tokio::test]
async fn a_missing_directory_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/missing/live.db", directory.path().display());
    let failure = migrate(&url).await.unwrap_err();
    assert!(matches!(&failure, MigrateError::Lock { path, .. } if path.starts_with(directory.path())), "{failure:?}");
    assert!(failure.to_string().contains("missing/live.db.migrate-lock"), "{failure}");
}

/// Gives up waiting, as an instance does that is told to stop, and then finds the lock free.
#[tokio::test]
async fn waiting_for_the_lock_can_be_given_up() {
    testing::on_sqlite(async |database| {
        let path = database.url.trim_start_matches("sqlite://").replace("?mode=rwc", ".migrate-lock");
        let held = std::fs::File::create(path).unwrap();
        held.lock().unwrap();
        let waiting = tokio::time::timeout(Duration::from_millis(100), migrate(&database.url)).await;
        assert!(waiting.is_err(), "did not wait for the lock: {waiting:?}");
        drop(held);
        let free = tokio::time::timeout(DEADLINE, migrate(&database.url)).await;
        assert_eq!(free.unwrap().unwrap(), names());
    })
    .await;
}
