use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::membership::Role;

use super::{CoinGiveout, coin_giveout::with_sessions, session_mutation::changeable};
use crate::{
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        long::Long,
        selection::Selection,
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{guard::Needs, scope::AskerExt as _},
    ledger::{
        begin::Begun,
        key::IdempotencyKey,
        resolve::{Resolved, resolve},
        schema::objections,
    },
    session::{
        coins::{self, Coins, HANDLER, Room},
        store,
    },
};

/// More than a session has ever given.
const MOST_COINS: i64 = 10_000_000;
const MOST_RECIPIENTS: i64 = 1_000_000;

/// Giving coins away.
#[derive(Default)]
pub struct CoinMutation;

#[Object]
impl CoinMutation {
    /// Lets viewers of a session on air claim coins, until none are left. Happens at most once for each `idempotencyKey`, whatever is
    /// lost on the way: asking again with the same key and the same input brings the same giveout back, for as long as the studio is and
    /// from any gateway. A giveout that is PENDING goes on by itself; `coinGiveouts` tells what comes of it. Needs OPERATOR. Errors:
    /// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Operator)", directive = crate::graphql::price::shopee_calls::apply(2))]
    async fn start_coins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where, how many, and under which key.")] input: StartCoinsInput,
    ) -> Option<Result<StartCoinsPayload>> {
        let wanted =
            Wanted { key: input.idempotency_key, id: input.live_session_id, amount: input.amount.0, recipients: None };
        let outcome = told(ctx, given(ctx, wanted).await).await;
        Some(outcome.map(|(coin_giveout, user_errors)| StartCoinsPayload { coin_giveout, user_errors }))
    }

    /// Gives coins to a number of viewers of a session on air. Happens at most once for each `idempotencyKey`, as `startCoins` does.
    /// Needs OPERATOR. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Operator)", directive = crate::graphql::price::shopee_calls::apply(2))]
    async fn give_out_coins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where, how many, to how many viewers, and under which key.")] input: GiveOutCoinsInput,
    ) -> Option<Result<GiveOutCoinsPayload>> {
        let recipients = Some(input.recipients.0);
        let wanted =
            Wanted { key: input.idempotency_key, id: input.live_session_id, amount: input.amount.0, recipients };
        let outcome = told(ctx, given(ctx, wanted).await).await;
        Some(outcome.map(|(coin_giveout, user_errors)| GiveOutCoinsPayload { coin_giveout, user_errors }))
    }

    /// Tells what came of a giveout that is UNKNOWN, by somebody who has looked at Shopee. Needs OWNER. Errors: UNAUTHENTICATED,
    /// FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Owner)")]
    async fn resolve_coin_giveout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which giveout, and whether it happened.")] input: ResolveCoinGiveoutInput,
    ) -> Option<Result<ResolveCoinGiveoutPayload>> {
        let outcome = shown(ctx, resolved(ctx, input).await).await;
        Some(outcome.map(|(coin_giveout, user_errors)| ResolveCoinGiveoutPayload { coin_giveout, user_errors }))
    }
}

/// Coins for the viewers of a session.
#[derive(InputObject)]
pub(super) struct StartCoinsInput {
    /// Your own name for this one wish, 1 to 200 printable ASCII characters without blanks, best a UUID: make one when somebody presses
    /// the button, and keep it for every retry.
    idempotency_key: String,
    /// The session's id.
    live_session_id: ID,
    /// Coins altogether, 1 to 10,000,000.
    amount: Long,
}

/// Coins for a number of viewers of a session.
#[derive(InputObject)]
pub(super) struct GiveOutCoinsInput {
    /// Your own name for this one wish, 1 to 200 printable ASCII characters without blanks, best a UUID: make one when somebody presses
    /// the button, and keep it for every retry.
    idempotency_key: String,
    /// The session's id.
    live_session_id: ID,
    /// Coins altogether, 1 to 10,000,000.
    amount: Long,
    /// How many viewers share them, 1 to 1,000,000.
    recipients: Long,
}

/// What a person has seen of a giveout.
#[derive(InputObject)]
pub(super) struct ResolveCoinGiveoutInput {
    /// The giveout's id.
    coin_giveout_id: ID,
    /// Whether the viewers got the coins.
    happened: bool,
}

/// What came of `startCoins`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct StartCoinsPayload {
    /// The coins, and how that stands; null when nothing was written down.
    coin_giveout: Option<CoinGiveout>,
    /// What there is to mend; empty when the coins were given, are on their way, or nobody can tell (`state`). REFUSED, with the reason; INVALID; on
    /// `idempotencyKey` KEY_REUSED; BUSY while the session has another giveout under way, when asking again later does no harm.
    user_errors: Vec<UserError>,
}

/// What came of `giveOutCoins`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct GiveOutCoinsPayload {
    /// The coins, and how that stands; null when nothing was written down.
    coin_giveout: Option<CoinGiveout>,
    /// What there is to mend; empty when the coins were given, are on their way, or nobody can tell (`state`). REFUSED, with the reason; INVALID; on
    /// `idempotencyKey` KEY_REUSED; BUSY while the session has another giveout under way, when asking again later does no harm.
    user_errors: Vec<UserError>,
}

/// What came of `resolveCoinGiveout`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct ResolveCoinGiveoutPayload {
    /// The giveout as it stands now.
    coin_giveout: Option<CoinGiveout>,
    /// What there is to mend; empty when it is as it was told. NOT_UNKNOWN.
    user_errors: Vec<UserError>,
}

/// What an input asks for.
struct Wanted {
    key: String,
    id: ID,
    amount: i64,
    recipients: Option<i64>,
}

async fn given(ctx: &Context<'_>, wanted: Wanted) -> Result<i64, Declined> {
    let session = changeable(ctx, &wanted.id, "input.liveSessionId").await?;
    let (key, coins) = checked(&wanted)?;
    let room = Room { session_key: session.key, studio_id: session.studio_id, shopee_account_id: session.account_id };
    let (app, viewer, actor) = (ctx.app()?, ctx.viewer()?, ctx.actor()?);
    match coins::give(app, actor, viewer.user_id, room, key, coins).await? {
        Begun::Intent(intent) => Ok(intent.id),
        Begun::KeyReused => Err(UserError::key_reused().into()),
        Begun::Busy => {
            let message = "other coins are under way in this session; wait until those are settled";
            Err(UserError::new(UserErrorCode::Busy, message).into())
        }
    }
}

fn checked(wanted: &Wanted) -> Result<(IdempotencyKey, Coins), Declined> {
    let mut errors = Vec::new();
    let key = wanted.key.parse().map_err(|reason: &str| errors.push(invalid("idempotencyKey", reason))).ok();
    if !(1..=MOST_COINS).contains(&wanted.amount) {
        errors.push(invalid("amount", "the amount has to be from 1 to 10,000,000 coins"));
    }
    if wanted.recipients.is_some_and(|recipients| !(1..=MOST_RECIPIENTS).contains(&recipients)) {
        errors.push(invalid("recipients", "there have to be 1 to 1,000,000 recipients"));
    }
    match key {
        Some(key) if errors.is_empty() => Ok((key, Coins { amount: wanted.amount, recipients: wanted.recipients })),
        _ => Err(Declined::Input(errors)),
    }
}

fn invalid(field: &'static str, reason: &'static str) -> UserError {
    UserError::on(field, UserErrorCode::Invalid, reason)
}

async fn resolved(ctx: &Context<'_>, input: ResolveCoinGiveoutInput) -> Result<i64, Declined> {
    let id = GlobalId::key_of(&input.coin_giveout_id, Kind::CoinGiveout, "input.coinGiveoutId")?;
    let found = store::coins::by_ids(&ctx.scope()?, &ctx.statements()?, &[id]).await?;
    let (giveout, _) = found.first().ok_or_else(|| Error::not_found("coin giveout"))?;
    let (app, viewer, actor) = (ctx.app()?, ctx.viewer()?, ctx.actor()?);
    match resolve(app, actor, viewer.user_id, HANDLER, (giveout.studio_id, id), input.happened).await? {
        Resolved::Done => Ok(id),
        Resolved::NotUnknown => Err(UserError::not_unknown().into()),
    }
}

/// What a payload has of an intent: the giveout, and why nothing came of it if that is so.
async fn told(ctx: &Context<'_>, outcome: Result<i64, Declined>) -> Result<(Option<CoinGiveout>, Vec<UserError>)> {
    let (giveout, mut user_errors) = shown(ctx, outcome).await?;
    user_errors.extend(giveout.iter().flat_map(|giveout| objections(giveout.intent(), |_| None)));
    Ok((giveout, user_errors))
}

/// What a payload has of an outcome.
async fn shown(ctx: &Context<'_>, outcome: Result<i64, Declined>) -> Result<(Option<CoinGiveout>, Vec<UserError>)> {
    let (id, user_errors) = payload(outcome)?;
    let Some(id) = id else { return Ok((None, user_errors)) };
    let rows = store::coins::by_ids(&ctx.scope()?, &ctx.statements()?, &[id]).await?;
    let selection = Selection::of(ctx).below("coinGiveout").below("liveSession");
    let giveout = with_sessions(ctx, &selection, rows).await?.pop().ok_or_else(|| Error::not_found("coin giveout"))?;
    Ok((Some(giveout), user_errors))
}
