use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::membership::Role;

use super::{
    AuditLogEntry, Invitation, Membership,
    audit_log::{AuditLogFilter, log_of_studio},
    invitation::page_of_invitations,
    membership::page_of_members,
};
use crate::{
    account::schema::{ShopeeAccount, page_of_accounts},
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{
        id::{GlobalId, Kind},
        long::Long,
        page::{Connection, PageArguments},
        selection::Selection,
    },
    identity::{scope::AskerExt as _, store::StudioRow},
    ledger::schema::IntentFilter,
    promotion::schema::{PromotionEdit, edits_of_studio},
    session::schema::{
        CoinGiveout, LiveSession, LiveSessionFilter, LiveSessionOrder, giveouts_of_studio, page_of_sessions,
    },
};

/// A live-streaming studio: whoever shares one sees the same accounts, sessions and numbers.
#[derive(Clone)]
pub struct Studio(StudioRow);

impl From<StudioRow> for Studio {
    fn from(row: StudioRow) -> Self {
        Self(row)
    }
}

/// A live-streaming studio: whoever shares one sees the same accounts, sessions and numbers.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl Studio {
    /// Global id.
    pub async fn id(&self) -> Result<ID> {
        Ok(GlobalId::new(Kind::Studio, *self.0.id.read()?).encode())
    }

    /// The studio's name.
    async fn name(&self) -> Result<&String> {
        self.0.name.read()
    }

    /// The IANA time zone that the studio's days are counted in, such as `Asia/Jakarta`.
    async fn time_zone(&self) -> Result<&String> {
        self.0.time_zone.read()
    }

    /// Coins that may be given away in one live session; null for no bound.
    async fn coin_budget_per_session(&self) -> Result<Option<Long>> {
        Ok(self.0.coin_budget_per_session.read()?.map(Long))
    }

    /// Coins that may be given away on one day of the studio; null for no bound.
    async fn coin_budget_per_day(&self) -> Result<Option<Long>> {
        Ok(self.0.coin_budget_per_day.read()?.map(Long))
    }

    /// Coins that were given to viewers through this gateway, or were to be, in all sessions of the studio, the newest first. Errors:
    /// BAD_USER_INPUT, INVALID_CURSOR.
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
        giveouts_of_studio(ctx, *self.0.id.read()?, filter.unwrap_or_default(), page).await
    }

    /// Changes of promotions that were made through this gateway, or were to be, the newest first. Errors: BAD_USER_INPUT,
    /// INVALID_CURSOR.
    #[graphql(directive = crate::graphql::price::page::apply(false))]
    async fn promotion_edits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only changes that match all that is given.")] filter: Option<IntentFilter>,
        #[graphql(desc = "How many changes from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only changes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many changes from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only changes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PromotionEdit>> {
        let page = PageArguments { first, after, last, before };
        edits_of_studio(ctx, *self.0.id.read()?, filter.unwrap_or_default(), page).await
    }

    /// When the studio was made.
    async fn created_at(&self) -> Result<&DateTime<Utc>> {
        self.0.created_at.read()
    }

    /// When the studio's own fields last changed.
    async fn updated_at(&self) -> Result<&DateTime<Utc>> {
        self.0.updated_at.read()
    }

    /// What the viewer may do in this studio.
    #[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
    async fn viewer_role(&self, ctx: &Context<'_>) -> Result<StudioRole> {
        let key = *self.0.id.read()?;
        let viewer = ctx.viewer()?;
        viewer.membership(key).map(|place| place.role.into()).ok_or_else(|| Error::not_found("studio"))
    }

    /// Who belongs to the studio, in the order they joined. Errors: BAD_USER_INPUT, INVALID_CURSOR.
    #[graphql(directive = crate::graphql::price::page::apply(false))]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many members from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only members after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many members from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only members before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Membership>> {
        page_of_members(ctx, *self.0.id.read()?, PageArguments { first, after, last, before }).await
    }

    /// Who was asked to join the studio and what came of it, the newest first; null for those who are not its owners. Errors:
    /// FORBIDDEN, BAD_USER_INPUT, INVALID_CURSOR.
    #[graphql(
        directive = crate::graphql::price::page::apply(false),
        directive = crate::graphql::sharing::per_viewer::apply()
    )]
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many invitations from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only invitations after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many invitations from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only invitations before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<Invitation>>> {
        let page = PageArguments { first, after, last, before };
        Some(async { page_of_invitations(ctx, *self.0.id.read()?, page).await }.await)
    }

    /// What was changed in the studio, by whom and from where, the newest first; null for those who are not its owners. Entries
    /// are never changed or removed. Errors: FORBIDDEN, BAD_USER_INPUT, INVALID_CURSOR.
    #[graphql(
        directive = crate::graphql::price::page::apply(false),
        directive = crate::graphql::sharing::per_viewer::apply()
    )]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only entries that match all that is given.")] filter: Option<AuditLogFilter>,
        #[graphql(desc = "How many entries from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many entries from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<AuditLogEntry>>> {
        let page = PageArguments { first, after, last, before };
        Some(async { log_of_studio(ctx, *self.0.id.read()?, filter.unwrap_or_default(), page).await }.await)
    }

    /// The studio's Shopee accounts, in the order they were connected. Errors: BAD_USER_INPUT, INVALID_CURSOR.
    #[graphql(directive = crate::graphql::price::page::apply(false))]
    async fn shopee_accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many accounts from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only accounts after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many accounts from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only accounts before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ShopeeAccount>> {
        page_of_accounts(ctx, *self.0.id.read()?, PageArguments { first, after, last, before }).await
    }

    /// The studio's live sessions, the newest first unless `orderBy` says otherwise. Errors: BAD_USER_INPUT, INVALID_CURSOR.
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
        let filter = filter.unwrap_or_default().in_studio(*self.0.id.read()?)?;
        let page = PageArguments { first, after, last, before };
        page_of_sessions(ctx, &Selection::of_nodes(ctx), filter, order_by.unwrap_or_default(), page).await
    }
}

/// What a member may do in a studio.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum StudioRole {
    /// Everything, members and credentials included.
    Owner,
    /// Runs the studio's lives: promotions, coins, sessions.
    Operator,
    /// Reads, and changes nothing.
    Analyst,
}

impl From<Role> for StudioRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Operator => Self::Operator,
            Role::Analyst => Self::Analyst,
        }
    }
}

impl From<StudioRole> for Role {
    fn from(role: StudioRole) -> Self {
        match role {
            StudioRole::Owner => Self::Owner,
            StudioRole::Operator => Self::Operator,
            StudioRole::Analyst => Self::Analyst,
        }
    }
}
