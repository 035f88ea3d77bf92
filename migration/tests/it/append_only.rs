//! What has been written into the audit stays as it is, whoever asks; only the end of a user or of a studio reaches it.

use entity::*;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait};

use testing::{Database, on_both, on_sqlite};

use crate::sample::*;

on_both!(
    a_change_is_refused,
    a_deletion_is_refused,
    a_user_who_goes_leaves_nothing_but_a_gap,
    a_studio_that_goes_takes_its_own_entries_along,
);

/// Entry 1 of user 1 in studio 1, entry 2 with everything set, entry 3 of nobody and of no studio.
async fn audited(database: &Database) -> DatabaseConnection {
    let db = database.migrated().await;
    insert(&db, user(1)).await.unwrap();
    insert(&db, studio(1)).await.unwrap();
    insert(&db, studio(2)).await.unwrap();
    insert(&db, audit_entry::Model { studio_id: Some(1), user_id: Some(1), ..audit_entry(1) }).await.unwrap();
    insert(&db, full()).await.unwrap();
    insert(&db, audit_entry(3)).await.unwrap();
    db
}

fn full() -> audit_entry::Model {
    audit_entry::Model {
        studio_id: Some(2),
        user_id: Some(1),
        subject_id: Some("1".to_owned()),
        remote_address: Some("192.0.2.1".to_owned()),
        request_id: Some("r-1".to_owned()),
        before: Some("{}".to_owned()),
        after: Some("{}".to_owned()),
        ..audit_entry(2)
    }
}

async fn entries(db: &DatabaseConnection) -> Vec<audit_entry::Model> {
    let mut entries = audit_entry::Entity::find().all(db).await.unwrap();
    entries.sort_by_key(|entry| entry.id);
    entries
}

async fn assert_refused(db: &DatabaseConnection, statement: &str) {
    let before = entries(db).await;
    let error = db.execute_unprepared(statement).await.expect_err(statement).to_string();
    assert!(error.contains("audit entries are only added to"), "{statement}: {error}");
    assert_eq!(entries(db).await, before, "{statement}");
}

/// Each column by itself, to another value and to null where it may be; and the user, who is still there.
async fn a_change_is_refused(database: Database) {
    let db = &audited(&database).await;
    insert(db, user(2)).await.unwrap();
    for change in [
        "id = 9",
        "studio_id = 1",
        "studio_id = NULL",
        "user_id = 2",
        "user_id = NULL",
        "action = 'x'",
        "subject_kind = 'x'",
        "subject_id = 'x'",
        "subject_id = NULL",
        "remote_address = 'x'",
        "remote_address = NULL",
        "request_id = 'x'",
        "request_id = NULL",
        "before = 'x'",
        "before = NULL",
        "after = 'x'",
        "after = NULL",
        "occurred_at = '2000-01-01 00:00:00+00:00'",
    ] {
        assert_refused(db, &format!("UPDATE audit_entries SET {change} WHERE id = 2")).await;
    }
    assert_refused(db, "UPDATE audit_entries SET user_id = NULL WHERE id = 3").await;
    assert_refused(db, "UPDATE audit_entries SET user_id = 1 WHERE id = 3").await;
    assert_refused(db, "UPDATE audit_entries SET action = action").await;
}

async fn a_deletion_is_refused(database: Database) {
    let db = &audited(&database).await;
    for id in [1, 2, 3] {
        assert_refused(db, &format!("DELETE FROM audit_entries WHERE id = {id}")).await;
    }
    assert_refused(db, "DELETE FROM audit_entries").await;
    if db.get_database_backend() == DbBackend::Postgres {
        assert_refused(db, "TRUNCATE audit_entries").await;
        assert_refused(db, "TRUNCATE studios CASCADE").await;
    }
}

async fn a_user_who_goes_leaves_nothing_but_a_gap(database: Database) {
    let db = &audited(&database).await;
    let without_user = |entry| audit_entry::Model { user_id: None, ..entry };
    let expected: Vec<_> = entries(db).await.into_iter().map(without_user).collect();
    user::Entity::delete_by_id(1).exec(db).await.unwrap();
    assert_eq!(entries(db).await, expected);
}

async fn a_studio_that_goes_takes_its_own_entries_along(database: Database) {
    let db = &audited(&database).await;
    studio::Entity::delete_by_id(1).exec(db).await.unwrap();
    assert_eq!(entries(db).await, [full(), audit_entry(3)]);
}

/// SQLite's own ways around a trigger: another name of the id, and to replace a row by one of the same id.
#[tokio::test]
async fn sqlite_knows_no_way_around() {
    on_sqlite(async |database| {
        let db = &audited(&database).await;
        assert_refused(db, "UPDATE audit_entries SET rowid = 9 WHERE id = 2").await;
        assert_refused(db, "UPDATE OR REPLACE audit_entries SET id = 1 WHERE id = 2").await;
        let row = "(id, action, subject_kind, occurred_at) VALUES (2, 'x', 'x', '2000-01-01 00:00:00+00:00')";
        assert_refused(db, &format!("INSERT OR REPLACE INTO audit_entries {row}")).await;
    })
    .await;
}
