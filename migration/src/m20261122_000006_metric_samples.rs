//! What a session on air showed, moment by moment. The key serves every query, so there is no other index to keep up.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("metric_samples")
                    .col(big_integer("live_session_id"))
                    .col(timestamp_with_time_zone("sampled_at"))
                    .col(big_integer_null("viewers"))
                    .col(big_integer_null("peak_viewers"))
                    .col(big_integer_null("total_viewers"))
                    .col(big_integer_null("likes"))
                    .col(big_integer_null("comments"))
                    .col(big_integer_null("shares"))
                    .col(big_integer_null("orders"))
                    .col(big_integer_null("revenue"))
                    .primary_key(Index::create().col("live_session_id").col("sampled_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("metric_samples", "live_session_id")
                            .to("live_sessions", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("metric_samples").to_owned()).await
    }
}
