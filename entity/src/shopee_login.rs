//! `shopee_logins`: sign-ins to Shopee that a studio started; someone scans a QR code, and an account comes of it.

use std::fmt;

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shopee_logins")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub studio_id: i64,
    /// The user who started it; null if that user is no more.
    pub started_by: Option<i64>,
    /// Two letters, such as `ID`.
    #[sea_orm(column_type = "String(StringLen::N(2))")]
    pub region: String,
    pub status: Status,
    /// What Shopee is asked with, and what it gave for it. Null once the login is over.
    pub sealed_code: Option<SealedQrCode>,
    /// Which key sealed `sealed_code`; set exactly when that is.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed_key_id: Option<String>,
    /// Until then an instance is turning the confirmed code into a credential, and the others leave it alone.
    pub claimed_until: Option<DateTimeUtc>,
    /// The account that came of it; null before, and for an account that is no more.
    pub shopee_account_id: Option<i64>,
    /// Stable code of what went wrong; set exactly when `status` is `FAILED`.
    #[sea_orm(column_type = "Text", nullable)]
    pub failure: Option<String>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

/// How far a login is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    New,
    /// Someone has scanned the code and not said yes yet.
    Scanned,
    /// Someone has said yes, and the account is connected.
    Confirmed,
    Expired,
    Canceled,
    Failed,
}

/// A QR code's secret as it rests in the database: encrypted bytes, which no log line may hold either.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
#[sea_orm(column_type = "Blob")]
pub struct SealedQrCode(pub Vec<u8>);

impl fmt::Debug for SealedQrCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealedQrCode(..)")
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
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::StartedBy",
        to = "super::user::Column::Id",
        on_delete = "SetNull"
    )]
    StartedBy,
    #[sea_orm(
        belongs_to = "super::shopee_account::Entity",
        from = "Column::ShopeeAccountId",
        to = "super::shopee_account::Column::Id",
        on_delete = "SetNull"
    )]
    ShopeeAccount,
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::StartedBy.def()
    }
}

impl Related<super::shopee_account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ShopeeAccount.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
