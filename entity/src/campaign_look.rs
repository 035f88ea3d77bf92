//! `campaign_looks`: when an account's campaigns are to be looked at next; an account without a row was never looked at.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_looks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub shopee_account_id: i64,
    /// Not before then. Whoever looks moves it on first, so that others leave the account alone.
    pub due_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::shopee_account::Entity",
        from = "Column::ShopeeAccountId",
        to = "super::shopee_account::Column::Id",
        on_delete = "Cascade"
    )]
    ShopeeAccount,
}

impl Related<super::shopee_account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ShopeeAccount.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
