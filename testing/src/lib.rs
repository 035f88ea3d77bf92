//! One empty database a test, on each back end, gone when the test ends.
//!
//! For the tests of every member of the workspace. Its own test is the last to run (cargo goes by package name) and says what
//! the run could not cover.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has to fail")]

use std::{
    env,
    future::Future,
    io::{Write, stderr},
    panic::resume_unwind,
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use sea_orm::DatabaseConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use url::Url;

/// Long enough for a loaded machine; a test that waits longer is stuck.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Makes the tests `name::sqlite` and `name::postgres` from an `async fn name(database: Database)`.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                $crate::on_sqlite(super::$name).await;
            }

            #[tokio::test]
            async fn postgres() {
                $crate::on_postgres(super::$name).await;
            }
        }
    )+};
}
/// An empty database; on SQLite the file does not exist yet.
pub struct Database {
    pub url: String,
}

impl Database {
    pub async fn connect(&self) -> DatabaseConnection {
        sea_orm::Database::connect(&self.url).await.unwrap()
    }

    pub async fn migrated(&self) -> DatabaseConnection {
        migration::migrate(&self.url).await.unwrap();
        self.connect().await
    }
}

pub async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Database) -> F) {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/live.db?mode=rwc", directory.path().display());
    test(Database { url }).await;
}

pub async fn on_postgres<F>(test: impl FnOnce(Database) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let server = postgres_url();
    let Some(mut server_connection) = reach(&server).await else { return };
    let name = fresh_name();
    run(&mut server_connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    // Not from template1, which cannot be copied while anyone is connected to it.
    run(&mut server_connection, format!("CREATE DATABASE {name} TEMPLATE template0")).await;
    // What a test writes need not outlive the server; waiting for the disk is most of what a write costs.
    run(&mut server_connection, format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;

    let mut url = Url::parse(&server).unwrap();
    url.set_path(&name);
    let outcome = tokio::spawn(test(Database { url: url.into() })).await;

    run(&mut server_connection, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(failure) = outcome {
        resume_unwind(failure.into_panic());
    }
}

/// The server that tests make their databases on.
pub fn postgres_url() -> String {
    env::var("TEST_POSTGRES_URL").unwrap_or("postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

/// A connection to the server, if it answers within five seconds.
pub async fn postgres(server: &str) -> Option<PgConnection> {
    let attempt = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect(server)).await;
    attempt.ok()?.ok()
}

async fn reach(server: &str) -> Option<PgConnection> {
    if let Some(connection) = postgres(server).await {
        return Some(connection);
    }
    assert!(env::var_os("CI").is_none(), "no PostgreSQL to test against; set TEST_POSTGRES_URL");
    // Straight to the stream: the test harness hides what `eprintln!` says in a test that passes.
    let mut stream = stderr();
    writeln!(stream, "LEFT OUT: no PostgreSQL to test against; set TEST_POSTGRES_URL").unwrap();
    None
}

fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("live_gateway_test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

async fn run(connection: &mut PgConnection, statement: String) {
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}
