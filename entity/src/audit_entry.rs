//! `audit_entries`: who changed what, when, from where; only ever added to, which the database itself sees to.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Null for what concerns no studio, and for the end of one: entries that name a studio go with it.
    pub studio_id: Option<i64>,
    /// Null for what the gateway did by itself, and for a user who is no more.
    pub user_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub action: String,
    #[sea_orm(column_type = "Text")]
    pub subject_kind: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub subject_id: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub remote_address: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub request_id: Option<String>,
    /// JSON, as text on every database; null for a creation.
    #[sea_orm(column_type = "Text", nullable)]
    pub before: Option<String>,
    /// JSON, as text on every database; null for a deletion.
    #[sea_orm(column_type = "Text", nullable)]
    pub after: Option<String>,
    pub occurred_at: DateTimeUtc,
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
        from = "Column::UserId",
        to = "super::user::Column::Id",
        on_delete = "SetNull"
    )]
    User,
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
