//! Live sessions, and one index for each order in which a client may page through them.
//!
//! A metric may be null, and a keyset needs a value to go on from, so the index holds `COALESCE(metric, -1)`: a query
//! must order and compare by that very expression, with the -1 written out and not bound, or it does not use the
//! index.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE UNIQUE INDEX live_sessions_region_session_id_key ON live_sessions (region, session_id);
    CREATE INDEX live_sessions_started_at_id_idx ON live_sessions (started_at, id);
    CREATE INDEX live_sessions_studio_id_started_at_id_idx ON live_sessions (studio_id, started_at, id);
    CREATE INDEX live_sessions_studio_id_status_started_at_id_idx ON live_sessions (studio_id, status, started_at, id);
    CREATE INDEX live_sessions_shopee_account_id_started_at_id_idx ON live_sessions (shopee_account_id, started_at, id);
    CREATE INDEX live_sessions_studio_id_total_viewers_id_idx
        ON live_sessions (studio_id, COALESCE(total_viewers, -1), id);
    CREATE INDEX live_sessions_studio_id_peak_viewers_id_idx
        ON live_sessions (studio_id, COALESCE(peak_viewers, -1), id);
    CREATE INDEX live_sessions_studio_id_total_orders_id_idx
        ON live_sessions (studio_id, COALESCE(total_orders, -1), id);
    CREATE INDEX live_sessions_studio_id_total_revenue_id_idx
        ON live_sessions (studio_id, COALESCE(total_revenue, -1), id);
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
                    .table("live_sessions")
                    .col(big_pk_auto("id"))
                    .col(big_integer("studio_id"))
                    .col(big_integer("shopee_account_id"))
                    .col(string_len("region", 2))
                    .col(big_integer("session_id"))
                    .col(text("session_name"))
                    .col(big_integer_null("streamer_id"))
                    .col(text_null("streamer_name"))
                    .col(text("status"))
                    .col(timestamp_with_time_zone("started_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(big_integer_null("duration_seconds"))
                    .col(big_integer_null("total_viewers"))
                    .col(big_integer_null("peak_viewers"))
                    .col(big_integer_null("total_orders"))
                    .col(big_integer_null("total_revenue"))
                    .col(big_integer_null("total_comments"))
                    .col(big_integer_null("total_likes"))
                    .col(big_integer_null("total_shares"))
                    .col(big_integer_null("products_count"))
                    .col(big_integer_null("campaign_id"))
                    .col(big_integer_null("campaign_budget"))
                    .col(big_integer_null("campaign_spent"))
                    .col(big_integer_null("coins_distributed"))
                    .col(big_integer_null("coin_total_value"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .col(timestamp_with_time_zone_null("synced_at"))
                    .col(timestamp_with_time_zone_null("items_synced_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("live_sessions", "studio_id")
                            .to("studios", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("live_sessions", "shopee_account_id")
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
        manager.drop_table(Table::drop().table("live_sessions").to_owned()).await
    }
}
