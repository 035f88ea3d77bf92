//! Who changed what. An entry outlives the user it names, but not the studio.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE INDEX audit_entries_studio_id_occurred_at_id_idx ON audit_entries (studio_id, occurred_at, id);
    CREATE INDEX audit_entries_user_id_idx ON audit_entries (user_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit_entries")
                    .col(big_pk_auto("id"))
                    .col(big_integer_null("studio_id"))
                    .col(big_integer_null("user_id"))
                    .col(text("action"))
                    .col(text("subject_kind"))
                    .col(text_null("subject_id"))
                    .col(text_null("remote_address"))
                    .col(text_null("request_id"))
                    .col(text_null("before"))
                    .col(text_null("after"))
                    .col(timestamp_with_time_zone("occurred_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("audit_entries", "studio_id")
                            .to("studios", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("audit_entries", "user_id")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_entries").to_owned()).await
    }
}
