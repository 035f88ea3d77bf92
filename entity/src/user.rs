//! `users`: the people who sign in to the gateway.

use std::fmt;

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Unique, and lower-cased by whoever writes it: the database compares byte by byte.
    #[sea_orm(column_type = "Text", unique)]
    pub email: String,
    #[sea_orm(column_type = "Text")]
    pub display_name: String,
    pub created_at: DateTimeUtc,
    /// Null for someone who signs in otherwise. Read this column only where a password is about to be checked.
    pub password_hash: Option<PasswordHash>,
    /// Goes up whenever what the user may see shrinks; whoever remembers an older one asks anew.
    pub access_revision: i64,
}

/// A password as it rests in the database: a PHC string of argon2id, which no log line may hold.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
#[sea_orm(column_type = "Text")]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash(..)")
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::membership::Entity")]
    Memberships,
    #[sea_orm(has_many = "super::intent::Entity")]
    Intents,
    #[sea_orm(has_many = "super::audit_entry::Entity")]
    AuditEntries,
    #[sea_orm(has_many = "super::sign_in::Entity")]
    SignIns,
    #[sea_orm(has_many = "super::external_identity::Entity")]
    ExternalIdentities,
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

impl Related<super::intent::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Intents.def()
    }
}

impl Related<super::audit_entry::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::AuditEntries.def()
    }
}

impl Related<super::sign_in::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::SignIns.def()
    }
}

impl Related<super::external_identity::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ExternalIdentities.def()
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

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        super::membership::Relation::Studio.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::membership::Relation::User.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
