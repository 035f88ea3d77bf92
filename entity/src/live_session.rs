//! `live_sessions`: one row a live stream, with the totals of the last sync.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "live_sessions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The studio of `shopee_account_id`, held here too so that a list of one studio is one index range.
    pub studio_id: i64,
    pub shopee_account_id: i64,
    /// Two letters; with `session_id` unique over all studios, and what says which currency the money is in.
    #[sea_orm(column_type = "String(StringLen::N(2))")]
    pub region: String,
    /// Shopee's own id of the session.
    pub session_id: i64,
    /// What Shopee calls it; `edited_name` goes before.
    #[sea_orm(column_type = "Text")]
    pub session_name: String,
    pub streamer_id: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub streamer_name: Option<String>,
    pub status: Status,
    /// The planned start while `status` is `UPCOMING`.
    pub started_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    pub duration_seconds: Option<i64>,
    pub total_viewers: Option<i64>,
    pub peak_viewers: Option<i64>,
    pub total_orders: Option<i64>,
    /// Money.
    pub total_revenue: Option<i64>,
    pub confirmed_orders: Option<i64>,
    /// Money.
    pub confirmed_revenue: Option<i64>,
    pub total_comments: Option<i64>,
    pub total_likes: Option<i64>,
    pub total_shares: Option<i64>,
    pub products_count: Option<i64>,
    pub campaign_id: Option<i64>,
    /// Money.
    pub campaign_budget: Option<i64>,
    /// Money.
    pub campaign_spent: Option<i64>,
    /// Whole coins.
    pub coins_distributed: Option<i64>,
    /// Money: what the coins given were worth.
    pub coin_total_value: Option<i64>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// When Shopee was last asked for this row; null while nobody has.
    pub synced_at: Option<DateTimeUtc>,
    /// When Shopee was last asked for the session's items; null while nobody has.
    pub items_synced_at: Option<DateTimeUtc>,
    /// Money: what `confirmed_revenue` was then. Once it has moved on, so have the items.
    pub items_confirmed_revenue: Option<i64>,
    /// What the studio calls it; null for what Shopee does.
    #[sea_orm(column_type = "Text", nullable)]
    pub edited_name: Option<String>,
    /// When a person last changed the row; null while nobody has.
    pub edited_at: Option<DateTimeUtc>,
    /// How often its metric samples were thinned: each step is done once.
    pub samples_thinned: i64,
}

/// Where a session stands.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Upcoming,
    OnAir,
    Ended,
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
    #[sea_orm(has_many = "super::live_session_item::Entity")]
    Items,
    #[sea_orm(has_many = "super::live_analytics::Entity")]
    LiveAnalytics,
    #[sea_orm(has_many = "super::metric_sample::Entity")]
    MetricSamples,
    #[sea_orm(has_many = "super::coin_giveout::Entity")]
    CoinGiveouts,
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

impl Related<super::live_session_item::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Items.def()
    }
}

impl Related<super::live_analytics::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::LiveAnalytics.def()
    }
}

impl Related<super::metric_sample::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::MetricSamples.def()
    }
}

impl Related<super::coin_giveout::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CoinGiveouts.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
