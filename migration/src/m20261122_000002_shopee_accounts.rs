//! The Shopee creators of a studio. One creator belongs to one studio only: the key spans them all.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE UNIQUE INDEX shopee_accounts_region_shopee_user_id_key ON shopee_accounts (region, shopee_user_id);
    CREATE INDEX shopee_accounts_studio_id_id_idx ON shopee_accounts (studio_id, id);
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
                    .table("shopee_accounts")
                    .col(big_pk_auto("id"))
                    .col(big_integer("studio_id"))
                    .col(string_len("region", 2))
                    .col(big_integer("shopee_user_id"))
                    .col(text("username"))
                    .col(text_null("display_name"))
                    .col(text_null("avatar"))
                    .col(text("status"))
                    .col(blob_null("credential"))
                    .col(text_null("credential_key_id"))
                    .col(timestamp_with_time_zone_null("signed_out_at"))
                    .col(timestamp_with_time_zone_null("synced_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("shopee_accounts", "studio_id")
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
        manager.drop_table(Table::drop().table("shopee_accounts").to_owned()).await
    }
}
