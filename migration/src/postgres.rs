//! Takes turns by an advisory lock of the server, on the one connection that also runs the migrations: if that
//! session is lost, lock and work are lost together, and the next in turn finds whole migrations only.
//!
//! The lock belongs to a session, so the URL must lead to PostgreSQL itself or to a pooler that keeps sessions apart.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{MigrateError, apply};

/// Same for every version, else two versions would not wait for each other. Locks of this kind are per database.
const LOCK: i64 = i64::from_be_bytes(*b"livegate");

/// A server that is just starting refuses connections; asking is repeated for as long as this.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

pub(crate) async fn migrate(url: &str) -> Result<Vec<String>, MigrateError> {
    let connection = connect(url).await?;
    let outcome = in_turn(&connection).await;
    // Ends the session and with it the lock, whatever the outcome.
    connection.close().await?;
    Ok(outcome?)
}

async fn in_turn(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    connection.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await?;
    apply(connection).await
}

/// Options are read by sqlx and not by SeaORM, which puts a URL that it cannot read, password and all, into its error.
async fn connect(url: &str) -> Result<DatabaseConnection, MigrateError> {
    // Waiting for one's turn is no slow statement, and the migrations log themselves.
    let options = url.parse::<PgConnectOptions>().map_err(MigrateError::Url)?.disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(CONNECT_WITHIN)
        // Never exchanged for a fresh one behind our back: a fresh session does not hold the lock.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
        .map_err(MigrateError::Connect)?;
    Ok(pool.into())
}
