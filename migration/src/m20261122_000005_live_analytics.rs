//! The figures of a day: one row a session and date, and one row a studio and date, told apart by a null session.
//!
//! Nulls never equal each other in a unique key, hence two partial ones. An upsert names the same condition in its
//! conflict target.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE UNIQUE INDEX live_analytics_studio_id_date_key
        ON live_analytics (studio_id, date) WHERE live_session_id IS NULL;
    CREATE UNIQUE INDEX live_analytics_live_session_id_date_key
        ON live_analytics (live_session_id, date) WHERE live_session_id IS NOT NULL;
    CREATE INDEX live_analytics_studio_id_date_idx ON live_analytics (studio_id, date);
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
                    .table("live_analytics")
                    .col(big_pk_auto("id"))
                    .col(big_integer("studio_id"))
                    .col(big_integer_null("live_session_id"))
                    .col(date("date"))
                    .col(big_integer("total_sessions"))
                    .col(big_integer_null("total_orders"))
                    .col(big_integer_null("total_revenue"))
                    .col(big_integer_null("total_viewers"))
                    .col(big_integer_null("average_viewers"))
                    .col(big_integer_null("peak_viewers"))
                    .col(big_integer_null("average_order_value"))
                    .col(big_integer_null("conversion_rate_millionths"))
                    .col(big_integer_null("total_comments"))
                    .col(big_integer_null("total_likes"))
                    .col(big_integer_null("total_shares"))
                    .col(big_integer_null("roi_millionths"))
                    .col(big_integer_null("total_ad_spend"))
                    .col(big_integer_null("total_commission"))
                    .col(text_null("top_product"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("live_analytics", "studio_id")
                            .to("studios", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("live_analytics", "live_session_id")
                            .to("live_sessions", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("live_analytics").to_owned()).await
    }
}
