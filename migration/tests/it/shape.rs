//! What the migrations leave behind: the same on both databases, what `entity` says, and nothing once taken back.

use entity::*;
use migration::Migrator;
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IdenStatic, Identity,
    Iterable, RelationTrait, Statement,
    sea_query::{ForeignKeyAction, StringLen, TableRef},
};
use sea_orm_migration::MigratorTrait;

use testing::{Database, on_both};

on_both!(up_and_down_leave_the_same_shape, entities_match_the_tables, every_foreign_key_can_be_looked_up_by_index);

async fn up_and_down_leave_the_same_shape(database: Database) {
    let connection = database.migrated().await;
    let whole = everything(&connection).await;
    for name in ["live_sessions_studio_id_total_revenue_id_idx", "TRIGGER audit_entries_refuse"] {
        assert!(whole.iter().any(|line| line.contains(name)), "{whole:#?}");
    }

    for steps in 1..=Migrator::migrations().len() {
        Migrator::down(&connection, u32::try_from(steps).ok()).await.unwrap();
        if steps == Migrator::migrations().len() {
            assert_eq!(everything(&connection).await, Vec::<String>::new());
        }
        Migrator::up(&connection, None).await.unwrap();
        assert_eq!(everything(&connection).await, whole, "after {steps} steps down and up again");
    }
}

#[test]
fn every_migration_is_one_transaction() {
    for migration in Migrator::migrations() {
        assert_eq!(migration.use_transaction(), Some(true), "{}", migration.name());
    }
}

/// All that the database knows of our tables, as text. PostgreSQL goes on counting where a column has been dropped, so
/// the columns are numbered here.
async fn everything(connection: &DatabaseConnection) -> Vec<String> {
    let query = match connection.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master
             WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> 'seaql_migrations' ORDER BY 1"
        }
        _ => {
            "SELECT concat_ws(' ', 'column', table_name, row_number() OVER (PARTITION BY table_name ORDER BY ordinal_position),
                column_name, data_type, is_nullable, is_identity, column_default)
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'
             UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND conrelid <> 'seaql_migrations'::regclass
             UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
        }
    };
    texts(connection, query).await
}

async fn entities_match_the_tables(database: Database) {
    let connection = database.migrated().await;
    assert_eq!(texts(&connection, columns_query(&connection)).await, sorted(entities_columns()));
    assert_eq!(texts(&connection, foreign_keys_query(&connection)).await, sorted(entities_foreign_keys()));
}

fn entities_columns() -> Vec<String> {
    [
        columns::<user::Entity>(),
        columns::<studio::Entity>(),
        columns::<membership::Entity>(),
        columns::<shopee_account::Entity>(),
        columns::<live_session::Entity>(),
        columns::<live_session_item::Entity>(),
        columns::<live_analytics::Entity>(),
        columns::<metric_sample::Entity>(),
        columns::<coin_giveout::Entity>(),
        columns::<job::Entity>(),
        columns::<audit_entry::Entity>(),
        columns::<sign_in::Entity>(),
        columns::<refresh_token::Entity>(),
        columns::<external_identity::Entity>(),
        columns::<invitation::Entity>(),
        columns::<shopee_login::Entity>(),
        columns::<deleted_live_session::Entity>(),
        columns::<intent::Entity>(),
        columns::<promotion_edit::Entity>(),
        columns::<recount::Entity>(),
        columns::<alert::Entity>(),
        columns::<alert_settings::Entity>(),
        columns::<job_failure::Entity>(),
        columns::<campaign_reading::Entity>(),
        columns::<campaign_look::Entity>(),
        columns::<campaign_rule::Entity>(),
    ]
    .concat()
}

fn entities_foreign_keys() -> Vec<String> {
    [
        foreign_keys::<user::Relation>(),
        foreign_keys::<studio::Relation>(),
        foreign_keys::<membership::Relation>(),
        foreign_keys::<shopee_account::Relation>(),
        foreign_keys::<live_session::Relation>(),
        foreign_keys::<live_session_item::Relation>(),
        foreign_keys::<live_analytics::Relation>(),
        foreign_keys::<metric_sample::Relation>(),
        foreign_keys::<coin_giveout::Relation>(),
        foreign_keys::<job::Relation>(),
        foreign_keys::<audit_entry::Relation>(),
        foreign_keys::<sign_in::Relation>(),
        foreign_keys::<refresh_token::Relation>(),
        foreign_keys::<external_identity::Relation>(),
        foreign_keys::<invitation::Relation>(),
        foreign_keys::<shopee_login::Relation>(),
        foreign_keys::<deleted_live_session::Relation>(),
        foreign_keys::<intent::Relation>(),
        foreign_keys::<promotion_edit::Relation>(),
        foreign_keys::<recount::Relation>(),
        foreign_keys::<alert::Relation>(),
        foreign_keys::<alert_settings::Relation>(),
        foreign_keys::<job_failure::Relation>(),
        foreign_keys::<campaign_reading::Relation>(),
        foreign_keys::<campaign_look::Relation>(),
        foreign_keys::<campaign_rule::Relation>(),
    ]
    .concat()
}

/// `table.column kind`, with a question mark where it may be null.
fn columns<E: EntityTrait>() -> Vec<String> {
    let table = E::default().table_name().to_owned();
    let describe = |column: E::Column| {
        let definition = column.def();
        let null = if definition.is_null() { "?" } else { "" };
        format!("{table}.{} {}{null}", column.as_str(), kind(definition.get_column_type()))
    };
    E::Column::iter().map(describe).collect()
}

fn kind(column_type: &ColumnType) -> &'static str {
    match column_type {
        ColumnType::BigInteger => "integer",
        ColumnType::Text => "text",
        ColumnType::String(StringLen::N(2)) => "letters2",
        ColumnType::TimestampWithTimeZone => "instant",
        ColumnType::Date => "date",
        ColumnType::Boolean => "boolean",
        ColumnType::Blob => "bytes",
        other => panic!("no table has a column of the type {other:?}"),
    }
}

fn columns_query(connection: &DatabaseConnection) -> &'static str {
    match connection.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT t.name || '.' || c.name || ' ' || CASE lower(c.type)
                WHEN 'integer' THEN 'integer' WHEN 'text' THEN 'text' WHEN 'varchar(2)' THEN 'letters2'
                WHEN 'timestamp_with_timezone_text' THEN 'instant' WHEN 'date_text' THEN 'date'
                WHEN 'boolean' THEN 'boolean' WHEN 'blob' THEN 'bytes' ELSE c.type END
                || CASE c.\"notnull\" WHEN 0 THEN '?' ELSE '' END
             FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'seaql_migrations' ORDER BY 1"
        }
        _ => {
            "SELECT table_name || '.' || column_name || ' ' || CASE data_type || coalesce(character_maximum_length, 0)
                WHEN 'bigint0' THEN 'integer' WHEN 'text0' THEN 'text' WHEN 'character varying2' THEN 'letters2'
                WHEN 'timestamp with time zone0' THEN 'instant' WHEN 'date0' THEN 'date'
                WHEN 'boolean0' THEN 'boolean' WHEN 'bytea0' THEN 'bytes' ELSE data_type END
                || CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END COLLATE \"C\"
             FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name <> 'seaql_migrations' ORDER BY 1"
        }
    }
}

/// `table.column -> table.column ACTION` for each relation that is held by a column of this table.
fn foreign_keys<R: RelationTrait + Iterable>() -> Vec<String> {
    let describe = |relation: R| {
        let definition = relation.def();
        let action = match definition.on_delete {
            Some(ForeignKeyAction::Cascade) => "CASCADE",
            Some(ForeignKeyAction::NoAction) => "NO ACTION",
            Some(ForeignKeyAction::SetNull) => "SET NULL",
            other => panic!("no foreign key says {other:?}"),
        };
        let from = end(&definition.from_tbl, &definition.from_col);
        let to = end(&definition.to_tbl, &definition.to_col);
        format!("{from} -> {to} {action}")
    };
    R::iter().filter(|relation| !relation.def().is_owner).map(describe).collect()
}

fn end(table: &TableRef, column: &Identity) -> String {
    let Identity::Unary(column) = column else { panic!("no foreign key has several columns") };
    format!("{}.{column}", table.sea_orm_table())
}

fn foreign_keys_query(connection: &DatabaseConnection) -> &'static str {
    match connection.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT t.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || '.' || f.\"to\" || ' ' || f.on_delete
             FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table' ORDER BY 1"
        }
        _ => {
            "SELECT k.conrelid::regclass || '.' || c.attname || ' -> ' || k.confrelid::regclass || '.' || p.attname || ' '
                || CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'a' THEN 'NO ACTION' WHEN 'n' THEN 'SET NULL' ELSE '-' END
                COLLATE \"C\"
             FROM pg_constraint k
             JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = k.conkey[1]
             JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = k.confkey[1]
             WHERE k.contype = 'f' ORDER BY 1"
        }
    }
}

/// Deleting a parent looks its children up by the foreign key: without such an index it reads the whole table.
async fn every_foreign_key_can_be_looked_up_by_index(database: Database) {
    let connection = database.migrated().await;
    let unserved = match connection.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT t.name || '.' || f.\"from\" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f
             WHERE t.type = 'table'
                AND f.\"from\" NOT IN (SELECT p.name FROM pragma_table_info(t.name) p WHERE p.pk = 1)
                AND NOT EXISTS (
                SELECT 1 FROM pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c ON c.seqno = 0
                WHERE c.name = f.\"from\")"
        }
        _ => {
            "SELECT k.conrelid::regclass || '.' || c.attname
             FROM pg_constraint k JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = k.conkey[1]
             WHERE k.contype = 'f' AND NOT EXISTS (
                SELECT 1 FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1])"
        }
    };
    assert_eq!(texts(&connection, unserved).await, Vec::<String>::new());
    connection.execute_unprepared("DROP INDEX intents_requested_by_idx").await.unwrap();
    assert_eq!(texts(&connection, unserved).await, ["intents.requested_by"]);
}

async fn texts(connection: &DatabaseConnection, query: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}
