//! `intents`: everything that is to cost money, written down before Shopee is asked, and what is known to have come of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "intents")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub studio_id: i64,
    /// In whose name Shopee is asked.
    pub shopee_account_id: i64,
    /// The user who asked. Someone who has spent money cannot be deleted: the books keep the name.
    pub requested_by: i64,
    /// Chosen by the client, unique within the studio: the same intent sent twice has one effect.
    #[sea_orm(column_type = "Text")]
    pub idempotency_key: String,
    pub kind: Kind,
    /// What it changes at Shopee; one intent at a time may be `PENDING` for each of these.
    #[sea_orm(column_type = "Text")]
    pub resource: String,
    /// What was asked for, as JSON: the same key has to come with the same.
    #[sea_orm(column_type = "Text")]
    pub input: String,
    pub state: State,
    /// Set exactly when `state` is `REFUSED`.
    #[sea_orm(column_type = "Text", nullable)]
    pub refusal_code: Option<String>,
    /// What Shopee showed before the call was sent, as JSON; what it shows later is judged by it.
    #[sea_orm(column_type = "Text", nullable)]
    pub seen_before: Option<String>,
    /// How often the call was sent: again only once it was certain that it had not arrived before.
    pub attempts: i64,
    /// When it was sent last, or was about to be; null while Shopee cannot have heard of it.
    pub sent_at: Option<DateTimeUtc>,
    /// When Shopee said that it had taken it, if it has yet to show.
    pub accepted_at: Option<DateTimeUtc>,
    /// Rises with each change of any intent of the resource.
    pub revision: i64,
    pub created_at: DateTimeUtc,
    /// Null while `state` is `PENDING`.
    pub settled_at: Option<DateTimeUtc>,
}

/// What sort of intent it is; each has a table of its own beside this one, with the same ids.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Viewers of a session are to get coins: see `coin_giveouts`.
    StartCoins,
    /// The same, of a certain number.
    GiveOutCoins,
    /// A campaign is to be changed: see `promotion_edits`.
    EditPromotion,
}

/// What is known of an intent's outcome.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Shopee has not answered yet, or has not been asked.
    Pending,
    Done,
    Refused,
    /// Nothing that can be asked will tell any more whether it happened.
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
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::RequestedBy",
        to = "super::user::Column::Id",
        on_delete = "NoAction"
    )]
    RequestedBy,
    #[sea_orm(has_one = "super::coin_giveout::Entity")]
    CoinGiveout,
    #[sea_orm(has_one = "super::promotion_edit::Entity")]
    PromotionEdit,
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

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::RequestedBy.def()
    }
}

impl Related<super::coin_giveout::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CoinGiveout.def()
    }
}

impl Related<super::promotion_edit::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PromotionEdit.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
