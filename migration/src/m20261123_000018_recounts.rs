//! Sessions whose figures somebody wants asked of Shopee again: `rebuildAnalytics`.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE INDEX recounts_due_at_live_session_id_idx ON recounts (due_at, live_session_id);
    CREATE INDEX recounts_studio_id_idx ON recounts (studio_id);
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
                    .table("recounts")
                    .col(big_integer("live_session_id").primary_key())
                    .col(big_integer("studio_id"))
                    .col(timestamp_with_time_zone("requested_at"))
                    .col(timestamp_with_time_zone("due_at"))
                    .col(big_integer("attempts"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("recounts", "live_session_id")
                            .to("live_sessions", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("recounts", "studio_id")
                            .to("studios", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("recounts").to_owned()).await
    }
}
