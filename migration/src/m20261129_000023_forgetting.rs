//! Indexes by which housekeeping finds what is too old: alerts that are long over, and sign-ins that nothing comes of any more.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &str = "
    CREATE INDEX alerts_cleared_at_idx ON alerts (cleared_at) WHERE cleared_at IS NOT NULL;
    CREATE INDEX sign_ins_last_used_at_idx ON sign_ins (last_used_at);
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(INDEXES).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["alerts_cleared_at_idx", "sign_ins_last_used_at_idx"] {
            manager.drop_index(Index::drop().name(index).to_owned()).await?;
        }
        Ok(())
    }
}
