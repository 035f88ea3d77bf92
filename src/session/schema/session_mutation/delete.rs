use async_graphql::{Context, ID, InputObject, SimpleObject};

use super::changeable;
use crate::{
    error::Result,
    graphql::user_error::{Declined, UserError, UserErrorCode, payload},
    session::delete::{self, Deleted},
};

/// Which session to delete.
#[derive(InputObject)]
pub(super) struct DeleteLiveSessionInput {
    /// The session's id.
    id: ID,
}

/// What came of `deleteLiveSession`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct DeleteLiveSessionPayload {
    /// The id that the session had; null when it is still there.
    deleted_live_session_id: Option<ID>,
    /// Why the session was not deleted; empty when it was. On `id`: ON_AIR, and IN_USE when coins were given away in it.
    user_errors: Vec<UserError>,
}

impl DeleteLiveSessionPayload {
    pub(super) fn of(outcome: Result<ID, Declined>) -> Result<Self> {
        let (deleted_live_session_id, user_errors) = payload(outcome)?;
        Ok(Self { deleted_live_session_id, user_errors })
    }
}

pub(super) async fn delete(ctx: &Context<'_>, input: DeleteLiveSessionInput) -> Result<ID, Declined> {
    let session = changeable(ctx, &input.id, "input.id").await?;
    let refusal = |code, message: &'static str| Err(UserError::on("id", code, message).into());
    match delete::delete(session.begin(ctx).await?, session.key).await? {
        Deleted::Done => Ok(input.id),
        Deleted::OnAir => refusal(UserErrorCode::OnAir, "a session on air cannot be deleted"),
        Deleted::HasGiveouts => {
            refusal(UserErrorCode::InUse, "coins were given away in this session, so it has to stay")
        }
    }
}
