//! Background work: what waits, what runs, how far it is and how it ended.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE INDEX jobs_state_id_idx ON jobs (state, id);
    CREATE INDEX jobs_studio_id_id_idx ON jobs (studio_id, id);
    CREATE INDEX jobs_shopee_account_id_idx ON jobs (shopee_account_id);
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
                    .table("jobs")
                    .col(big_pk_auto("id"))
                    .col(text("kind"))
                    .col(big_integer_null("studio_id"))
                    .col(big_integer_null("shopee_account_id"))
                    .col(text("state"))
                    .col(text_null("position"))
                    .col(big_integer("done"))
                    .col(big_integer_null("total"))
                    .col(big_integer("failures"))
                    .col(text_null("last_error"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("started_at"))
                    .col(timestamp_with_time_zone_null("finished_at"))
                    .col(timestamp_with_time_zone_null("heartbeat_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("jobs", "studio_id")
                            .to("studios", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("jobs", "shopee_account_id")
                            .to("shopee_accounts", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("jobs").to_owned()).await
    }
}
