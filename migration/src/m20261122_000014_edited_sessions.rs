//! What people change of a session beside what Shopee says of it, and which sessions they have deleted.
//!
//! A version that does not know these shows Shopee's own names, and brings deleted sessions back for as long as it runs.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite takes no more.
        for column in [text_null("edited_name"), timestamp_with_time_zone_null("edited_at")] {
            manager.alter_table(Table::alter().table("live_sessions").add_column(column).to_owned()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("deleted_live_sessions")
                    .col(big_integer("studio_id"))
                    .col(string_len("region", 2))
                    .col(big_integer("session_id"))
                    .col(timestamp_with_time_zone("deleted_at"))
                    .primary_key(Index::create().col("studio_id").col("region").col("session_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("deleted_live_sessions", "studio_id")
                            .to("studios", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("deleted_live_sessions").to_owned()).await?;
        for column in ["edited_at", "edited_name"] {
            manager.alter_table(Table::alter().table("live_sessions").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
