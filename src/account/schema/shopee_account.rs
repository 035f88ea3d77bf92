use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::shopee_account::Status;

use super::AccountFromShopee;
use crate::{
    account::{
        access::{self, Access},
        loader,
        store::AccountRow,
    },
    catalog::schema::AccountCatalog,
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{
        id::{GlobalId, Kind},
        money::CurrencyCode,
        page::{Connection, PageArguments},
        selection::Selection,
    },
    identity::{loader as identity_loader, schema::Studio},
    promotion::schema::AccountAds,
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

    pub fn studio_key(&self) -> Result<i64> {
        self.row.studio_id.read().copied()
    }
}

/// A Shopee account that a studio streams with. Its stored fields are as Shopee told when it was connected; those
/// that say so are asked of Shopee when, and only when, they are selected.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
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
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
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
    #[graphql(directive = crate::graphql::price::page::apply(false))]
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

    /// Address of the page of the account's shop on Shopee; null when the account's name cannot be a shop's. No call is made: whether
    /// the account has a shop is not known.
    async fn shop_url(&self) -> Result<Option<String>> {
        Ok(shopee::urls::shop_url(self.shopee_region()?, self.row.username.read()?).map(String::from))
    }

    #[graphql(flatten)]
    async fn asked_of_shopee(&self, _ctx: &Context<'_>) -> AccountFromShopee<'_> {
        AccountFromShopee(self)
    }

    #[graphql(flatten)]
    async fn catalog(&self, _ctx: &Context<'_>) -> AccountCatalog<'_> {
        AccountCatalog::of(self)
    }

    #[graphql(flatten)]
    async fn ads_of_shopee(&self, _ctx: &Context<'_>) -> AccountAds<'_> {
        AccountAds(self)
    }
}

impl ShopeeAccount {
    pub fn shopee_region(&self) -> Result<shopee::Region> {
        access::region(self.row.region.read()?)
    }

    pub(super) fn user_id(&self) -> Result<i64> {
        self.row.shopee_user_id.read().copied()
    }

    /// What it takes to act as the account.
    pub(super) async fn access(&self, ctx: &Context<'_>) -> Result<Arc<Access>> {
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
