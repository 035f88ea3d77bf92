use async_graphql::{Context, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt as _};

use super::{CoinGiveout, subscription::watched_session};
use crate::{
    account::schema::Region,
    error::{Error, Result},
    graphql::{context::ContextExt as _, long::Long},
    identity::guard::Needs,
    session::coin_changes,
};

/// The coins' part of `Subscription`.
#[derive(Default)]
pub struct CoinSubscription;

#[Subscription]
impl CoinSubscription {
    /// Every coin giveout of a session as it stands, in the order in which they changed: what was asked for before the stream began,
    /// then each new one and each one that is settled. None is left out unless the client is 256 of them behind, and then it is told how
    /// many (`GAP`); one that changes twice at once may come once, so `sequence` can skip numbers. Goes on until the client ends it. Errors:
    /// UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT, GAP.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::sharing::studio_wide::apply(Some(10)),
        directive = crate::graphql::sharing::happenings::apply()
    )]
    async fn coin_giveouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session: its global id, or Shopee's own id of it.")] session_id: ID,
        #[graphql(desc = "The region that a Shopee id is of; needed only when two regions know the same id.")]
        region: Option<Region>,
        #[graphql(desc = "Only changes after the one with this `sequence`, for a client that comes back.")]
        after: Option<Long>,
    ) -> Result<impl Stream<Item = CoinGiveoutEvent> + use<>> {
        let after = after.map_or(0, |Long(sequence)| sequence);
        if after < 0 {
            return Err(Error::invalid_input("after", "is a sequence number, zero or more"));
        }
        let session = watched_session(ctx, &session_id, region).await?;
        let changes = coin_changes::changes(ctx.app()?, session.key()?, after);
        Ok(changes.map(|row| CoinGiveoutEvent::of(CoinGiveout::new(row))))
    }
}

/// A change in a session's coin giveouts.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub(super) struct CoinGiveoutEvent {
    /// Counts the changes in the session's giveouts; give the last one to `after` to go on from there.
    sequence: Long,
    /// The giveout as it stands now.
    coin_giveout: CoinGiveout,
}

impl CoinGiveoutEvent {
    fn of(giveout: CoinGiveout) -> Self {
        Self { sequence: Long(giveout.revision()), coin_giveout: giveout }
    }
}
