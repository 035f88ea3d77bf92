//! What keeps the program from starting is told at once, and all of it.

use futures_util::future::join_all;
use testing::{Database, on_sqlite, postgres, postgres_url};
use tokio::net::TcpListener;
use url::Url;

use super::Machine;
use crate::support::{left_out, world::OWNER};

const SERVE: &[&str] = &["serve"];
const MIGRATE: &[&str] = &["migrate"];
const TOKEN: &[&str] = &["token", "--email", OWNER];

#[tokio::test]
async fn every_missing_variable_is_told_at_once() {
    on_sqlite(async |database| {
        let mut machine = Machine::with(&database).await;
        machine.variables.clear();
        for command in [SERVE, MIGRATE, TOKEN] {
            let words = machine.fail(command).await;
            let [secret, key] = problems(&words)[..] else { panic!("{words}") };
            assert!(secret.starts_with("TOKEN_SECRET is not set") && key.starts_with("CREDENTIAL_KEY is not set"));
        }
    })
    .await;
}

#[tokio::test]
async fn every_wrong_variable_is_told_without_its_value() {
    on_sqlite(async |database| {
        let mut machine = Machine::with(&database).await;
        let wrong = [
            ("LISTEN_ADDR", "canary-address"),
            ("DATABASE_URL", "mysql://user:pass-word@canary-host/database"),
            ("TOKEN_SECRET", "canary-short"),
            ("CREDENTIAL_KEY", "canary-key"),
            ("POLL_INTERVAL_MS", "canary-number"),
            ("MIGRATE_ON_START", "canary-switch"),
            ("LOG_FORMAT", "canary-format"),
        ];
        for (name, value) in wrong {
            machine.set(name, value);
        }
        let words = machine.fail(SERVE).await;
        assert!(!words.contains("canary"), "{words}");
        let (told, mut names) = (problems(&words), wrong.map(|(name, _)| name).to_vec());
        names.retain(|name| !told.iter().any(|problem| problem.starts_with(name)));
        assert_eq!((names, told.len()), (vec![], wrong.len()), "{words}");
    })
    .await;
}

/// What production does not take, each alone, and the sentence that says so.
const REFUSED: [(&str, &str, &str); 5] = [
    (
        "TOKEN_SECRET",
        "only-for-the-demo-and-for-nothing-else",
        "TOKEN_SECRET is a published one, which is no secret in production (make one: openssl rand -hex 32)",
    ),
    (
        "CREDENTIAL_KEY",
        "ZGVtbyBkZW1vIGRlbW8gZGVtbyBkZW1vIGRlbW8gISE=",
        "CREDENTIAL_KEY is a published one, which is no secret in production (make one: openssl rand -base64 32)",
    ),
    ("GRAPHIQL", "true", "GRAPHIQL would be open to everybody in production; set GRAPHIQL=false"),
    ("ALLOWED_ORIGINS", "*", "ALLOWED_ORIGINS has a `*` in it; name each origin, such as https://studio.example"),
    (
        "DATABASE_URL",
        "postgres://gateway:gateway@db.example/gateway",
        "DATABASE_URL has a published password; give the database user another one",
    ),
];

#[tokio::test]
async fn what_is_not_for_production_is_refused_in_a_sentence() {
    on_sqlite(async |database| {
        for (name, value, sentence) in REFUSED {
            let mut machine = Machine::with(&database).await;
            machine.set("ENVIRONMENT", "production");
            machine.set("GRAPHIQL", "false");
            machine.set(name, value);
            let words = machine.fail(SERVE).await;
            assert_eq!(problems(&words), [sentence], "{words}");
            assert!(words.starts_with("the configuration has a problem"), "{words}");
        }
    })
    .await;
}

/// The lines of a list of problems.
fn problems(words: &str) -> Vec<&str> {
    words.lines().filter_map(|line| line.strip_prefix("  - ")).collect()
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    on_sqlite(async |database| {
        let mut machine = Machine::with(&database).await;
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap().to_string();
        machine.set("LISTEN_ADDR", &address);
        let words = machine.fail(SERVE).await;
        assert!(words.starts_with(&format!("cannot listen on {address}")), "{words}");
        assert!(words.contains("in use"), "{words}");
    })
    .await;
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_no_database() {
    on_sqlite(async |database| {
        let machine = Machine::with(&Database { url: database.url.replace("live.db", "nowhere/live.db") }).await;
        none_works(&machine, &[SERVE, MIGRATE, TOKEN]).await;
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_not_there_is_none() {
    let server = postgres_url();
    if postgres(&server).await.is_none() {
        return left_out("no PostgreSQL to test against; set TEST_POSTGRES_URL");
    }
    let mut url = Url::parse(&server).unwrap();
    url.set_path("live_gateway_no_such_database");
    if url.password().is_none() {
        url.set_password(Some("pass-word")).unwrap();
    }
    let machine = Machine::with(&Database { url: url.into() }).await;
    none_works(&machine, &[SERVE, MIGRATE, TOKEN]).await;
}

/// Migrating waits longer than that for a server that may be starting.
#[tokio::test]
async fn a_server_that_is_not_there_is_no_database() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut machine = Machine::with(&Database { url: format!("postgres://user:pass-word@{free}/database") }).await;
    machine.set("MIGRATE_ON_START", "false");
    none_works(&machine, &[SERVE, TOKEN]).await;
}

/// Every one of these commands fails with a sentence about the database, without its URL and password.
async fn none_works(machine: &Machine, commands: &[&[&str]]) {
    let url = Url::parse(&machine.variables["DATABASE_URL"]).unwrap();
    let secrets: Vec<&str> = url.password().into_iter().chain([url.as_str()]).collect();
    for words in join_all(commands.iter().map(|command| machine.fail(command))).await {
        assert!(words.contains("database"), "{words}");
        assert!(!secrets.iter().any(|secret| words.contains(secret)), "{words}");
    }
}
