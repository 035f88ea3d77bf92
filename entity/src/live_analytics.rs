//! `live_analytics`: the figures of a day, for one session or, where `live_session_id` is null, for the whole studio.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "live_analytics")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub studio_id: i64,
    /// Null for the studio's day, of which there is one a date; else one row a session and date.
    pub live_session_id: Option<i64>,
    /// A day in the studio's time zone.
    pub date: Date,
    pub total_sessions: i64,
    pub total_orders: Option<i64>,
    /// Money.
    pub total_revenue: Option<i64>,
    pub total_viewers: Option<i64>,
    pub average_viewers: Option<i64>,
    pub peak_viewers: Option<i64>,
    /// Money.
    pub average_order_value: Option<i64>,
    pub conversion_rate_millionths: Option<i64>,
    pub total_comments: Option<i64>,
    pub total_likes: Option<i64>,
    pub total_shares: Option<i64>,
    /// May be negative.
    pub roi_millionths: Option<i64>,
    /// Money.
    pub total_ad_spend: Option<i64>,
    /// Money.
    pub total_commission: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub top_product: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
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
        belongs_to = "super::live_session::Entity",
        from = "Column::LiveSessionId",
        to = "super::live_session::Column::Id",
        on_delete = "Cascade"
    )]
    LiveSession,
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl Related<super::live_session::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::LiveSession.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
