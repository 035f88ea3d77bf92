//! Readings of campaigns, when accounts' campaigns are looked at, studios' rules, and which change of a campaign undoes another one or
//! is a rule's.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

// The first one is the order in which a dry run goes through a studio's readings.
const INDEXES: &str = "
    CREATE INDEX campaign_readings_studio_id_account_campaign_read_at_idx
        ON campaign_readings (studio_id, shopee_account_id, campaign_id, read_at);
    CREATE UNIQUE INDEX campaign_readings_account_campaign_read_at_key
        ON campaign_readings (shopee_account_id, campaign_id, read_at);
    CREATE INDEX campaign_readings_read_at_idx ON campaign_readings (read_at);
    CREATE INDEX campaign_rules_changed_by_idx ON campaign_rules (changed_by);
";

const EDIT_COLUMNS: [&str; 4] = ["undoes", "rule_spent", "rule_sales", "rule_pauses_below_millionths"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [campaign_readings(), campaign_looks(), campaign_rules()] {
            manager.create_table(table).await?;
        }
        for column in EDIT_COLUMNS {
            let edits = Table::alter().table("promotion_edits").add_column(big_integer_null(column)).to_owned();
            manager.alter_table(edits).await?;
        }
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in EDIT_COLUMNS.into_iter().rev() {
            let edits = Table::alter().table("promotion_edits").drop_column(column).to_owned();
            manager.alter_table(edits).await?;
        }
        for table in ["campaign_rules", "campaign_looks", "campaign_readings"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn campaign_readings() -> TableCreateStatement {
    Table::create()
        .table("campaign_readings")
        .col(big_pk_auto("id"))
        .col(big_integer("studio_id"))
        .col(big_integer("shopee_account_id"))
        .col(big_integer("campaign_id"))
        .col(text_null("name"))
        .col(date("day"))
        .col(text("state"))
        .col(big_integer_null("daily_budget"))
        .col(big_integer("spent"))
        .col(big_integer("sales"))
        .col(big_integer_null("orders"))
        .col(timestamp_with_time_zone("read_at"))
        .foreign_key(&mut key("campaign_readings", "studio_id", "studios", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("campaign_readings", "shopee_account_id", "shopee_accounts", ForeignKeyAction::Cascade))
        .to_owned()
}

fn campaign_looks() -> TableCreateStatement {
    Table::create()
        .table("campaign_looks")
        .col(big_integer("shopee_account_id").primary_key())
        .col(timestamp_with_time_zone("due_at"))
        .foreign_key(&mut key("campaign_looks", "shopee_account_id", "shopee_accounts", ForeignKeyAction::Cascade))
        .to_owned()
}

fn campaign_rules() -> TableCreateStatement {
    Table::create()
        .table("campaign_rules")
        .col(big_integer("studio_id").primary_key())
        .col(boolean("is_enabled"))
        .col(big_integer("pauses_below_millionths"))
        .col(big_integer("target_millionths"))
        .col(big_integer("minimum_spent_percent"))
        .col(big_integer_null("changed_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut key("campaign_rules", "studio_id", "studios", ForeignKeyAction::Cascade))
        .foreign_key(&mut key("campaign_rules", "changed_by", "users", ForeignKeyAction::SetNull))
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
