//! `promotion_edits`: what intents to change a campaign are about. How each stands is said by the intent of the same id.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promotion_edits")]
pub struct Model {
    /// The intent's.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub studio_id: i64,
    pub shopee_account_id: i64,
    pub campaign_id: i64,
    pub action: Action,
    /// The new budget a day, with `CHANGE_BUDGET` only.
    pub daily_budget: Option<i64>,
    /// The change that this one takes back.
    pub undoes: Option<i64>,
    /// What the campaign had spent that day when the studio's rule paused it; null for what a person did. So are the next two.
    pub rule_spent: Option<i64>,
    /// What it had brought.
    pub rule_sales: Option<i64>,
    /// The rule's threshold then.
    pub rule_pauses_below_millionths: Option<i64>,
}

/// What is to be done with a campaign.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Action {
    Pause,
    Resume,
    /// For good.
    Stop,
    ChangeBudget,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::intent::Entity",
        from = "Column::Id",
        to = "super::intent::Column::Id",
        on_delete = "Cascade"
    )]
    Intent,
    #[sea_orm(
        belongs_to = "super::studio::Entity",
        from = "Column::StudioId",
        to = "super::studio::Column::Id",
        on_delete = "Cascade"
    )]
    Studio,
    #[sea_orm(
        belongs_to = "super::shopee_account::Entity",
        from = "Column::ShopeeAccountId",
        to = "super::shopee_account::Column::Id",
        on_delete = "Cascade"
    )]
    ShopeeAccount,
}

impl Related<super::intent::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Intent.def()
    }
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl Related<super::shopee_account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ShopeeAccount.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
