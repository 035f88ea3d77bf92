//! One empty database a test, on each back end, gone when the test ends.

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
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Makes the tests `name::sqlite` and `name::postgres` from an `async fn name(database: Database)`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                $crate::database::on_sqlite(super::$name).await;
            }

            #[tokio::test]
            async fn postgres() {
                $crate::database::on_postgres(super::$name).await;
            }
        }
    )+};
}
pub(crate) use on_both;

/// An empty database; on SQLite the file does not exist yet.
pub(crate) struct Database {
    pub(crate) url: String,
}

impl Database {
    pub(crate) async fn connect(&self) -> DatabaseConnection {
        sea_orm::Database::connect(&self.url).await.unwrap()
    }

    pub(crate) async fn migrated(&self) -> DatabaseConnection {
        migration::migrate(&self.url).await.unwrap();
        self.connect().await
    }
}

pub(crate) async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Database) -> F) {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/live.db?mode=rwc", directory.path().display());
    test(Database { url }).await;
}

pub(crate) async fn on_postgres<F>(test: impl FnOnce(Database) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let server = env::var("TEST_POSTGRES_URL").unwrap_or("postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let Some(mut server_connection) = reach(&server).await else { return };
    let name = fresh_name();
    run(&mut server_connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    // Not from template1, which cannot be copied while anyone is connected to it.
    run(&mut server_connection, format!("CREATE DATABASE {name} TEMPLATE template0")).await;

    let mut url = Url::parse(&server).unwrap();
    url.set_path(&name);
    let outcome = tokio::spawn(test(Database { url: url.into() })).await;

    run(&mut server_connection, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(failure) = outcome {
        resume_unwind(failure.into_panic());
    }
}

async fn reach(server: &str) -> Option<PgConnection> {
    let attempt = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect(server)).await;
    if let Ok(Ok(connection)) = attempt {
        return Some(connection);
    }
    assert!(env::var_os("CI").is_none(), "no PostgreSQL to test against: {attempt:?}");
    // Straight to the stream: the test harness hides what `eprintln!` says in a test that passes.
    let mut stream = stderr();
    writeln!(stream, "LEFT OUT: no PostgreSQL to test against; set TEST_POSTGRES_URL").unwrap();
    None
}

fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("migration_test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

async fn run(connection: &mut PgConnection, statement: String) {
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}
