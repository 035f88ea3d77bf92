//! The database: how it is opened, and the only way to it. What reads for an operation is counted in its cost.
//!
//! SQLite has one writer: writes go through a pool of one connection, reads through another pool beside it (write-ahead log).
//! PostgreSQL uses one pool for both.

mod seen;
pub mod sparse;

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::time::{Instant, sleep};

use crate::{
    cost::Cost,
    error::{Error, outage},
    metrics::{Metrics, Pool},
};

const IDLE_BEFORE_TEST: Duration = Duration::from_secs(30);
/// How long an operation waits for a connection, and so for a database that restarts.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// The pause before a lost connection is replaced.
const AGAIN_AFTER: Duration = Duration::from_millis(20);

/// The pools. Cheap to clone. Gives out [`Statements`] to read and transactions to write, never a bare connection.
#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    metrics: Metrics,
}

impl Database {
    /// Opens the pools; the database must be migrated already.
    pub async fn open(url: &str, connections: u32, metrics: Metrics) -> Result<Self, DbErr> {
        if !url.starts_with("sqlite:") {
            let pool = seen::connect(options(url, connections), &metrics).await?;
            return Ok(Self { read: pool.clone(), write: pool, metrics });
        }
        let write = seen::connect(sqlite_options(url, 1, "OFF"), &metrics).await?;
        let read = seen::connect(sqlite_options(url, connections, "ON"), &metrics).await?;
        Ok(Self { read, write, metrics })
    }

    /// Statements that read, counted for one operation.
    pub fn read(&self, cost: Arc<Cost>) -> Statements {
        Statements { connection: self.read.clone(), cost }
    }

    /// A transaction that writes. What it sends counts for nobody. On SQLite it takes the write lock at once: one that reads
    /// first would fail, not wait, when another process has written meanwhile.
    pub async fn write(&self) -> Result<DatabaseTransaction, DbErr> {
        let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
        let options = || TransactionOptions { sqlite_transaction_mode, ..Default::default() };
        let asked = Instant::now();
        let begun = persistently(|| self.write.begin_with_options(options())).await;
        self.metrics.database.began(asked.elapsed());
        begun
    }

    /// The connections as they stand.
    pub fn pools(&self) -> Vec<Pool> {
        seen::pools(&self.read, &self.write)
    }

    /// How many migrations this database still lacks.
    pub async fn pending_migrations(&self) -> Result<usize, DbErr> {
        migration::pending(&self.read).await
    }

    /// Closes both pools, waiting for what runs.
    pub async fn close(self) {
        for pool in [self.read, self.write] {
            if let Err(error) = pool.close().await {
                tracing::warn!(%error, "a database pool did not close cleanly");
            }
        }
    }
}

/// Does what changes nothing, and does it again if the connection was lost on the way: when a database restarts, every connection that the
/// pool has at rest is a dead one, and an operation may meet several of them.
async fn persistently<T, F: Future<Output = Result<T, DbErr>>>(attempt: impl Fn() -> F) -> Result<T, DbErr> {
    let deadline = Instant::now() + ACQUIRE_TIMEOUT;
    loop {
        match attempt().await {
            Err(error) if outage::is_lost(&error) && Instant::now() < deadline => sleep(AGAIN_AFTER).await,
            outcome => return outcome,
        }
    }
}

/// Whether the database has taken a transaction back so that another may go on: doing it again is right, and may well do.
pub fn was_taken_back(error: &Error) -> bool {
    let (Error::Internal(cause) | Error::Unavailable(cause)) = error else { return false };
    let Some(DbErr::Exec(cause) | DbErr::Query(cause)) = cause.downcast_ref() else { return false };
    let RuntimeErr::SqlxError(cause) = cause else { return false };
    // Serialization failure, and deadlock.
    cause.as_database_error().and_then(|cause| cause.code()).is_some_and(|code| ["40001", "40P01"].contains(&&*code))
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .test_before_acquire_if_idle_for(IDLE_BEFORE_TEST);
    options
}

fn sqlite_options(url: &str, connections: u32, query_only: &'static str) -> ConnectOptions {
    let mut options = options(url, connections);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .create_if_missing(true)
            .pragma("journal_mode", "WAL")
            // What costs money is written down before Shopee is asked, and has to be there after a power cut too.
            .pragma("synchronous", "FULL")
            .pragma("query_only", query_only)
            .busy_timeout(Duration::from_secs(5))
    });
    options
}

/// A connection for one operation: what it sends is counted in that operation's [`Cost`].
#[derive(Clone, Debug)]
pub struct Statements {
    connection: DatabaseConnection,
    cost: Arc<Cost>,
}

#[async_trait::async_trait]
impl ConnectionTrait for Statements {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.cost.count_statement();
        self.connection.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.cost.count_statement();
        self.connection.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.cost.count_statement();
        persistently(|| self.connection.query_one_raw(statement.clone())).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.cost.count_statement();
        persistently(|| self.connection.query_all_raw(statement.clone())).await
    }
}
