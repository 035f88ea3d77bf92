//! What `migrate`, `schema`, `set-password` and `token` print.

use std::{collections::HashMap, fs, path::Path, process::Stdio};

use serde_json::{Value, json};
use testing::{Database, on_both};
use tokio::process::Command;

use super::{Machine, last_words};
use crate::support::{program::Running, world::OWNER};

on_both!(
    migrating_is_told_and_happens_once,
    a_token_needs_a_user,
    a_token_needs_a_database_that_is_up_to_date,
    a_password_makes_the_first_user,
    what_is_no_password_leaves_nothing_behind,
    health_is_what_the_readiness_probe_says,
);

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

async fn health_is_what_the_readiness_probe_says(database: Database) {
    let mut machine = Machine::with(&database).await;
    let serving = machine.serve().await;
    machine.set("LISTEN_ADDR", serving.url.trim_start_matches("http://"));
    assert_eq!(machine.succeed(&["health"]).await, "ready\n");
    serving.stop().await;
    let words = machine.fail(&["health"]).await;
    assert!(words.contains("nothing answers on 127.0.0.1:"), "{words}");
}

const PASSWORD: &str = "canary in a coal mine";

async fn a_password_makes_the_first_user(database: Database) {
    let machine = Machine::with(&database).await;
    let set = machine.run(&["set-password", "--email", OWNER], &format!("{PASSWORD}\r\n")).await;
    assert_eq!(set.code, Some(0), "{set:?}");
    assert!(set.printed.contains(OWNER) && set.printed.contains("0 sign-ins ended"), "{set:?}");
    assert!(set.printed.contains("Next: "), "it says what to do: {set:?}");
    assert!(!set.said().contains("canary"), "{set:?}");

    let serving = machine.serve().await;
    let query = "mutation ($email: String!, $password: String!) {
        signIn(input: { email: $email, password: $password }) { viewer { email } } }";
    let body = json!({ "query": query, "variables": { "email": OWNER, "password": PASSWORD } });
    let answer = serving.client.post(format!("{}/graphql", serving.url)).json(&body).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["data"]["signIn"]["viewer"]["email"], OWNER, "{answer:#}");
    let again = machine.run(&["set-password", "--email", OWNER], PASSWORD).await;
    assert!(again.printed.contains("1 sign-ins ended"), "{again:?}");
    let ended = serving.stop().await;
    machine.assert_discreet(&ended);
    assert!(!ended.said().contains("canary"), "{ended:?}");
}

async fn what_is_no_password_leaves_nothing_behind(database: Database) {
    let machine = Machine::with(&database).await;
    machine.succeed(&["migrate"]).await;
    for (input, words) in [("", "no password"), ("\n", "no password"), ("eleven char\n", "12 to 128 characters")] {
        let said = last_words(machine.run(&["set-password", "--email", OWNER], input).await);
        assert!(said.contains(words), "{input:?}: {said}");
    }
    machine.fail(&["token", "--email", OWNER]).await;
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
