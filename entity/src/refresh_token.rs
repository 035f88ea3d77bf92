//! `refresh_tokens`: what a sign-in goes on with. Each is good for one use, which brings the next.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub sign_in_id: i64,
    /// SHA-256 of the token, unique; the token itself is known to its holder only.
    #[sea_orm(column_type = "Blob", unique)]
    pub token_hash: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// Null until it is used. Kept afterwards: whoever brings it again has a copy.
    pub used_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::sign_in::Entity",
        from = "Column::SignInId",
        to = "super::sign_in::Column::Id",
        on_delete = "Cascade"
    )]
    SignIn,
}

impl Related<super::sign_in::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::SignIn.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
