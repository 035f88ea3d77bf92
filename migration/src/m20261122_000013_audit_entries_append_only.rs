//! The database itself keeps anyone from changing or deleting audit entries; only the end of a user or of a studio
//! reaches them, through their foreign keys. Whoever may drop a trigger is not held off, and no trigger could.
//!
//! A later migration that must touch entries, or that makes the table anew on SQLite, has to put the triggers back.
//!
//! Also an index to page by id, since `occurred_at` need not rise with it, and one for what was done to somebody.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE INDEX audit_entries_studio_id_id_idx ON audit_entries (studio_id, id);
    CREATE INDEX audit_entries_subject_kind_subject_id_idx ON audit_entries (subject_kind, subject_id);
";

/// `REPLACE` deletes the row in its way without asking the trigger for deletions, so a third one asks before.
const ON_SQLITE: &str = "
    CREATE TRIGGER audit_entries_refuse_update BEFORE UPDATE ON audit_entries
    WHEN NOT (
        NEW.user_id IS NULL AND OLD.user_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM users WHERE id = OLD.user_id)
        AND NEW.id IS OLD.id AND NEW.studio_id IS OLD.studio_id
        AND NEW.action IS OLD.action AND NEW.subject_kind IS OLD.subject_kind AND NEW.subject_id IS OLD.subject_id
        AND NEW.remote_address IS OLD.remote_address AND NEW.request_id IS OLD.request_id
        AND NEW.\"before\" IS OLD.\"before\" AND NEW.\"after\" IS OLD.\"after\"
        AND NEW.occurred_at IS OLD.occurred_at
    )
    BEGIN SELECT RAISE(ABORT, 'audit entries are only added to'); END;

    CREATE TRIGGER audit_entries_refuse_delete BEFORE DELETE ON audit_entries
    WHEN OLD.studio_id IS NULL OR EXISTS (SELECT 1 FROM studios WHERE id = OLD.studio_id)
    BEGIN SELECT RAISE(ABORT, 'audit entries are only added to'); END;

    CREATE TRIGGER audit_entries_refuse_replace BEFORE INSERT ON audit_entries
    WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'audit entries are only added to'); END;
";

const ON_POSTGRES: &str = "
    CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        bereft audit_entries%ROWTYPE;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            bereft := OLD;
            bereft.user_id := NULL;
            IF OLD.user_id IS NOT NULL AND NEW IS NOT DISTINCT FROM bereft
                AND NOT EXISTS (SELECT FROM users WHERE id = OLD.user_id)
            THEN
                RETURN NEW;
            END IF;
        ELSIF TG_OP = 'DELETE' THEN
            IF OLD.studio_id IS NOT NULL AND NOT EXISTS (SELECT FROM studios WHERE id = OLD.studio_id) THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION 'audit entries are only added to';
    END $$;

    CREATE TRIGGER audit_entries_refuse_change BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse();

    CREATE TRIGGER audit_entries_refuse_truncate BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse();
";

const OFF_SQLITE: &str = "
    DROP TRIGGER audit_entries_refuse_replace;
    DROP TRIGGER audit_entries_refuse_delete;
    DROP TRIGGER audit_entries_refuse_update;
";

const OFF_POSTGRES: &str = "
    DROP TRIGGER audit_entries_refuse_truncate ON audit_entries;
    DROP TRIGGER audit_entries_refuse_change ON audit_entries;
    DROP FUNCTION audit_entries_refuse();
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(INDEXES).await?;
        let triggers = match manager.get_database_backend() {
            DbBackend::Sqlite => ON_SQLITE,
            _ => ON_POSTGRES,
        };
        connection.execute_unprepared(triggers).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let triggers = match manager.get_database_backend() {
            DbBackend::Sqlite => OFF_SQLITE,
            _ => OFF_POSTGRES,
        };
        connection.execute_unprepared(triggers).await?;
        connection.execute_unprepared("DROP INDEX audit_entries_subject_kind_subject_id_idx").await?;
        connection.execute_unprepared("DROP INDEX audit_entries_studio_id_id_idx").await?;
        Ok(())
    }
}
