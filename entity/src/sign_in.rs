//! `sign_ins`: each time a person came in. All that was handed out since names it, so that one mark ends it all.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_ins")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub user_id: i64,
    pub kind: Kind,
    /// Where the person came from; null if nobody can tell.
    #[sea_orm(column_type = "Text", nullable)]
    pub remote_address: Option<String>,
    pub created_at: DateTimeUtc,
    /// When it last led to a token; `created_at` to begin with.
    pub last_used_at: DateTimeUtc,
    /// Null while it holds.
    pub ended_at: Option<DateTimeUtc>,
}

/// What the gateway went by.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    Password,
    /// An operator of the gateway made the token; there is nothing to refresh it with.
    Operator,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::UserId",
        to = "super::user::Column::Id",
        on_delete = "Cascade"
    )]
    User,
    #[sea_orm(has_many = "super::refresh_token::Entity")]
    RefreshTokens,
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl Related<super::refresh_token::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::RefreshTokens.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
