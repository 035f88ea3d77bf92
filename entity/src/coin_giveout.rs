//! `coin_giveouts`: every wish to give coins away, written down before Shopee is asked.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "coin_giveouts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub studio_id: i64,
    pub live_session_id: i64,
    /// The user who asked. Someone who has given coins away cannot be deleted: the books keep the name.
    pub requested_by: i64,
    /// Chosen by the client, unique within the studio: the same wish sent twice gives coins once.
    #[sea_orm(column_type = "Text")]
    pub idempotency_key: String,
    /// Whole coins.
    pub amount: i64,
    pub recipients: i64,
    pub state: State,
    /// Set exactly when `state` is `REFUSED`.
    #[sea_orm(column_type = "Text", nullable)]
    pub refusal_code: Option<String>,
    pub created_at: DateTimeUtc,
    /// Null while `state` is `PENDING`.
    pub settled_at: Option<DateTimeUtc>,
}

/// What is known of a giveout's outcome.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Shopee has not answered yet, or has not been asked.
    Pending,
    Done,
    Refused,
    /// Nothing that can be asked will tell any more whether the coins were given.
    Unknown,
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
        belongs_to = "super::live_session::Entity",
        from = "Column::LiveSessionId",
        to = "super::live_session::Column::Id",
        on_delete = "Cascade"
    )]
    LiveSession,
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::RequestedBy",
        to = "super::user::Column::Id",
        on_delete = "NoAction"
    )]
    RequestedBy,
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

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::RequestedBy.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
