use std::collections::{BTreeSet, HashMap};

use async_graphql::{Context, Enum, ID, Object};
use entity::{coin_giveout, intent};

use super::{
    LiveSession,
    list::{columns_for, with_neighbours},
    query::session_by_key,
};
use crate::{
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
        page::{Connection, Cursor, PageArguments},
        selection::Selection,
    },
    identity::scope::AskerExt as _,
    ledger::schema::{IntentFilter, Standing},
    session::store::{
        self,
        coins::{LedgerFilter, LedgerOf, LedgerRow},
    },
};

/// The order of the ledger, for its cursors.
const NEWEST_FIRST: &str = "GIVEN";

/// Coins for viewers, and how that stands.
#[derive(Clone)]
pub struct CoinGiveout {
    giveout: coin_giveout::Model,
    intent: intent::Model,
    /// The session, if it was selected and fetched ahead.
    session: Option<LiveSession>,
}

impl CoinGiveout {
    pub fn new((giveout, intent): LedgerRow) -> Self {
        Self { giveout, intent, session: None }
    }

    pub fn key(&self) -> i64 {
        self.giveout.id
    }

    pub(super) fn intent(&self) -> &intent::Model {
        &self.intent
    }

    /// Rises with each change of any giveout of the session.
    pub(super) fn revision(&self) -> i64 {
        self.intent.revision
    }
}

/// Coins that somebody of the studio gave to the viewers of a session, or wanted to, and what is known of it.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl CoinGiveout {
    /// Global id.
    pub async fn id(&self) -> ID {
        GlobalId::new(Kind::CoinGiveout, self.key()).encode()
    }

    /// How the coins reach the viewers.
    async fn kind(&self) -> CoinGiveoutKind {
        match self.intent.kind {
            intent::Kind::StartCoins => CoinGiveoutKind::Start,
            _ => CoinGiveoutKind::Giveout,
        }
    }

    /// Coins altogether.
    async fn amount(&self) -> Long {
        Long(self.giveout.amount)
    }

    /// How many viewers share them; null for START, where whoever claims gets some until none are left.
    async fn recipients(&self) -> Option<Long> {
        self.giveout.recipients.map(Long)
    }

    /// The session.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn live_session(&self, ctx: &Context<'_>) -> Result<LiveSession> {
        if let Some(session) = &self.session {
            return Ok(session.clone());
        }
        let session = session_by_key(ctx, &Selection::of(ctx), self.giveout.live_session_id).await?;
        session.ok_or_else(|| Error::not_found("session"))
    }

    #[graphql(flatten)]
    async fn standing(&self, _ctx: &Context<'_>) -> Standing<'_> {
        Standing(&self.intent)
    }
}

/// How coins reach viewers.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum CoinGiveoutKind {
    /// Viewers claim them, until none are left.
    Start,
    /// A number of viewers share them.
    Giveout,
}

/// A page of a studio's ledger.
pub async fn giveouts_of_studio(
    ctx: &Context<'_>,
    studio_key: i64,
    filter: IntentFilter,
    page: PageArguments,
) -> Result<Connection<CoinGiveout>> {
    page_of_giveouts(ctx, LedgerOf::Studio(studio_key), filter, page).await
}

pub(super) async fn page_of_giveouts(
    ctx: &Context<'_>,
    of: LedgerOf,
    filter: IntentFilter,
    page: PageArguments,
) -> Result<Connection<CoinGiveout>> {
    let (scope, statements, slice) = (ctx.scope()?, ctx.statements()?, page.check(NEWEST_FIRST)?);
    let filter = LedgerFilter { of, state: filter.state() };
    let rows = store::coins::ledger(&scope, &statements, filter, slice).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => Some(store::coins::count(&scope, &statements, filter).await?),
        false => None,
    };
    let giveouts = with_sessions(ctx, &Selection::of_nodes(ctx).below("liveSession"), rows).await?;
    slice.page(giveouts, total, NEWEST_FIRST, |giveout: &CoinGiveout| Ok(Cursor { value: 0, key: giveout.key() }))
}

/// The giveouts with their sessions, if anything is selected of these.
pub(super) async fn with_sessions(
    ctx: &Context<'_>,
    selection: &Selection<'_>,
    rows: Vec<LedgerRow>,
) -> Result<Vec<CoinGiveout>> {
    let mut sessions = HashMap::new();
    if !selection.names().is_empty() {
        let keys: BTreeSet<i64> = rows.iter().map(|(giveout, _)| giveout.live_session_id).collect();
        let (keys, columns) = (Vec::from_iter(keys), columns_for(selection, &[]));
        let found = store::sessions(&ctx.scope()?, &ctx.statements()?, &keys, &columns).await?;
        for session in with_neighbours(ctx, selection, found).await? {
            sessions.insert(session.key()?, session);
        }
    }
    let with_session = |(giveout, intent): LedgerRow| {
        let session = sessions.get(&giveout.live_session_id).cloned();
        CoinGiveout { giveout, intent, session }
    };
    Ok(rows.into_iter().map(with_session).collect())
}
