//! What is to cost money, written down before Shopee is asked: intents, and what each is about.
//!
//! The table of coin giveouts is made anew around them. No version has written a row of the old one, and what those read of it,
//! whether a session has any, they find in the new one.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

// The partial index lets one thing at Shopee, such as the coins of a session, be changed by one intent at a time: what shows
// there then is that one's doing.
const INDEXES: &str = "
    CREATE UNIQUE INDEX intents_studio_id_idempotency_key_key ON intents (studio_id, idempotency_key);
    CREATE UNIQUE INDEX intents_resource_pending_key ON intents (resource) WHERE state = 'PENDING';
    CREATE INDEX intents_resource_revision_idx ON intents (resource, revision);
    CREATE INDEX intents_studio_id_created_at_idx ON intents (studio_id, created_at);
    CREATE INDEX intents_shopee_account_id_idx ON intents (shopee_account_id);
    CREATE INDEX intents_requested_by_idx ON intents (requested_by);
    CREATE INDEX coin_giveouts_studio_id_id_idx ON coin_giveouts (studio_id, id);
    CREATE INDEX coin_giveouts_live_session_id_id_idx ON coin_giveouts (live_session_id, id);
    CREATE INDEX promotion_edits_studio_id_id_idx ON promotion_edits (studio_id, id);
    CREATE INDEX promotion_edits_shopee_account_id_campaign_id_id_idx
        ON promotion_edits (shopee_account_id, campaign_id, id);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("coin_giveouts").to_owned()).await?;
        for table in [intents(), coin_giveouts(), promotion_edits()] {
            manager.create_table(table).await?;
        }
        manager.get_connection().execute_unprepared(INDEXES).await?;
        for column in ["coin_budget_per_session", "coin_budget_per_day"] {
            let column = big_integer_null(column);
            manager.alter_table(Table::alter().table("studios").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["coin_budget_per_day", "coin_budget_per_session"] {
            manager.alter_table(Table::alter().table("studios").drop_column(column).to_owned()).await?;
        }
        for table in ["promotion_edits", "coin_giveouts", "intents"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        crate::m20261122_000007_coin_giveouts::Migration.up(manager).await
    }
}

fn intents() -> TableCreateStatement {
    Table::create()
        .table("intents")
        .col(big_pk_auto("id"))
        .col(big_integer("studio_id"))
        .col(big_integer("shopee_account_id"))
        .col(big_integer("requested_by"))
        .col(text("idempotency_key"))
        .col(text("kind"))
        .col(text("resource"))
        .col(text("input"))
        .col(text("state"))
        .col(text_null("refusal_code"))
        .col(text_null("seen_before"))
        .col(big_integer("attempts"))
        .col(timestamp_with_time_zone_null("sent_at"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(big_integer("revision"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("settled_at"))
        .foreign_key(&mut key("intents", "studio_id", "studios", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("intents", "shopee_account_id", "shopee_accounts", ForeignKeyAction::Cascade))
        // The books have to say who it was. Refuses as RESTRICT does, but by an error code that SeaORM knows as a foreign key's
        // on both databases.
        .foreign_key(&mut key("intents", "requested_by", "users", ForeignKeyAction::NoAction))
        .to_owned()
}

fn coin_giveouts() -> TableCreateStatement {
    Table::create()
        .table("coin_giveouts")
        .col(big_integer("id").primary_key())
        .col(big_integer("studio_id"))
        .col(big_integer("live_session_id"))
        .col(big_integer("amount"))
        .col(big_integer_null("recipients"))
        .foreign_key(&mut key("coin_giveouts", "id", "intents", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("coin_giveouts", "studio_id", "studios", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("coin_giveouts", "live_session_id", "live_sessions", ForeignKeyAction::Cascade))
        .to_owned()
}

fn promotion_edits() -> TableCreateStatement {
    Table::create()
        .table("promotion_edits")
        .col(big_integer("id").primary_key())
        .col(big_integer("studio_id"))
        .col(big_integer("shopee_account_id"))
        .col(big_integer("campaign_id"))
        .col(text("action"))
        .col(big_integer_null("daily_budget"))
        .foreign_key(&mut key("promotion_edits", "id", "intents", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("promotion_edits", "studio_id", "studios", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("promotion_edits", "shopee_account_id", "shopee_accounts", ForeignKeyAction::Cascade))
        .to_owned()
}

fn key(
    table: &'static str,
    column: &'static str,
    other: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(other, "id").on_delete(on_delete).to_owned()
}
