//! Every row of every table, as text, to see whether anything has changed.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use testing::Database;

pub(super) struct Rows {
    connection: DatabaseConnection,
    /// Each table with the expression that is a row's text.
    tables: BTreeMap<String, String>,
}

impl Rows {
    pub(super) async fn of(database: &Database) -> Self {
        let connection = database.connect().await;
        let query = match connection.get_database_backend() {
            DbBackend::Sqlite => {
                "SELECT t.name AS name, group_concat('quote(\"' || c.name || '\")', '||'',''||') AS line
                 FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' GROUP BY t.name"
            }
            _ => {
                "SELECT table_name::text AS name, 'to_jsonb(\"' || table_name || '\")::text' AS line
                 FROM information_schema.tables WHERE table_schema = 'public'"
            }
        };
        let tables: BTreeMap<String, String> = texts(&connection, query).await.into_iter().collect();
        assert!(tables.contains_key("live_sessions") && tables.contains_key("audit_entries"), "{tables:?}");
        Self { connection, tables }
    }

    /// The rows of each table, sorted.
    pub(super) async fn all(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let mut all = BTreeMap::new();
        for (name, line) in &self.tables {
            let query = format!("SELECT '' AS name, {line} AS line FROM \"{name}\" ORDER BY 2");
            all.insert(name.clone(), texts(&self.connection, &query).await);
        }
        all
    }
}

/// The columns `name` and `line`.
async fn texts(connection: &DatabaseConnection, query: &str) -> Vec<(String, String)> {
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| (row.try_get("", "name").unwrap(), row.try_get("", "line").unwrap())).collect()
}
