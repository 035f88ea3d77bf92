//! Takes turns by a lock file beside the database file. SQLite's own lock lasts a transaction only, and even the
//! switch to WAL fails at once while another process makes it.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sea_orm::DatabaseConnection;
use sqlx::{
    ConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

use crate::{MigrateError, apply};

/// How long a statement waits for other writers; they go on while a database that is in use is migrated.
const BUSY_WITHIN: Duration = Duration::from_secs(30);

const LOOK_AGAIN: Duration = Duration::from_millis(20);

pub(crate) async fn migrate(url: &str) -> Result<Vec<String>, MigrateError> {
    let options = url.parse::<SqliteConnectOptions>().map_err(MigrateError::Url)?;
    let lock = if in_memory(url) { None } else { Some(lock_beside(options.get_filename()).await?) };
    let connection = connect(options).await?;
    let outcome = apply(&connection).await;
    connection.close().await?;
    drop(lock);
    Ok(outcome?)
}

/// A database of this process alone, for which nobody else waits.
fn in_memory(url: &str) -> bool {
    let (name, parameters) = url.split_once('?').unwrap_or((url, ""));
    name.ends_with(":memory:") || parameters.split('&').any(|parameter| parameter == "mode=memory")
}

/// The lock lasts as long as the file that is returned. The file on disk stays: if it were deleted, one process could
/// lock the deleted file while another locks its successor.
async fn lock_beside(database: &Path) -> Result<File, MigrateError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".migrate-lock");
    let path = PathBuf::from(path);
    lock(&path).await.map_err(|source| MigrateError::Lock { path, source })
}

/// Looks again and again instead of waiting in `File::lock`: that would hold a thread, which could not be told to
/// stop, for as long as another process migrates.
async fn lock(path: &Path) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOK_AGAIN).await,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

async fn connect(options: SqliteConnectOptions) -> Result<DatabaseConnection, MigrateError> {
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(BUSY_WITHIN)
        .disable_statement_logging();
    let pool =
        SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(MigrateError::Connect)?;
    Ok(pool.into())
}
