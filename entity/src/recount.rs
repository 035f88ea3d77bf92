//! `recounts`: sessions whose figures are to be asked of Shopee again; a row goes once that is done.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub live_session_id: i64,
    pub studio_id: i64,
    /// When it was last asked for; who has begun before that does not finish it.
    pub requested_at: DateTimeUtc,
    /// Not before then. Whoever begins moves it on, so that others leave the row alone for a while.
    pub due_at: DateTimeUtc,
    /// How often it was begun since it was asked for.
    pub attempts: i64,
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
    #[sea_orm(
        belongs_to = "super::studio::Entity",
        from = "Column::StudioId",
        to = "super::studio::Column::Id",
        on_delete = "Cascade"
    )]
    Studio,
}

impl Related<super::live_session::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::LiveSession.def()
    }
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
