//! The products of a session.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE UNIQUE INDEX live_session_items_live_session_id_item_id_key ON live_session_items (live_session_id, item_id);
    CREATE INDEX live_session_items_live_session_id_id_idx ON live_session_items (live_session_id, id);
    CREATE INDEX live_session_items_item_id_idx ON live_session_items (item_id);
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
                    .table("live_session_items")
                    .col(big_pk_auto("id"))
                    .col(big_integer("live_session_id"))
                    .col(big_integer("item_id"))
                    .col(big_integer_null("shop_id"))
                    .col(text("product_name"))
                    .col(text_null("product_image_url"))
                    .col(big_integer_null("regular_price"))
                    .col(big_integer_null("live_price"))
                    .col(big_integer_null("discount_millionths"))
                    .col(big_integer_null("quantity_sold"))
                    .col(big_integer_null("total_sales_amount"))
                    .col(big_integer_null("total_commission"))
                    .col(text_null("promotion_type"))
                    .col(boolean_null("is_featured"))
                    .col(timestamp_with_time_zone_null("promoted_at"))
                    .col(timestamp_with_time_zone("last_updated"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("live_session_items", "live_session_id")
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
        manager.drop_table(Table::drop().table("live_session_items").to_owned()).await
    }
}
