use async_graphql::{Context, ID, InputObject, SimpleObject};
use entity::{live_session::Column, membership::Role};
use shopee::Region;

use super::{LiveSession, Shown, form::Form};
use crate::{
    account::{access, loader as account_loader, store as account_store},
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        money::MoneyInput,
        user_error::{Declined, UserError, UserErrorCode},
    },
    identity::{change::Change, scope::AskerExt as _},
    session::{
        ask::Asking,
        create::{self, Wanted},
        store::{self, upsert::Owner},
    },
};

/// Which session to take in, and what the studio adds to it.
#[derive(InputObject)]
pub(super) struct CreateLiveSessionInput {
    /// The Shopee account that streams or has streamed the session.
    shopee_account_id: ID,
    /// Shopee's own id of the session, which has to be the account's.
    session_id: ID,
    /// What the studio calls the session, 1 to 200 characters on one line; left out or null for what Shopee calls it.
    session_name: Option<String>,
    /// Shopee's id of the ad campaign that promotes the session.
    campaign_id: Option<ID>,
    /// The campaign's budget.
    campaign_budget: Option<MoneyInput>,
}

/// What came of `createLiveSession`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct CreateLiveSessionPayload {
    /// The new session, or the one that is there already when it is TAKEN; null when there is something else to mend.
    pub(super) live_session: Option<LiveSession>,
    /// What there is to mend; empty when the session was taken in. INVALID; on `sessionId` also NOT_FOUND when Shopee does not know
    /// the session as this account's, and TAKEN.
    pub(super) user_errors: Vec<UserError>,
}

pub(super) async fn create(ctx: &Context<'_>, input: CreateLiveSessionInput) -> Result<Shown, Declined> {
    let owner = owner(ctx, &input.shopee_account_id).await?;
    let wanted = wanted(input, owner.region)?;
    let session_id = wanted.session_id;
    if let Some(key) = stored(ctx, session_id, owner.region).await? {
        return Ok(taken(key));
    }
    let (app, access) = (ctx.app()?, account_loader::access(ctx, owner.account_id).await?);
    let asking = Asking { app, access: &access, cost: &ctx.operation()?.cost, session_id };
    let told = asking.told().await?.ok_or_else(unknown)?;
    let change = Change::begin(app, ctx.actor()?, ctx.viewer()?.user_id, owner.studio_id, Role::Operator).await?;
    match create::create(change, &owner, wanted, &told).await? {
        Some(key) => Ok(Shown::done(key)),
        // Somebody was faster. If that was in a studio the viewer knows nothing of, they are told nothing of it.
        None => Ok(taken(stored(ctx, session_id, owner.region).await?.ok_or_else(unknown)?)),
    }
}

/// The account whose session it is to be, if the viewer may change its studio.
async fn owner(ctx: &Context<'_>, id: &ID) -> Result<Owner> {
    let key = GlobalId::key_of(id, Kind::ShopeeAccount, "input.shopeeAccountId")?;
    let columns = account_store::ACCOUNT_COLUMNS;
    let rows = account_store::accounts(&ctx.scope()?, &ctx.statements()?, &[key], columns).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("account"))?;
    let owner = Owner {
        studio_id: *row.studio_id.read()?,
        account_id: key,
        region: access::region(row.region.read()?)?,
        streamer_id: *row.shopee_user_id.read()?,
        streamer_name: row.username.read()?.clone(),
    };
    ctx.scope_in(owner.studio_id, Role::Operator)?;
    Ok(owner)
}

fn wanted(input: CreateLiveSessionInput, region: Region) -> Result<Wanted, Declined> {
    let mut form = Form::default();
    let session_id = form.shopee_id("sessionId", &input.session_id).unwrap_or_default();
    let wanted = Wanted {
        session_id,
        name: input.session_name.and_then(|name| form.name(&name)),
        campaign_id: input.campaign_id.and_then(|id| form.shopee_id("campaignId", &id)),
        campaign_budget: input.campaign_budget.and_then(|amount| form.money("campaignBudget", amount, region)),
    };
    form.finish()?;
    Ok(wanted)
}

/// The key of the session among those that the viewer may see.
async fn stored(ctx: &Context<'_>, session_id: i64, region: Region) -> Result<Option<i64>> {
    let (scope, statements) = (ctx.scope()?, ctx.statements()?);
    let rows = store::sessions_by_shopee_id(&scope, &statements, session_id, Some(region), &[Column::Id]).await?;
    rows.first().map(|row| row.id.read().copied()).transpose()
}

fn taken(key: i64) -> Shown {
    Shown::but(key, UserError::on("sessionId", UserErrorCode::Taken, "the session is stored already"))
}

fn unknown() -> UserError {
    let message = "Shopee does not know this session as the account's";
    UserError::on("sessionId", UserErrorCode::NotFound, message)
}
