//! `studios`: the tenants. Nearly every other row belongs to one and goes with it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "studios")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// IANA name, such as `Asia/Jakarta`; it decides where a day of analytics begins.
    #[sea_orm(column_type = "Text")]
    pub time_zone: String,
    /// Coins that may be given away in one session; null for no bound.
    pub coin_budget_per_session: Option<i64>,
    /// Coins that may be given away on one day in `time_zone`; null for no bound.
    pub coin_budget_per_day: Option<i64>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::membership::Entity")]
    Memberships,
    #[sea_orm(has_many = "super::shopee_account::Entity")]
    ShopeeAccounts,
    #[sea_orm(has_many = "super::live_session::Entity")]
    LiveSessions,
    #[sea_orm(has_many = "super::live_analytics::Entity")]
    LiveAnalytics,
    #[sea_orm(has_many = "super::intent::Entity")]
    Intents,
    #[sea_orm(has_many = "super::coin_giveout::Entity")]
    CoinGiveouts,
    #[sea_orm(has_many = "super::promotion_edit::Entity")]
    PromotionEdits,
    #[sea_orm(has_many = "super::job::Entity")]
    Jobs,
    #[sea_orm(has_many = "super::audit_entry::Entity")]
    AuditEntries,
    #[sea_orm(has_many = "super::invitation::Entity")]
    Invitations,
    #[sea_orm(has_many = "super::shopee_login::Entity")]
    ShopeeLogins,
}

impl Related<super::membership::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Memberships.def()
    }
}

impl Related<super::shopee_account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ShopeeAccounts.def()
    }
}

impl Related<super::live_session::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::LiveSessions.def()
    }
}

impl Related<super::live_analytics::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::LiveAnalytics.def()
    }
}

impl Related<super::intent::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Intents.def()
    }
}

impl Related<super::promotion_edit::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PromotionEdits.def()
    }
}

impl Related<super::coin_giveout::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CoinGiveouts.def()
    }
}

impl Related<super::job::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Jobs.def()
    }
}

impl Related<super::audit_entry::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::AuditEntries.def()
    }
}

impl Related<super::invitation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Invitations.def()
    }
}

impl Related<super::shopee_login::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ShopeeLogins.def()
    }
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        super::membership::Relation::User.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::membership::Relation::Studio.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
