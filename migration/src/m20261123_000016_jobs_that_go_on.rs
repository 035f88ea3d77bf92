//! Jobs that another instance goes on with when theirs has died, what failed in each, and how far a session's history is thinned.
//!
//! No version before this one has written a row of `jobs`.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

// One open job of a kind for each account: whoever asks again, on whichever instance, gets the one that is there.
const INDEXES: &str = "
    CREATE UNIQUE INDEX jobs_kind_shopee_account_id_open_key ON jobs (kind, shopee_account_id)
        WHERE state IN ('QUEUED', 'RUNNING');
    CREATE INDEX jobs_finished_at_idx ON jobs (finished_at);
    CREATE INDEX jobs_kind_created_at_idx ON jobs (kind, created_at);
    CREATE INDEX live_sessions_samples_to_thin_idx ON live_sessions (samples_thinned, ended_at)
        WHERE samples_thinned < 2;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite takes no more.
        for column in [text_null("holder"), timestamp_with_time_zone_null("since"), text_null("current")] {
            manager.alter_table(Table::alter().table("jobs").add_column(column).to_owned()).await?;
        }
        let thinned = big_integer("samples_thinned").default(0).take();
        manager.alter_table(Table::alter().table("live_sessions").add_column(thinned).to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table("job_failures")
                    .col(big_integer("job_id"))
                    .col(big_integer("session_id"))
                    .col(text("code"))
                    .col(text_null("call"))
                    .col(big_integer("attempts"))
                    .col(timestamp_with_time_zone("failed_at"))
                    .col(timestamp_with_time_zone_null("resolved_at"))
                    .primary_key(Index::create().col("job_id").col("session_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("job_failures", "job_id")
                            .to("jobs", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("job_failures").to_owned()).await?;
        for index in [
            "live_sessions_samples_to_thin_idx",
            "jobs_kind_created_at_idx",
            "jobs_finished_at_idx",
            "jobs_kind_shopee_account_id_open_key",
        ] {
            manager.drop_index(Index::drop().name(index).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("live_sessions").drop_column("samples_thinned").to_owned()).await?;
        for column in ["current", "since", "holder"] {
            manager.alter_table(Table::alter().table("jobs").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
