//! What is sent to the database, counted and put into traces: the kind of statement and its table, never its text.

use std::time::Duration;

use opentelemetry::KeyValue;
use sea_orm::{ConnectOptions, DatabaseConnection, DbBackend, DbErr};

use crate::{
    metrics::{Metrics, Pool},
    telemetry::traces,
};

/// A pool that tells of each statement, those of transactions among them.
pub(super) async fn connect(options: ConnectOptions, metrics: &Metrics) -> Result<DatabaseConnection, DbErr> {
    let mut pool = sea_orm::Database::connect(options).await?;
    let (metrics, system) = (metrics.clone(), system(&pool));
    pool.set_metric_callback(move |sent| {
        metrics.database.sent(&sent.statement.sql, sent.elapsed, sent.failed);
        trace(system, &sent.statement.sql, sent.elapsed, sent.failed);
    });
    Ok(pool)
}

fn system(pool: &DatabaseConnection) -> &'static str {
    match pool.get_database_backend() {
        DbBackend::Postgres => "postgresql",
        _ => "sqlite",
    }
}

fn trace(system: &'static str, sql: &str, took: Duration, failed: bool) {
    traces::past(took, failed.then_some("failed"), || {
        let (verb, table) = (verb(sql), table(sql));
        let name = table.map_or_else(|| verb.clone(), |table| format!("{verb} {table}"));
        let mut attributes = vec![KeyValue::new("db.system.name", system), KeyValue::new("db.operation.name", verb)];
        attributes.extend(table.map(|table| KeyValue::new("db.collection.name", table.to_owned())));
        (name, attributes)
    });
}

/// The first word of a statement.
fn verb(sql: &str) -> String {
    sql.trim_start().chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase()
}

/// The first table that is named. Ours are of lower-case letters, digits and underscores; whatever else stands there is none.
fn table(sql: &str) -> Option<&str> {
    let mut words = sql.split_ascii_whitespace();
    words.find(|word| ["FROM", "INTO", "UPDATE"].iter().any(|before| word.eq_ignore_ascii_case(before)))?;
    let name = words.next()?.trim_matches(['"', '(', ')', ',', ';']);
    let is_ours = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
    let begins_well = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    (begins_well && name.bytes().all(is_ours)).then_some(name)
}

/// Each pool once: SQLite has one to read and one to write, PostgreSQL one for both.
pub(super) fn pools(read: &DatabaseConnection, write: &DatabaseConnection) -> Vec<Pool> {
    match read.get_database_backend() {
        DbBackend::Postgres => {
            let pool = read.get_postgres_connection_pool();
            let (open, idle, most) = (pool.size(), pool.num_idle(), pool.options().get_max_connections());
            vec![standing("both", open, idle, most)]
        }
        DbBackend::Sqlite => [("read", read), ("write", write)]
            .map(|(name, connection)| {
                let pool = connection.get_sqlite_connection_pool();
                standing(name, pool.size(), pool.num_idle(), pool.options().get_max_connections())
            })
            .into(),
        _ => Vec::new(),
    }
}

fn standing(name: &'static str, open: u32, idle: usize, most: u32) -> Pool {
    Pool { name, open, idle: u32::try_from(idle).unwrap_or(u32::MAX), most }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_without_its_text() {
        for (sql, named) in [
            (r#"SELECT "a"."id" FROM "live_sessions" WHERE "a"."id" = $1"#, ("SELECT", Some("live_sessions"))),
            (r#"INSERT INTO "jobs" ("id") VALUES ($1)"#, ("INSERT", Some("jobs"))),
            (r#"update studios set name = 'canary'"#, ("UPDATE", Some("studios"))),
            ("WITH late AS (SELECT 1) DELETE FROM jobs", ("WITH", Some("jobs"))),
            ("SELECT 'canary'", ("SELECT", None)),
            ("SELECT * FROM 'Canary'", ("SELECT", None)),
            ("PRAGMA user_version", ("PRAGMA", None)),
        ] {
            assert_eq!((verb(sql).as_str(), table(sql)), named, "{sql}");
        }
    }
}
