use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::live_session::Status;

use super::{
    CoinGiveout, CoinsFromShopee, LiveSessionFigures, LiveSessionItem, MOST_POINTS, MetricInterval, MetricPoint,
    SessionFromShopee, coin_giveout::page_of_giveouts,
};
use crate::{
    account::{
        access::{self, Access},
        loader as account_loader,
        schema::{Region, ShopeeAccount},
    },
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{
        id::{GlobalId, Kind},
        long::Long,
        money::Money,
        page::{Connection, Cursor, PageArguments},
    },
    identity::{loader as identity_loader, schema::Studio},
    ledger::schema::IntentFilter,
    session::{
        history,
        loader::{self, BAG_ORDER, ItemSlice},
        store::{OrderField, SessionRow, coins::LedgerOf},
        watch::Watched,
    },
};

/// A live session: the stored row, and the neighbours that its page fetched ahead.
#[derive(Clone)]
pub struct LiveSession {
    pub(super) row: SessionRow,
    neighbours: Neighbours,
}

/// What was fetched for a session together with its page, if it was selected.
#[derive(Clone)]
pub(super) struct Neighbours {
    pub(super) studio: Option<Studio>,
    pub(super) account: Option<ShopeeAccount>,
    pub(super) access: Option<Result<Arc<Access>>>,
    /// One slice for each of the ways they are selected.
    pub(super) items: Vec<ItemSlice>,
}

impl LiveSession {
    pub(super) fn with_neighbours(row: SessionRow, neighbours: Neighbours) -> Self {
        Self { row, neighbours }
    }

    /// A session of which all columns were read and nothing else.
    pub fn alone(row: SessionRow) -> Self {
        Self { row, neighbours: Neighbours { studio: None, account: None, access: None, items: Vec::new() } }
    }

    /// Its place in a list ordered by `field`.
    pub fn cursor(&self, field: OrderField) -> Result<Cursor> {
        let metric = |metric: &Option<i64>| metric.unwrap_or(-1);
        let value = match field {
            OrderField::StartedAt => self.row.started_at.read()?.timestamp_micros(),
            OrderField::TotalViewers => metric(self.row.total_viewers.read()?),
            OrderField::PeakViewers => metric(self.row.peak_viewers.read()?),
            OrderField::TotalOrders => metric(self.row.total_orders.read()?),
            OrderField::TotalRevenue => metric(self.row.total_revenue.read()?),
        };
        Ok(Cursor { value, key: self.key()? })
    }

    pub fn key(&self) -> Result<i64> {
        self.row.id.read().copied()
    }

    /// What a poller needs to know of the session.
    pub fn watched(&self) -> Result<Watched> {
        Ok(Watched {
            session_key: self.key()?,
            account_id: *self.row.shopee_account_id.read()?,
            session_id: *self.row.session_id.read()?,
        })
    }

    pub fn shopee_region(&self) -> Result<shopee::Region> {
        access::region(self.row.region.read()?)
    }

    /// Shopee's own id.
    pub(super) fn shopee_id(&self) -> Result<i64> {
        self.row.session_id.read().copied()
    }

    /// When it started, and when it ended if it has.
    pub(super) fn time_on_air(&self) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>)> {
        Ok((*self.row.started_at.read()?, *self.row.ended_at.read()?))
    }

    /// Coins given through this gateway.
    pub(super) fn coins_given(&self) -> Result<Option<i64>> {
        self.row.coins_distributed.read().copied()
    }

    pub(super) fn money(&self, amount: &Option<i64>) -> Result<Option<Money>> {
        let region = self.shopee_region()?;
        Ok(amount.map(|amount| Money::new(amount, region)))
    }
}

/// A live stream on Shopee: one object with two sources. Its own fields are stored and as fresh as `syncedAt` says; those that
/// say so are asked of Shopee when, and only when, they are selected.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl LiveSession {
    /// Global id.
    pub async fn id(&self) -> Result<ID> {
        Ok(GlobalId::new(Kind::LiveSession, self.key()?).encode())
    }

    /// Shopee's own id of the session, unique within its region.
    async fn session_id(&self) -> Result<ID> {
        Ok(self.row.session_id.read()?.into())
    }

    /// The Shopee region the session runs in.
    async fn region(&self) -> Result<Region> {
        Ok(self.shopee_region()?.into())
    }

    /// The title that viewers see, or what `updateLiveSession` has the studio call it.
    async fn session_name(&self) -> Result<&String> {
        match self.row.edited_name.read()? {
            Some(name) => Ok(name),
            None => self.row.session_name.read(),
        }
    }

    /// Shopee's user id of the streamer; null when it is not known.
    async fn streamer_id(&self) -> Result<Option<ID>> {
        Ok(self.row.streamer_id.read()?.map(ID::from))
    }

    /// The streamer's name; null when it is not known.
    async fn streamer_name(&self) -> Result<Option<&String>> {
        Ok(self.row.streamer_name.read()?.as_ref())
    }

    /// Where the session stands, as last stored.
    async fn status(&self) -> Result<LiveSessionStatus> {
        Ok((*self.row.status.read()?).into())
    }

    /// When the session went on air; its planned start while it is UPCOMING.
    async fn started_at(&self) -> Result<&DateTime<Utc>> {
        self.row.started_at.read()
    }

    /// When the session ended; null until it has, and when that is not known.
    async fn ended_at(&self) -> Result<Option<&DateTime<Utc>>> {
        Ok(self.row.ended_at.read()?.as_ref())
    }

    /// How long the session has been on air, in seconds; null when it is not known.
    async fn duration_seconds(&self) -> Result<Option<Long>> {
        Ok(self.row.duration_seconds.read()?.map(Long))
    }

    /// People who watched, each counted once; null when Shopee did not report it.
    async fn total_viewers(&self) -> Result<Option<Long>> {
        Ok(self.row.total_viewers.read()?.map(Long))
    }

    /// Most people watching at one time; null when Shopee did not report it.
    async fn peak_viewers(&self) -> Result<Option<Long>> {
        Ok(self.row.peak_viewers.read()?.map(Long))
    }

    /// Orders placed during the session; null when Shopee did not report it.
    async fn total_orders(&self) -> Result<Option<Long>> {
        Ok(self.row.total_orders.read()?.map(Long))
    }

    /// Value of the orders placed; null when Shopee did not report it.
    async fn total_revenue(&self) -> Result<Option<Money>> {
        self.money(self.row.total_revenue.read()?)
    }

    /// Orders confirmed by Shopee, of those placed; it goes on for days after the end. Null when Shopee did not report it.
    async fn confirmed_orders(&self) -> Result<Option<Long>> {
        Ok(self.row.confirmed_orders.read()?.map(Long))
    }

    /// Value of the orders confirmed; null when Shopee did not report it.
    async fn confirmed_revenue(&self) -> Result<Option<Money>> {
        self.money(self.row.confirmed_revenue.read()?)
    }

    /// Comments written; null when Shopee did not report it.
    async fn total_comments(&self) -> Result<Option<Long>> {
        Ok(self.row.total_comments.read()?.map(Long))
    }

    /// Likes given; null when Shopee did not report it.
    async fn total_likes(&self) -> Result<Option<Long>> {
        Ok(self.row.total_likes.read()?.map(Long))
    }

    /// Times the session was shared; null when Shopee did not report it.
    async fn total_shares(&self) -> Result<Option<Long>> {
        Ok(self.row.total_shares.read()?.map(Long))
    }

    /// What follows from the totals: rates, the value of an order, the return on investment.
    async fn figures(&self) -> LiveSessionFigures<'_> {
        LiveSessionFigures(self)
    }

    /// Products in the session's bag; null when it is not known.
    async fn products_count(&self) -> Result<Option<Long>> {
        Ok(self.row.products_count.read()?.map(Long))
    }

    /// Shopee's id of the ad campaign that promotes the session, as somebody of the studio entered it; null without one.
    async fn campaign_id(&self) -> Result<Option<ID>> {
        Ok(self.row.campaign_id.read()?.map(ID::from))
    }

    /// The campaign's budget, as somebody of the studio entered it; null when nobody has.
    async fn campaign_budget(&self) -> Result<Option<Money>> {
        self.money(self.row.campaign_budget.read()?)
    }

    /// What the campaign has spent, as somebody of the studio entered it; null when nobody has.
    async fn campaign_spent(&self) -> Result<Option<Money>> {
        self.money(self.row.campaign_spent.read()?)
    }

    /// Coins given to viewers through this gateway: the sum of its giveouts that are DONE; null when none were asked for.
    async fn coins_distributed(&self) -> Result<Option<Long>> {
        Ok(self.row.coins_distributed.read()?.map(Long))
    }

    /// What these coins are worth, estimated by what a coin pays for in the region; null when none were asked for.
    async fn coin_total_value(&self) -> Result<Option<Money>> {
        self.money(self.row.coin_total_value.read()?)
    }

    /// When the gateway first stored the session.
    async fn created_at(&self) -> Result<&DateTime<Utc>> {
        self.row.created_at.read()
    }

    /// When a stored field last changed. Give it to `updateLiveSession`, which then overwrites nobody's change.
    async fn updated_at(&self) -> Result<&DateTime<Utc>> {
        self.row.updated_at.read()
    }

    /// When the stored fields were last compared with Shopee; null before the first time.
    async fn synced_at(&self) -> Result<Option<&DateTime<Utc>>> {
        Ok(self.row.synced_at.read()?.as_ref())
    }

    /// The studio the session belongs to.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn studio(&self, ctx: &Context<'_>) -> Result<Studio> {
        match &self.neighbours.studio {
            Some(studio) => Ok(studio.clone()),
            None => identity_loader::studio(ctx, *self.row.studio_id.read()?)
                .await?
                .ok_or_else(|| Error::not_found("studio")),
        }
    }

    /// The Shopee account that streams the session.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn shopee_account(&self, ctx: &Context<'_>) -> Result<ShopeeAccount> {
        match &self.neighbours.account {
            Some(account) => Ok(account.clone()),
            None => account_loader::account(ctx, *self.row.shopee_account_id.read()?)
                .await?
                .ok_or_else(|| Error::not_found("account")),
        }
    }

    /// The products in the session's bag, in the order they were stored. Errors: BAD_USER_INPUT, INVALID_CURSOR.
    #[graphql(directive = crate::graphql::price::page::apply(true))]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many products from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only products after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many products from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only products before this cursor.")] before: Option<String>,
    ) -> Result<Connection<LiveSessionItem>> {
        let slice = PageArguments { first, after, last, before }.check(BAG_ORDER)?;
        let with_total = ctx.look_ahead().field("totalCount").exists();
        let fits = |ahead: &&ItemSlice| ahead.slice == slice && ahead.has_total() >= with_total;
        let items = match self.neighbours.items.iter().find(fits) {
            Some(ahead) => ahead.clone(),
            None => loader::items(ctx, self.key()?, slice, with_total).await?,
        };
        items.into_page(self.shopee_region()?)
    }

    /// Coins that were given to the session's viewers through this gateway, or were to be, the newest first. Errors: BAD_USER_INPUT,
    /// INVALID_CURSOR.
    #[graphql(directive = crate::graphql::price::page::apply(false))]
    async fn coin_giveouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only giveouts that match all that is given.")] filter: Option<IntentFilter>,
        #[graphql(desc = "How many giveouts from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only giveouts after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many giveouts from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only giveouts before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CoinGiveout>> {
        let page = PageArguments { first, after, last, before };
        page_of_giveouts(ctx, LedgerOf::Session(self.key()?), filter.unwrap_or_default(), page).await
    }

    /// What the session showed while somebody watched it through this gateway, for charts: one point for each interval in which
    /// Shopee was asked, the earliest first. Nobody watching is nobody asking: such intervals have no point. A sample is there a
    /// few seconds after it was taken. At most 2000 intervals. Errors: BAD_USER_INPUT.
    #[graphql(
        directive = crate::graphql::price::statements::apply(None, Some(1)),
        directive = crate::graphql::price::points::apply(MOST_POINTS as u32)
    )]
    async fn metric_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first instant.")] from: DateTime<Utc>,
        #[graphql(desc = "The end: the first instant that does not count any more.")] to: DateTime<Utc>,
        #[graphql(desc = "How much time one point stands for.")] interval: MetricInterval,
    ) -> Result<Vec<MetricPoint>> {
        let (spans, region) = (interval.spans(from, to)?, self.shopee_region()?);
        let history = history::history(ctx, self.key()?, spans).await?;
        Ok(history.into_iter().map(|span| MetricPoint::new(span, spans, region)).collect())
    }

    #[graphql(flatten)]
    async fn asked_of_shopee(&self, _ctx: &Context<'_>) -> SessionFromShopee<'_> {
        SessionFromShopee(self)
    }

    #[graphql(flatten)]
    async fn coins_asked_of_shopee(&self, _ctx: &Context<'_>) -> CoinsFromShopee<'_> {
        CoinsFromShopee(self)
    }
}

impl LiveSession {
    /// What it takes to act as the session's account.
    pub(super) async fn access(&self, ctx: &Context<'_>) -> Result<Arc<Access>> {
        match &self.neighbours.access {
            Some(access) => access.clone(),
            None => account_loader::access(ctx, *self.row.shopee_account_id.read()?).await,
        }
    }
}

/// Where a session stands. It only ever moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LiveSessionStatus {
    /// Planned, not on air yet.
    Upcoming,
    /// On air.
    OnAir,
    /// Over.
    Ended,
}

impl From<Status> for LiveSessionStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Upcoming => Self::Upcoming,
            Status::OnAir => Self::OnAir,
            Status::Ended => Self::Ended,
        }
    }
}

impl From<LiveSessionStatus> for Status {
    fn from(status: LiveSessionStatus) -> Self {
        match status {
            LiveSessionStatus::Upcoming => Self::Upcoming,
            LiveSessionStatus::OnAir => Self::OnAir,
            LiveSessionStatus::Ended => Self::Ended,
        }
    }
}
