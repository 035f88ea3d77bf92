//! `jobs`: runs of background work, their progress and their outcome.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Which work; open text, since a newer version may know kinds that this one does not.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Null for work over all studios.
    pub studio_id: Option<i64>,
    pub shopee_account_id: Option<i64>,
    pub state: State,
    /// Where to go on after an interruption, in the job's own words.
    #[sea_orm(column_type = "Text", nullable)]
    pub position: Option<String>,
    /// Steps finished, of `total`.
    pub done: i64,
    /// Null until it is known how much there is to do.
    pub total: Option<i64>,
    /// Steps that failed and were not made up for; `job_failures` lists them.
    pub failures: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    /// Last sign of life of whoever runs it.
    pub heartbeat_at: Option<DateTimeUtc>,
    /// Who runs it, by a name made for this run alone: only they may write down its progress.
    #[sea_orm(column_type = "Text", nullable)]
    pub holder: Option<String>,
    /// How far back it goes; null for everything.
    pub since: Option<DateTimeUtc>,
    /// What was worked at last, for people.
    #[sea_orm(column_type = "Text", nullable)]
    pub current: Option<String>,
}

/// Where a job stands.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    Queued,
    Running,
    Succeeded,
    Failed,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::studio::Entity",
        from = "Column::StudioId",
        to = "super::studio::Column::Id",
        on_delete = "Cascade"
    )]
    Studio,
    #[sea_orm(
        belongs_to = "super::shopee_account::Entity",
        from = "Column::ShopeeAccountId",
        to = "super::shopee_account::Column::Id",
        on_delete = "Cascade"
    )]
    ShopeeAccount,
    #[sea_orm(has_many = "super::job_failure::Entity")]
    Failures,
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl Related<super::shopee_account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ShopeeAccount.def()
    }
}

impl Related<super::job_failure::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Failures.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
