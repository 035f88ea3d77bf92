//! What keeps a server from starting, and what does not.

use std::time::Duration;

use testing::{Database, on_both};
use tokio::net::TcpListener;

use crate::support::program::{Environment, Output};

on_both!(
    instances_that_start_at_once_all_come_up,
    a_database_without_migrations_is_not_ready,
    a_port_that_is_taken_is_named
);

/// A database that is only an address.
const NO_DATABASE: &str = "postgres://operator:canary@127.0.0.1:1/live";

fn assert_failed(output: &Output, words: &[&str]) {
    assert_eq!(output.code, Some(1), "{output:?}");
    assert_eq!(output.stdout, "");
    for words in words {
        assert_eq!(output.stderr.matches(words).count(), 1, "{words:?} once in: {}", output.stderr);
    }
}

async fn instances_that_start_at_once_all_come_up(database: Database) {
    let environment = Environment::over(&database.url);
    let (one, two, three) = tokio::join!(environment.serve(), environment.serve(), environment.serve());
    for server in [&one, &two, &three] {
        server.is_ready().await;
    }
    for server in [one, two, three] {
        server.signal("TERM").await;
        assert!(server.ends().await.0.success());
    }
}

async fn a_database_without_migrations_is_not_ready(database: Database) {
    let environment = Environment::over(&database.url).with("MIGRATE_ON_START", "false");
    let server = environment.serve().await;
    let lacking = (503, "the database lacks migrations; run `live-gateway migrate`\n".to_owned());
    assert_eq!(server.get("/readyz").await, lacking);
    assert_eq!(server.get("/livez").await, (200, "live\n".to_owned()));
    assert_eq!(environment.run(&["migrate"]).await.code, Some(0));
    assert_eq!(server.get("/readyz").await, (200, "ready\n".to_owned()));
    server.signal("INT").await;
    assert!(server.ends().await.0.success());
}

async fn a_port_that_is_taken_is_named(database: Database) {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let environment = Environment::over(&database.url).with("LISTEN_ADDR", &address).with("LOG", "off");
    let output = environment.run(&["serve"]).await;
    assert_failed(&output, &[&format!("cannot listen on {address}"), "in use"]);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
}

#[tokio::test]
async fn all_that_is_missing_is_said_at_once() {
    for command in [&["serve"][..], &["migrate"], &["token", "--email", "a@b.example"]] {
        let output = Environment::empty().run(command).await;
        assert_failed(&output, &["2 problem", "TOKEN_SECRET is not set", "CREDENTIAL_KEY is not set"]);
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once_and_not_repeated() {
    let wrong = [
        ("LISTEN_ADDR", "canary"),
        ("DATABASE_URL", "mysql://operator:canary@127.0.0.1/live"),
        ("DATABASE_CONNECTIONS", "0"),
        ("MIGRATE_ON_START", "canary"),
        ("TOKEN_SECRET", "canary"),
        ("CREDENTIAL_KEY", "canary"),
        ("SHOPEE_BASE_URL", "canary"),
        ("SHOPEE_BASE_URL_VN_LIVE", "canary"),
        ("POLL_INTERVAL_MS", "99"),
        ("LOG_FORMAT", "canary"),
    ];
    let environment = wrong.iter().fold(Environment::empty(), |all, (name, value)| all.with(name, *value));
    let output = environment.run(&["serve"]).await;
    assert_failed(&output, &["10 problem"]);
    for (name, _) in wrong {
        assert!(
            output.stderr.lines().any(|line| line.starts_with(&format!("  - {name} "))),
            "{name}: {}",
            output.stderr
        );
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_said_to_be_so() {
    let environment = Environment::over(NO_DATABASE).with("LOG", "off");
    for (migrates, words) in
        [("true", "the database could not be brought up to date"), ("false", "the database cannot be opened")]
    {
        let output = environment.clone().with("MIGRATE_ON_START", migrates).run(&["serve"]).await;
        assert_failed(&output, &[words]);
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    }
    let output = environment.run(&["migrate"]).await;
    assert_failed(&output, &["no connection to the database"]);
}

#[tokio::test]
async fn an_address_that_the_database_library_cannot_read_is_not_repeated() {
    for url in ["postgres://operator:canary@127.0.0.1:1/live?sslmode=nonsense", "sqlite://live.db?mode=nonsense"] {
        for migrates in ["true", "false"] {
            let environment = Environment::over(url).with("MIGRATE_ON_START", migrates).with("LOG", "off");
            let output = environment.run(&["serve"]).await;
            assert_failed(&output, &["nonsense"]);
            assert!(!output.stderr.contains("operator"), "{}", output.stderr);
        }
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/missing/live.db", folder.path().display());
    for migrates in ["true", "false"] {
        let environment = Environment::over(&url).with("MIGRATE_ON_START", migrates).with("LOG", "off");
        let output = tokio::time::timeout(Duration::from_secs(20), environment.run(&["serve"])).await.unwrap();
        assert_failed(&output, &[]);
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    }
}
