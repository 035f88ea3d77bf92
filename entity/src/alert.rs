//! `alerts`: what somebody of a studio should look at, from when it was noticed until it was over.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alerts")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub studio_id: i64,
    pub kind: Kind,
    /// What it is about, such as `LiveSession:12`; of one kind about one thing there is one alert that is not over.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// The session that `subject` names; the alert goes with it. The same of the next three.
    pub live_session_id: Option<i64>,
    pub live_session_item_id: Option<i64>,
    pub shopee_account_id: Option<i64>,
    pub intent_id: Option<i64>,
    /// What was usual, or the budget; what it counts is the kind's.
    pub usual_millionths: Option<i64>,
    /// What was seen instead when the alert was raised.
    pub observed_millionths: Option<i64>,
    /// The studio's threshold that was passed.
    pub threshold: Option<i64>,
    /// Since when nothing was heard; for `SOURCE_STALE`.
    pub stale_since: Option<DateTimeUtc>,
    /// Rises with each change of any alert of the studio.
    pub revision: i64,
    pub raised_at: DateTimeUtc,
    /// Null while it is not over.
    pub cleared_at: Option<DateTimeUtc>,
    pub acknowledged_at: Option<DateTimeUtc>,
    /// Null also for a user who is no more.
    pub acknowledged_by: Option<i64>,
}

/// What an alert says.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    ViewersDropped,
    OrdersDropped,
    LikesDropped,
    StockLow,
    CoinsLow,
    AccountSignedOut,
    IntentUnknown,
    SourceStale,
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
    #[sea_orm(
        belongs_to = "super::live_session_item::Entity",
        from = "Column::LiveSessionItemId",
        to = "super::live_session_item::Column::Id",
        on_delete = "Cascade"
    )]
    LiveSessionItem,
    #[sea_orm(
        belongs_to = "super::shopee_account::Entity",
        from = "Column::ShopeeAccountId",
        to = "super::shopee_account::Column::Id",
        on_delete = "Cascade"
    )]
    ShopeeAccount,
    #[sea_orm(
        belongs_to = "super::intent::Entity",
        from = "Column::IntentId",
        to = "super::intent::Column::Id",
        on_delete = "Cascade"
    )]
    Intent,
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::AcknowledgedBy",
        to = "super::user::Column::Id",
        on_delete = "SetNull"
    )]
    AcknowledgedBy,
}

impl Related<super::studio::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Studio.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
