//! `campaign_rules`: by what a studio has its campaigns judged, and whether they are paused by it; a studio without a row has never
//! changed anything.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_rules")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub studio_id: i64,
    /// Whether campaigns are paused, and not only judged.
    pub is_enabled: bool,
    /// Sales for each unit of money spent below which a campaign is to be paused.
    pub pauses_below_millionths: i64,
    /// The same from which on a campaign is worth more money.
    pub target_millionths: i64,
    /// How much of its daily budget a campaign has spent before it is judged.
    pub minimum_spent_percent: i64,
    /// The user in whose name the rule acts: who changed it last. Null for one who is no more, and then it does nothing.
    pub changed_by: Option<i64>,
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
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::ChangedBy",
        to = "super::user::Column::Id",
        on_delete = "SetNull"
    )]
    ChangedBy,
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
