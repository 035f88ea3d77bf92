//! Alerts, when studios want them, the stock of products that they tell of, and indexes for what is looked at over and over.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

// The first one raises an alert once, however many notice.
const INDEXES: &str = "
    CREATE UNIQUE INDEX alerts_kind_subject_open_key ON alerts (kind, subject) WHERE cleared_at IS NULL;
    CREATE INDEX alerts_studio_id_id_idx ON alerts (studio_id, id);
    CREATE INDEX alerts_studio_id_revision_idx ON alerts (studio_id, revision);
    CREATE INDEX alerts_live_session_id_idx ON alerts (live_session_id);
    CREATE INDEX alerts_live_session_item_id_idx ON alerts (live_session_item_id);
    CREATE INDEX alerts_shopee_account_id_idx ON alerts (shopee_account_id);
    CREATE INDEX alerts_intent_id_idx ON alerts (intent_id);
    CREATE INDEX alerts_acknowledged_by_idx ON alerts (acknowledged_by);
    CREATE INDEX intents_unknown_idx ON intents (id) WHERE state = 'UNKNOWN';
    CREATE INDEX live_sessions_on_air_idx ON live_sessions (studio_id, started_at, id) WHERE status = 'ON_AIR';
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(alerts()).await?;
        manager.create_table(alert_settings()).await?;
        let item = |column| Table::alter().table("live_session_items").add_column(column).to_owned();
        manager.alter_table(item(big_integer_null("stock"))).await?;
        manager.alter_table(item(timestamp_with_time_zone_null("stock_seen_at"))).await?;
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["live_sessions_on_air_idx", "intents_unknown_idx"] {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {index}")).await?;
        }
        for column in ["stock_seen_at", "stock"] {
            let item = Table::alter().table("live_session_items").drop_column(column).to_owned();
            manager.alter_table(item).await?;
        }
        for table in ["alert_settings", "alerts"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn alerts() -> TableCreateStatement {
    Table::create()
        .table("alerts")
        .col(big_pk_auto("id"))
        .col(big_integer("studio_id"))
        .col(text("kind"))
        .col(text("subject"))
        .col(big_integer_null("live_session_id"))
        .col(big_integer_null("live_session_item_id"))
        .col(big_integer_null("shopee_account_id"))
        .col(big_integer_null("intent_id"))
        .col(big_integer_null("usual_millionths"))
        .col(big_integer_null("observed_millionths"))
        .col(big_integer_null("threshold"))
        .col(timestamp_with_time_zone_null("stale_since"))
        .col(big_integer("revision"))
        .col(timestamp_with_time_zone("raised_at"))
        .col(timestamp_with_time_zone_null("cleared_at"))
        .col(timestamp_with_time_zone_null("acknowledged_at"))
        .col(big_integer_null("acknowledged_by"))
        .foreign_key(&mut key("alerts", "studio_id", "studios", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("alerts", "live_session_id", "live_sessions", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("alerts", "live_session_item_id", "live_session_items", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("alerts", "shopee_account_id", "shopee_accounts", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("alerts", "intent_id", "intents", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("alerts", "acknowledged_by", "users", ForeignKeyAction::SetNull))
        .to_owned()
}

fn alert_settings() -> TableCreateStatement {
    Table::create()
        .table("alert_settings")
        .col(big_integer("studio_id").primary_key())
        .col(big_integer_null("viewers_drop_percent"))
        .col(big_integer_null("orders_drop_percent"))
        .col(big_integer_null("likes_drop_percent"))
        .col(big_integer_null("stock_low_pieces"))
        .col(big_integer_null("coins_low_percent"))
        .col(big_integer_null("source_stale_minutes"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut key("alert_settings", "studio_id", "studios", ForeignKeyAction::Cascade))
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
