use async_graphql::{Context, ID, InputObject, MaybeUndefined, SimpleObject};
use chrono::{DateTime, Utc};
use shopee::Region;

use super::{
    super::list::comparable,
    LiveSession, Shown, changeable,
    form::{Form, given},
};
use crate::{
    error::Result,
    graphql::{
        money::MoneyInput,
        user_error::{Declined, UserError, UserErrorCode},
    },
    session::edit::{self, Edit, Edited},
};

/// Which session, as of when, and what is to change. A field that is left out stays as it is.
#[derive(InputObject)]
pub(super) struct UpdateLiveSessionInput {
    /// The session's id.
    id: ID,
    /// `updatedAt` of the session as the person saw it when they began: if somebody has changed it since, nothing is changed. What a
    /// sync has changed since does no harm.
    updated_at: DateTime<Utc>,
    /// What the studio calls the session, 1 to 200 characters on one line; null for what Shopee calls it.
    session_name: MaybeUndefined<String>,
    /// Shopee's id of the ad campaign that promotes the session; null for none.
    campaign_id: MaybeUndefined<ID>,
    /// The campaign's budget, in the currency of the session's region; null for none.
    campaign_budget: MaybeUndefined<MoneyInput>,
    /// What the campaign has spent, in the currency of the session's region; null for nothing known.
    campaign_spent: MaybeUndefined<MoneyInput>,
}

/// What came of `updateLiveSession`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct UpdateLiveSessionPayload {
    /// The session as it is now, also when the input was STALE; null when there is something else to mend.
    pub(super) live_session: Option<LiveSession>,
    /// What there is to mend; empty when the session is as it was to be. INVALID, and on `updatedAt` STALE.
    pub(super) user_errors: Vec<UserError>,
}

pub(super) async fn update(ctx: &Context<'_>, input: UpdateLiveSessionInput) -> Result<Shown, Declined> {
    let session = changeable(ctx, &input.id, "input.id").await?;
    let (key, seen) = (session.key, comparable("input.updatedAt", input.updated_at)?);
    let edit = wanted(input, session.region)?;
    match edit::edit(session.begin(ctx).await?, key, edit, seen).await? {
        Edited::Done => Ok(Shown::done(key)),
        Edited::Stale => Ok(Shown::but(key, stale())),
    }
}

fn wanted(input: UpdateLiveSessionInput, region: Region) -> Result<Edit, Declined> {
    let mut form = Form::default();
    let edit = Edit {
        name: given(input.session_name, |name| form.name(&name)),
        campaign_id: given(input.campaign_id, |id| form.shopee_id("campaignId", &id)),
        campaign_budget: given(input.campaign_budget, |amount| form.money("campaignBudget", amount, region)),
        campaign_spent: given(input.campaign_spent, |amount| form.money("campaignSpent", amount, region)),
    };
    form.finish()?;
    match edit.is_empty() {
        true => Err(UserError::new(UserErrorCode::Invalid, "there is nothing to change").into()),
        false => Ok(edit),
    }
}

fn stale() -> UserError {
    let message = "somebody has changed the session meanwhile; look at it as it is now";
    UserError::on("updatedAt", UserErrorCode::Stale, message)
}
