use async_graphql::{Context, ID, SimpleObject, Subscription};
use entity::membership::Role;
use futures_util::{Stream, StreamExt as _};

use super::alert::Alert;
use crate::{
    alert::changes,
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
    },
    identity::{guard::Needs, scope::AskerExt as _},
};

/// The alert room's part of `Subscription`.
#[derive(Default)]
pub struct AlertSubscription;

#[Subscription]
impl AlertSubscription {
    /// A studio's alerts as they stand: first each one that is not over, then each one that is raised, cleared or acknowledged, in the
    /// order of these changes and wherever they are made. One that changes twice at once may come once. Goes on until the client ends it.
    /// Errors: UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::sharing::per_viewer::apply(),
        directive = crate::graphql::sharing::happenings::apply()
    )]
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio's id.")] studio_id: ID,
        #[graphql(
            desc = "Only changes after the one with this `sequence`, for a client that comes back: it hears what was cleared meanwhile, too."
        )]
        after: Option<Long>,
    ) -> Result<impl Stream<Item = AlertEvent> + use<>> {
        let studio_id = GlobalId::key_of(&studio_id, Kind::Studio, "studioId")?;
        ctx.scope_in(studio_id, Role::Analyst)?;
        let after = after.map(|Long(sequence)| sequence);
        if after.is_some_and(|after| after < 0) {
            return Err(Error::invalid_input("after", "is a sequence number, zero or more"));
        }
        let changes = changes::changes(ctx.app()?, studio_id, after).await?;
        Ok(changes.map(|row| AlertEvent::of(Alert::new(row))))
    }
}

/// An alert that is not over, or has changed.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct AlertEvent {
    /// Rises with each change of any alert of the studio, also by more than one; give the last one to `after` to go on from there.
    sequence: Long,
    /// The alert as it stands now.
    alert: Alert,
}

impl AlertEvent {
    fn of(alert: Alert) -> Self {
        Self { sequence: Long(alert.revision()), alert }
    }
}
