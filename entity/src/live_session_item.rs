//! `live_session_items`: the products shown in a session, and what each sold there.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "live_session_items")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub live_session_id: i64,
    /// Shopee's id of the product; unique within a session.
    pub item_id: i64,
    pub shop_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub product_name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub product_image_url: Option<String>,
    /// Money.
    pub regular_price: Option<i64>,
    /// Money.
    pub live_price: Option<i64>,
    pub discount_millionths: Option<i64>,
    pub quantity_sold: Option<i64>,
    /// Money.
    pub total_sales_amount: Option<i64>,
    /// Money: of the orders confirmed.
    pub confirmed_sales_amount: Option<i64>,
    /// The part of a sale that is commission.
    pub commission_millionths: Option<i64>,
    /// Money.
    pub total_commission: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub promotion_type: Option<String>,
    pub is_featured: Option<bool>,
    pub promoted_at: Option<DateTimeUtc>,
    /// Pieces that viewers were shown to be left.
    pub stock: Option<i64>,
    /// When that was; null while nobody has asked.
    pub stock_seen_at: Option<DateTimeUtc>,
    pub last_updated: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::live_session::Entity",
        from = "Column::LiveSessionId",
        to = "super::live_session::Column::Id",
        on_delete = "Cascade"
    )]
    LiveSession,
}

impl Related<super::live_session::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::LiveSession.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
