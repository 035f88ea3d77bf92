use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::shopee_account::Status;
use shopee::SessionListQuery;

use super::{OngoingLive, RemoteSessionOrder, RemoteSessionPage, remote_session};
use crate::{
    account::{
        access::{self, Access},
        loader,
        store::AccountRow,
    },
    database::sparse::Read as _,
    engine::joined::Observed,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        money::CurrencyCode,
        page::{Connection, PageArguments},
        selection::Selection,
        weight,
    },
    identity::{loader as identity_loader, schema::Studio},
    session::schema::{LiveSession, LiveSessionFilter, LiveSessionOrder, page_of_sessions},
};

/// A Shopee account that a studio streams with.
#[derive(Clone)]
pub struct ShopeeAccount {
    row: AccountRow,
    /// Fetched ahead by whoever found the account, if it was selected.
    studio: Option<Studio>,
    access: Option<Result<Arc<Access>>>,
}

impl From<AccountRow> for ShopeeAccount {
    fn from(row: AccountRow) -> Self {
        Self::with_neighbours(row, None, None)
    }
}

impl ShopeeAccount {
    pub fn with_neighbours(row: AccountRow, studio: Option<Studio>, access: Option<Result<Arc<Access>>>) -> Self {
        Self { row, studio, access }
    }

    pub fn key(&self) -> Result<i64> {
        self.row.id.read().copied()
    }

    pub(super) fn studio_key(&self) -> Result<i64> {
        self.row.studio_id.read().copied()
    }

    fn shopee_region(&self) -> Result<shopee::Region> {
        access::region(self.row.region.read()?)
    }
}

/// A Shopee account that a studio streams with. Its stored fields are as Shopee told when it was connected; `creator`,
/// `remoteSessions` and `ongoingLive` are asked of Shopee when, and only when, they are selected.
#[Object]
impl ShopeeAccount {
    /// Global id.
    pub async fn id(&self) -> Result<ID> {
        Ok(GlobalId::new(Kind::ShopeeAccount, self.key()?).encode())
    }

    /// The Shopee region the account belongs to.
    async fn region(&self) -> Result<Region> {
        Ok(self.shopee_region()?.into())
    }

    /// The currency of the account's money.
    async fn currency_code(&self) -> Result<CurrencyCode> {
        Ok(self.shopee_region()?.into())
    }

    /// Shopee's user id of the account.
    async fn shopee_user_id(&self) -> Result<ID> {
        Ok(self.row.shopee_user_id.read()?.into())
    }

    /// The name that the account signs in to Shopee with.
    async fn username(&self) -> Result<&String> {
        self.row.username.read()
    }

    /// The name that viewers see; null when Shopee did not tell.
    async fn display_name(&self) -> Result<Option<&String>> {
        Ok(self.row.display_name.read()?.as_ref())
    }

    /// Address of the account's picture; null without one.
    async fn avatar_url(&self) -> Result<Option<String>> {
        Ok(picture(self.shopee_region()?, self.row.avatar.read()?.as_deref()))
    }

    /// Whether Shopee still accepts the account's credential.
    async fn status(&self) -> Result<ShopeeAccountStatus> {
        Ok((*self.row.status.read()?).into())
    }

    /// When Shopee stopped accepting the credential; null while it accepts it.
    async fn signed_out_at(&self) -> Result<Option<&DateTime<Utc>>> {
        Ok(self.row.signed_out_at.read()?.as_ref())
    }

    /// When the account's sessions were last stored; null before the first time.
    async fn synced_at(&self) -> Result<Option<&DateTime<Utc>>> {
        Ok(self.row.synced_at.read()?.as_ref())
    }

    /// When the account was connected.
    async fn created_at(&self) -> Result<&DateTime<Utc>> {
        self.row.created_at.read()
    }

    /// When the account's own fields last changed.
    async fn updated_at(&self) -> Result<&DateTime<Utc>> {
        self.row.updated_at.read()
    }

    /// The studio that streams with the account.
    async fn studio(&self, ctx: &Context<'_>) -> Result<Studio> {
        match &self.studio {
            Some(studio) => Ok(studio.clone()),
            None => {
                let studio = identity_loader::studio(ctx, *self.row.studio_id.read()?).await?;
                studio.ok_or_else(|| Error::not_found("studio"))
            }
        }
    }

    /// The account's stored live sessions, the newest first unless `orderBy` says otherwise. Errors: BAD_USER_INPUT,
    /// INVALID_CURSOR.
    #[graphql(
        complexity = "weight::of_page(child_complexity, weight::Weighed(__ctx, __variables_definition, __field))"
    )]
    #[expect(clippy::too_many_arguments, reason = "one parameter an argument of the field")]
    async fn live_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only sessions that match all that is given.")] filter: Option<LiveSessionFilter>,
        #[graphql(desc = "The list's order; by default when they started, newest first.")] order_by: Option<
            LiveSessionOrder,
        >,
        #[graphql(desc = "How many sessions from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only sessions after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many sessions from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only sessions before this cursor.")] before: Option<String>,
    ) -> Result<Connection<LiveSession>> {
        let filter = filter.unwrap_or_default().in_account(self.key()?)?;
        let page = PageArguments { first, after, last, before };
        page_of_sessions(ctx, &Selection::of_nodes(ctx), filter, order_by.unwrap_or_default(), page).await
    }

    /// Who Shopee says the account is. Asked of Shopee when selected, at most a minute old. Errors: SHOPEE_*.
    #[graphql(complexity = "weight::of_call(child_complexity)")]
    async fn creator(&self, ctx: &Context<'_>) -> Option<Result<CreatorProfile>> {
        self.ask_creator(ctx).await.transpose()
    }

    /// The account's sessions as Shopee lists them, newest first unless `orderBy` says otherwise. Paged by number, since Shopee
    /// pages so: a cursor would promise more than Shopee keeps. Asked of Shopee when selected, at most ten seconds old. Errors:
    /// BAD_USER_INPUT, SHOPEE_*.
    #[graphql(
        complexity = "weight::of_remote_page(child_complexity, weight::Weighed(__ctx, __variables_definition, __field), \
                      remote_session::DEFAULT_SIZE)"
    )]
    async fn remote_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which page, counted from 1; the first if it is not given.")] page: Option<i64>,
        #[graphql(desc = "How many sessions a page has, 1 to 100; 10 if it is not given.")] page_size: Option<i64>,
        #[graphql(desc = "Only sessions whose title contains this text; at most 200 characters.")] name: Option<String>,
        #[graphql(desc = "The list's order; by default the newest first.")] order_by: Option<RemoteSessionOrder>,
    ) -> Option<Result<RemoteSessionPage>> {
        let query = remote_session::query(page, page_size, name, order_by);
        self.ask_remote_sessions(ctx, query).await.transpose()
    }

    /// The session that the account has on air, as everybody on Shopee may see it; null while it is off air. Asked of Shopee when
    /// selected, at most five seconds old. Errors: SHOPEE_*.
    #[graphql(complexity = "weight::of_call(child_complexity)")]
    async fn ongoing_live(&self, ctx: &Context<'_>) -> Option<Result<OngoingLive>> {
        self.ask_ongoing_live(ctx).await.transpose()
    }
}

// A resolver that returns `Result<Option<_>>` would take its whole object away when it fails; `Option<Result<_>>` is null alone.
impl ShopeeAccount {
    async fn ask_creator(&self, ctx: &Context<'_>) -> Result<Option<CreatorProfile>> {
        let access = self.access(ctx).await?;
        let app = ctx.app()?;
        let account = access.account();
        let call = app.shopee.user_info(&account);
        let answer = app.reads.user_info.get(access.account_id, &ctx.operation()?.cost, call).await?;
        Ok(Some(CreatorProfile::from_answer(&answer, access.region)))
    }

    async fn ask_remote_sessions(
        &self,
        ctx: &Context<'_>,
        query: Result<SessionListQuery>,
    ) -> Result<Option<RemoteSessionPage>> {
        let query = query?;
        let access = self.access(ctx).await?;
        let app = ctx.app()?;
        let key = (access.account_id, query.clone());
        let account = access.account();
        let call = app.shopee.session_list(&account, &query);
        let answer = app.reads.session_list.get(key, &ctx.operation()?.cost, call).await?;
        Ok(Some(RemoteSessionPage::from_answer(&answer, &query, access.region)))
    }

    async fn ask_ongoing_live(&self, ctx: &Context<'_>) -> Result<Option<OngoingLive>> {
        let (region, user_id) = (self.shopee_region()?, *self.row.shopee_user_id.read()?);
        let app = ctx.app()?;
        let call = app.shopee.ongoing_live(region, user_id);
        let answer = app.reads.ongoing_live.get((region, user_id), &ctx.operation()?.cost, call).await?;
        Ok(OngoingLive::from_answer(&answer))
    }

    async fn access(&self, ctx: &Context<'_>) -> Result<Arc<Access>> {
        match &self.access {
            Some(access) => access.clone(),
            None => loader::access(ctx, self.key()?).await,
        }
    }
}

/// The address of a picture; null for what cannot be one.
pub(super) fn picture(region: shopee::Region, image: Option<&str>) -> Option<String> {
    Some(shopee::urls::image_url(region, image?)?.to_string())
}

/// Who Shopee says an account is.
pub struct CreatorProfile {
    user_id: i64,
    user_name: String,
    avatar_url: Option<String>,
    observed_at: DateTime<Utc>,
}

impl CreatorProfile {
    fn from_answer(answer: &Observed<shopee::UserInfo>, region: shopee::Region) -> Self {
        Self {
            user_id: answer.value.user_id,
            user_name: answer.value.user_name.clone(),
            avatar_url: picture(region, answer.value.avatar.as_deref()),
            observed_at: answer.observed_at,
        }
    }
}

/// Who Shopee says an account is.
#[Object]
impl CreatorProfile {
    /// Shopee's user id.
    async fn user_id(&self) -> ID {
        self.user_id.into()
    }

    /// The creator's name on Shopee.
    async fn user_name(&self) -> &str {
        &self.user_name
    }

    /// Address of the creator's picture; null without one.
    async fn avatar_url(&self) -> Option<&String> {
        self.avatar_url.as_ref()
    }

    /// When Shopee was asked.
    async fn observed_at(&self) -> DateTime<Utc> {
        self.observed_at
    }
}

/// Whether a Shopee account can be used.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum ShopeeAccountStatus {
    /// Shopee accepts the account's credential.
    Active,
    /// Shopee no longer accepts it: somebody has to connect the account again.
    SignedOut,
}

impl From<Status> for ShopeeAccountStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::SignedOut => Self::SignedOut,
        }
    }
}

/// A Shopee region, by its two letters. Each has its own hosts, accounts, session ids and currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "shopee::Region", rename_items = "UPPERCASE")]
pub enum Region {
    /// Indonesia; rupiah.
    Id,
    /// Vietnam; dong.
    Vn,
    /// Thailand; baht.
    Th,
    /// Malaysia; ringgit.
    My,
    /// Singapore; Singapore dollar.
    Sg,
    /// Philippines; peso.
    Ph,
    /// Taiwan; New Taiwan dollar.
    Tw,
    /// Brazil; real.
    Br,
}
