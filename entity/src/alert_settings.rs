//! `alert_settings`: when a studio wants to be told; a studio without a row has never changed anything. Null is never.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub studio_id: i64,
    /// By how much of what is usual viewers fall, in percent; so the next two.
    pub viewers_drop_percent: Option<i64>,
    pub orders_drop_percent: Option<i64>,
    pub likes_drop_percent: Option<i64>,
    /// Pieces that are left.
    pub stock_low_pieces: Option<i64>,
    /// How much of a budget of coins is left, in percent.
    pub coins_low_percent: Option<i64>,
    /// For how long nothing was heard.
    pub source_stale_minutes: Option<i64>,
    pub updated_at: DateTimeUtc,
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
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
