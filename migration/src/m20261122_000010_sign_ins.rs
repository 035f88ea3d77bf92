//! How people come in: by password or by another provider's word, and what each sign-in has handed out.
//!
//! `access_revision` may not be null but has a default, so a version that does not know it goes on writing users.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE INDEX sign_ins_user_id_id_idx ON sign_ins (user_id, id);
    CREATE UNIQUE INDEX refresh_tokens_token_hash_key ON refresh_tokens (token_hash);
    CREATE INDEX refresh_tokens_sign_in_id_idx ON refresh_tokens (sign_in_id);
    CREATE UNIQUE INDEX external_identities_issuer_subject_key ON external_identities (issuer, subject);
    CREATE INDEX external_identities_user_id_idx ON external_identities (user_id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite takes no more.
        manager.alter_table(Table::alter().table("users").add_column(text_null("password_hash")).to_owned()).await?;
        manager
            .alter_table(Table::alter().table("users").add_column(big_integer("access_revision").default(0)).to_owned())
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("sign_ins")
                    .col(big_pk_auto("id"))
                    .col(big_integer("user_id"))
                    .col(text("kind"))
                    .col(text_null("remote_address"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("last_used_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("sign_ins", "user_id")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("refresh_tokens")
                    .col(big_pk_auto("id"))
                    .col(big_integer("sign_in_id"))
                    .col(blob("token_hash"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("refresh_tokens", "sign_in_id")
                            .to("sign_ins", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("external_identities")
                    .col(big_pk_auto("id"))
                    .col(text("issuer"))
                    .col(text("subject"))
                    .col(big_integer("user_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("external_identities", "user_id")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("external_identities").to_owned()).await?;
        manager.drop_table(Table::drop().table("refresh_tokens").to_owned()).await?;
        manager.drop_table(Table::drop().table("sign_ins").to_owned()).await?;
        manager.alter_table(Table::alter().table("users").drop_column("access_revision").to_owned()).await?;
        manager.alter_table(Table::alter().table("users").drop_column("password_hash").to_owned()).await
    }
}
