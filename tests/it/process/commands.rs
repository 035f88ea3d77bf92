//! What `migrate`, `schema` and `token` print.

use std::{collections::HashMap, fs, path::Path, process::Stdio};

use testing::{Database, on_both};
use tokio::process::Command;

use super::Machine;
use crate::support::{program::Running, world::OWNER};

on_both!(migrating_is_told_and_happens_once, a_token_needs_a_user, a_token_needs_a_database_that_is_up_to_date);

async fn migrating_is_told_and_happens_once(database: Database) {
    let machine = Machine::with(&database).await;
    let applied = machine.succeed(&["migrate"]).await;
    let (count, names) = applied.strip_prefix("applied ").and_then(|told| told.split_once(": ")).expect(&applied);
    assert_eq!(names.trim().split(", ").count(), count.parse::<usize>().unwrap(), "{applied}");
    assert!(names.starts_with("m20261122_000001_users_and_studios, "), "{applied}");
    assert_eq!(machine.succeed(&["migrate"]).await, "the database was up to date\n");
}

async fn a_token_needs_a_user(database: Database) {
    let machine = Machine::with(&database).await;
    machine.succeed(&["migrate"]).await;
    let words = machine.fail(&["token", "--email", OWNER]).await;
    assert!(words.starts_with("there is no user with this e-mail address"), "{words}");
    assert!(words.contains("`live-gateway connect`"), "it says what to do: {words}");
}

async fn a_token_needs_a_database_that_is_up_to_date(database: Database) {
    let machine = Machine::with(&database).await;
    let words = machine.fail(&["token", "--email", OWNER]).await;
    assert!(words.contains("run `live-gateway migrate`"), "{words}");
    assert!(!words.contains("users"), "no word of tables: {words}");
    if let Some(path) = database.url.strip_prefix("sqlite://").and_then(|url| url.split('?').next()) {
        assert!(!Path::new(path).exists(), "a database was made");
    }
}

#[tokio::test]
async fn the_schema_needs_no_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_live-gateway"));
    let ended = Running::start(program, ["schema"], &HashMap::new(), folder.path(), "").ended().await;
    let published = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")).unwrap();
    assert_eq!((ended.code, ended.printed, ended.logged), (Some(0), published, String::new()));
}

#[tokio::test]
async fn nobody_has_to_read_to_the_end() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_live-gateway"));
    let mut child = command
        .arg("schema")
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    let logged = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code().is_some_and(|code| code <= 1), "{:?}: {logged}", output.status);
    assert!(!logged.contains("panicked"), "{logged}");
}
