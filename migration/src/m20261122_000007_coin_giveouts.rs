//! Coins given away. The unique key is what makes a repeated wish harmless.
//!
//! A user who has given coins away stays: the books must be able to say who it was.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE UNIQUE INDEX coin_giveouts_studio_id_idempotency_key_key ON coin_giveouts (studio_id, idempotency_key);
    CREATE INDEX coin_giveouts_live_session_id_id_idx ON coin_giveouts (live_session_id, id);
    CREATE INDEX coin_giveouts_requested_by_idx ON coin_giveouts (requested_by);
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
                    .table("coin_giveouts")
                    .col(big_pk_auto("id"))
                    .col(big_integer("studio_id"))
                    .col(big_integer("live_session_id"))
                    .col(big_integer("requested_by"))
                    .col(text("idempotency_key"))
                    .col(big_integer("amount"))
                    .col(big_integer("recipients"))
                    .col(text("state"))
                    .col(text_null("refusal_code"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("settled_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("coin_giveouts", "studio_id")
                            .to("studios", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("coin_giveouts", "live_session_id")
                            .to("live_sessions", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    // Refuses as RESTRICT does, but by an error code that SeaORM knows as a foreign key's on both
                    // databases.
                    .foreign_key(
                        ForeignKey::create()
                            .from("coin_giveouts", "requested_by")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::NoAction),
                    )
                    .to_owned(),
            )
            .await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("coin_giveouts").to_owned()).await
    }
}
