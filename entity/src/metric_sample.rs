//! `metric_samples`: what a session on air showed at one moment; its key is the session and the moment.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "metric_samples")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub live_session_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub sampled_at: DateTimeUtc,
    /// Watching at that moment; the other figures are totals since the session began.
    pub viewers: Option<i64>,
    pub peak_viewers: Option<i64>,
    pub total_viewers: Option<i64>,
    pub likes: Option<i64>,
    pub comments: Option<i64>,
    pub shares: Option<i64>,
    pub orders: Option<i64>,
    /// Money.
    pub revenue: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::live_session::Entity",
        from = "Column::LiveSessionId",
        to = "super::live_session::Column::Id",
        on_delete = "Cascade"
    )]
    LiveSession,
}

impl Related<super::live_session::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::LiveSession.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
