//! `coin_giveouts`: what intents to give coins away are about. How each stands is said by the intent of the same id.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "coin_giveouts")]
pub struct Model {
    /// The intent's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub studio_id: i64,
    pub live_session_id: i64,
    /// Whole coins.
    pub amount: i64,
    /// Null where whoever claims gets some, until none are left.
    pub recipients: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::intent::Entity",
        from = "Column::Id",
        to = "super::intent::Column::Id",
        on_delete = "Cascade"
    )]
    Intent,
    #[sea_orm(
        belongs_to = "super::studio::Entity",
        from = "Column::StudioId",
        to = "super::studio::Column::Id",
        on_delete = "Cascade"
    )]
    Studio,
    #[sea_orm(
        belongs_to = "super::live_session::Entity",
        from = "Column::LiveSessionId",
        to = "super::live_session::Column::Id",
        on_delete = "Cascade"
    )]
    LiveSession,
}

impl Related<super::intent::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Intent.def()
    }
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl Related<super::live_session::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::LiveSession.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
