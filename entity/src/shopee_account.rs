//! `shopee_accounts`: the Shopee creators of a studio, and the credential that lets the gateway act as one.

use std::fmt;

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shopee_accounts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub studio_id: i64,
    /// Two letters, such as `ID`; with `shopee_user_id` unique over all studios.
    #[sea_orm(column_type = "String(StringLen::N(2))")]
    pub region: String,
    pub shopee_user_id: i64,
    #[sea_orm(column_type = "Text")]
    pub username: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub display_name: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub avatar: Option<String>,
    pub status: Status,
    /// Null once signed out. Read this column only where the account is about to be used.
    pub credential: Option<SealedCredential>,
    /// Which key sealed `credential`; set exactly when that is.
    #[sea_orm(column_type = "Text", nullable)]
    pub credential_key_id: Option<String>,
    pub signed_out_at: Option<DateTimeUtc>,
    /// End of the last complete sync; null before the first.
    pub synced_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

/// Whether the gateway holds a credential that Shopee still takes.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Active,
    SignedOut,
}

/// A credential as it rests in the database: encrypted bytes, which no log line may hold either.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
#[sea_orm(column_type = "Blob")]
pub struct SealedCredential(pub Vec<u8>);

impl fmt::Debug for SealedCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealedCredential(..)")
    }
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
    #[sea_orm(has_many = "super::live_session::Entity")]
    LiveSessions,
    #[sea_orm(has_many = "super::job::Entity")]
    Jobs,
    #[sea_orm(has_many = "super::shopee_login::Entity")]
    ShopeeLogins,
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl Related<super::live_session::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::LiveSessions.def()
    }
}

impl Related<super::job::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Jobs.def()
    }
}

impl Related<super::shopee_login::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ShopeeLogins.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
