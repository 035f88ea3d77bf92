//! `campaign_readings`: what campaigns had done by one moment of their region's day, noted while it changes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_readings")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub studio_id: i64,
    pub shopee_account_id: i64,
    pub campaign_id: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub name: Option<String>,
    /// The day in the region's time zone that `spent`, `sales` and `orders` count from the midnight of.
    pub day: Date,
    pub state: State,
    /// What it may spend a day; zero for no limit.
    pub daily_budget: Option<i64>,
    pub spent: i64,
    /// Value of the orders that came through it.
    pub sales: i64,
    pub orders: Option<i64>,
    pub read_at: DateTimeUtc,
}

/// Whether a campaign runs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    Ongoing,
    Paused,
    /// Over for good.
    Ended,
    /// Closed by Shopee.
    Closed,
    /// Its start is to come.
    Scheduled,
    /// A state that nobody knows yet.
    Unknown,
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
        belongs_to = "super::shopee_account::Entity",
        from = "Column::ShopeeAccountId",
        to = "super::shopee_account::Column::Id",
        on_delete = "Cascade"
    )]
    ShopeeAccount,
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
