//! `job_failures`: the sessions that a job could not store, and whether that was made up for.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_failures")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: i64,
    /// Shopee's id of the session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: i64,
    /// Why, as a code that clients know.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// The Shopee call that failed; null when it was none.
    #[sea_orm(column_type = "Text", nullable)]
    pub call: Option<String>,
    /// How often it was tried.
    pub attempts: i64,
    /// The last time that it failed.
    pub failed_at: DateTimeUtc,
    /// When a later attempt was a success; null until then.
    pub resolved_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::job::Entity",
        from = "Column::JobId",
        to = "super::job::Column::Id",
        on_delete = "Cascade"
    )]
    Job,
}

impl Related<super::job::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Job.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
