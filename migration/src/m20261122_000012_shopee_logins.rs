//! Sign-ins to Shopee by QR code. One outlives the user who started it and the account it became.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE INDEX shopee_logins_studio_id_id_idx ON shopee_logins (studio_id, id);
    CREATE INDEX shopee_logins_status_expires_at_idx ON shopee_logins (status, expires_at);
    CREATE INDEX shopee_logins_started_by_idx ON shopee_logins (started_by);
    CREATE INDEX shopee_logins_shopee_account_id_idx ON shopee_logins (shopee_account_id);
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
                    .table("shopee_logins")
                    .col(big_pk_auto("id"))
                    .col(big_integer("studio_id"))
                    .col(big_integer_null("started_by"))
                    .col(string_len("region", 2))
                    .col(text("status"))
                    .col(blob_null("sealed_code"))
                    .col(text_null("sealed_key_id"))
                    .col(timestamp_with_time_zone_null("claimed_until"))
                    .col(big_integer_null("shopee_account_id"))
                    .col(text_null("failure"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("shopee_logins", "studio_id")
                            .to("studios", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("shopee_logins", "started_by")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("shopee_logins", "shopee_account_id")
                            .to("shopee_accounts", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("shopee_logins").to_owned()).await
    }
}
