use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::alert::{self, Model};
use futures_util::future::BoxFuture;
use rust_decimal::Decimal;

use crate::{
    alert::{about::about, store},
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
        selection::Selection,
    },
    identity::{
        loader,
        schema::{Studio, User},
        scope::AskerExt as _,
    },
    session::schema::{Node, nodes_by_id},
};

/// Something that somebody of a studio should look at.
#[derive(Clone)]
pub struct Alert {
    row: Model,
    /// What it is about, if that was selected and fetched ahead.
    about: Option<Box<Node>>,
}

impl Alert {
    pub fn new(row: Model) -> Self {
        Self { row, about: None }
    }

    pub fn key(&self) -> i64 {
        self.row.id
    }

    /// Rises with each change of any alert of the studio.
    pub(super) fn revision(&self) -> i64 {
        self.row.revision
    }
}

/// Something that somebody of the studio should look at. Of one kind about one thing there is one alert that is not over; when it comes
/// again after that, it is another alert.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl Alert {
    /// Global id.
    pub async fn id(&self) -> ID {
        GlobalId::new(Kind::Alert, self.row.id).encode()
    }

    /// What is the matter.
    async fn kind(&self) -> AlertKind {
        self.row.kind.into()
    }

    /// What it is about: the LiveSession of a drop, of a silence and of a session's budget of coins; the LiveSessionItem of which little is
    /// left; the ShopeeAccount that is signed out; the CoinGiveout or PromotionEdit that is UNKNOWN; the Studio whose budget of a day runs
    /// out. Null when it is not there any more.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(12)))]
    async fn about(&self, ctx: &Context<'_>) -> Option<Result<Node>> {
        if let Some(node) = &self.about {
            return Some(Ok(Node::clone(node)));
        }
        let id = about(&self.row.subject)?.encode();
        let found = nodes(ctx, Selection::of(ctx), vec![id]).await;
        found.map(|mut nodes| nodes.pop().flatten()).transpose()
    }

    /// The studio that is told.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn studio(&self, ctx: &Context<'_>) -> Result<Studio> {
        loader::studio(ctx, self.row.studio_id).await?.ok_or_else(|| Error::not_found("studio"))
    }

    /// What was usual when the alert was raised: viewers for VIEWERS_DROPPED, orders or likes in a minute for ORDERS_DROPPED and
    /// LIKES_DROPPED, the whole budget in coins for COINS_LOW. Null for the other kinds.
    async fn usual(&self) -> Option<Decimal> {
        self.row.usual_millionths.map(decimal)
    }

    /// What was seen instead, in the same unit; the coins left for COINS_LOW, the pieces left for STOCK_LOW. Null for the other kinds.
    async fn observed(&self) -> Option<Decimal> {
        self.row.observed_millionths.map(decimal)
    }

    /// The studio's threshold that was passed, as it was then: percent, pieces or minutes, as `AlertSettings` says of each. Null for kinds
    /// without one.
    async fn threshold(&self) -> Option<Long> {
        self.row.threshold.map(Long)
    }

    /// Since when nothing was heard; null unless it is SOURCE_STALE.
    async fn stale_since(&self) -> Option<DateTime<Utc>> {
        self.row.stale_since
    }

    /// When it was noticed.
    async fn raised_at(&self) -> DateTime<Utc> {
        self.row.raised_at
    }

    /// When it was over; null while it is not.
    async fn cleared_at(&self) -> Option<DateTime<Utc>> {
        self.row.cleared_at
    }

    /// When somebody said that they see to it; null while nobody has.
    async fn acknowledged_at(&self) -> Option<DateTime<Utc>> {
        self.row.acknowledged_at
    }

    /// Who said so; null while nobody has, and for a user who is no more.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn acknowledged_by(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        loader::user(ctx, self.row.acknowledged_by?).await.transpose()
    }
}

fn decimal(millionths: i64) -> Decimal {
    Decimal::new(millionths, 6).normalize()
}

/// What an alert says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "alert::Kind")]
pub enum AlertKind {
    /// Far fewer people watch a session than did a moment ago. Over when most are back, or the session has ended.
    ViewersDropped,
    /// Far fewer orders come in than before.
    OrdersDropped,
    /// Far fewer likes come in than before.
    LikesDropped,
    /// Few pieces of a product in a session on air are left. As fresh as five minutes.
    StockLow,
    /// Few coins of a session's or of the day's budget are left.
    CoinsLow,
    /// Shopee stopped accepting an account's credential. Over when the account is connected again, or disconnected.
    AccountSignedOut,
    /// Nothing tells whether something that costs money happened; `toCheck` of what it is about says what to do.
    IntentUnknown,
    /// Nothing was heard of a session on air for too long, so its numbers are old.
    SourceStale,
}

/// Alerts by their keys, with what is selected of them.
pub async fn alerts_by_key(ctx: &Context<'_>, selection: &Selection<'_>, keys: &[i64]) -> Result<Vec<Alert>> {
    let rows = store::by_keys(&ctx.scope()?, &ctx.statements()?, keys).await?;
    with_about(ctx, selection.below("about"), rows).await
}

/// The alerts with what they are about, if anything is selected of that: one statement a kind of thing.
pub(super) async fn with_about(ctx: &Context<'_>, selection: Selection<'_>, rows: Vec<Model>) -> Result<Vec<Alert>> {
    if selection.names().is_empty() {
        return Ok(rows.into_iter().map(Alert::new).collect());
    }
    let mut ids: Vec<ID> = rows.iter().filter_map(|row| about(&row.subject)).map(GlobalId::encode).collect();
    ids.sort();
    ids.dedup();
    let found = nodes(ctx, selection, ids.clone()).await?;
    let nodes: HashMap<ID, Node> = ids.into_iter().zip(found).filter_map(|(id, node)| Some((id, node?))).collect();
    let with_node = |row: Model| {
        let node = about(&row.subject).and_then(|about| nodes.get(&about.encode())).cloned();
        Alert { row, about: node.map(Box::new) }
    };
    Ok(rows.into_iter().map(with_node).collect())
}

/// Boxed, since what an alert is about may be anything that leads back to alerts.
fn nodes<'a>(ctx: &'a Context<'_>, selection: Selection<'a>, ids: Vec<ID>) -> BoxFuture<'a, Result<Vec<Option<Node>>>> {
    Box::pin(async move { nodes_by_id(ctx, &selection, &ids).await })
}
