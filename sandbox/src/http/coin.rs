//! Coins of a session, for its host. Live host.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Answer, Asked, Call, Family,
    reply::{Reply, live, live_refusal, session_ended, session_unknown},
};
use crate::world::{CoinFigures, OfferKind, Session};

pub(super) static CALLS: &[Call] = &[
    call("coin_start", Method::POST, "/session/{session_id}/coin/start", coin_start),
    call("coin_giveout", Method::POST, "/session/{session_id}/coin/giveout", coin_giveout),
    call("coin_totals", Method::GET, "/session/{session_id}/coin/giveout", coin_totals),
    call("coin_reward_info", Method::GET, "/session/{session_id}/coin/rewardinfo", coin_reward_info),
];

/// A round's size if the host names none.
const USUAL_ROUND: u64 = 100;
/// More people than are ever in a room.
const MOST_RECIPIENTS: u64 = 1_000_000;
/// Seconds after which an app asks again.
const INTERVAL: u64 = 10;

const fn call(
    name: &'static str,
    method: Method,
    path: &'static str,
    answer: fn(&mut Asked<'_>, i64) -> Reply,
) -> Call {
    Call { name, method, family: Family::Live, path, answer: Answer::SignedIn(answer) }
}

fn coin_start(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let coins = match &asked.request.body["total_coins"] {
        Value::Null => Some(USUAL_ROUND),
        number => positive(number),
    };
    let session = match asked.running_session(user_id) {
        Ok(session) => session,
        Err(refusal) => return refusal,
    };
    let is_open = |(offer, _, claimed): &(_, _, u64)| is_round(offer) && *claimed < offer.claims;
    if session.offers(now).iter().any(is_open) {
        return live_refusal(3_000_101, "ErrorCoinAlreadyStarted");
    }
    let session_id = session.id;
    asked.spend_coins(user_id, session_id, coins, |session, coins| session.start_coins(now, coins))
}

fn is_round(offer: &crate::world::Offer) -> bool {
    offer.kind == OfferKind::Round
}

fn coin_giveout(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let coins = positive(&asked.request.body["amount"]);
    let recipients = positive(&asked.request.body["recipient_count"]).filter(|count| *count <= MOST_RECIPIENTS);
    let session_id = match asked.running_session(user_id) {
        Ok(session) => session.id,
        Err(refusal) => return refusal,
    };
    let Some(recipients) = recipients else { return invalid() };
    asked.spend_coins(user_id, session_id, coins, |session, coins| session.give_coins(now, coins, recipients))
}

fn coin_totals(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let region = asked.region;
    let session = match asked.hosted_session(user_id) {
        Ok(session) => session,
        Err(refusal) => return refusal,
    };
    let coins = session.coins(now);
    let mut data = totals(session.is_on_air(), &coins);
    data["interval"] = INTERVAL.into();
    data["shown_coins"] = u64::from(coins.rounds + coins.giveouts > 0).into();
    live(region, data)
}

fn coin_reward_info(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let region = asked.region;
    let session = match asked.hosted_session(user_id) {
        Ok(session) => session,
        Err(refusal) => return refusal,
    };
    let coins = session.coins(now);
    let mut data = totals(session.is_on_air(), &coins);
    data["coins_round"] = (coins.rounds + coins.giveouts).into();
    data["user_claimed"] = coins.claimers.into();
    live(region, data)
}

fn totals(on_air: bool, coins: &CoinFigures) -> Value {
    let left = coins.claims - coins.claimed;
    json!({
        "coin_status": if on_air && left > 0 { 0 } else { 1 },
        "coins_per_claim": coins.per_claim,
        "claim_times": coins.claims,
        "claims_left": left,
        "giveout": coins.coins_claimed,
    })
}

fn positive(number: &Value) -> Option<u64> {
    number.as_u64().filter(|number| *number > 0)
}

fn invalid() -> Reply {
    live_refusal(3_000_104, "ErrorInvalidParam")
}

impl Asked<'_> {
    /// The session of the path, if the caller holds it.
    fn hosted_session(&mut self, user_id: i64) -> Result<&mut Session, Reply> {
        let region = self.region;
        let id = self.request.session_id().unwrap_or_default();
        let session = self.world.session_in(region, id).ok_or_else(session_unknown)?;
        if session.user_id == user_id {
            return Ok(session);
        }
        let body = json!({ "err_code": 403, "err_msg": "no permission to use coins of this session" });
        Err(Reply::new(StatusCode::FORBIDDEN, body))
    }

    /// The same, if it is on air.
    fn running_session(&mut self, user_id: i64) -> Result<&mut Session, Reply> {
        let session = self.hosted_session(user_id)?;
        if session.is_on_air() { Ok(session) } else { Err(session_ended()) }
    }

    /// Takes coins off the host's own and puts them into the session.
    fn spend_coins(
        &mut self,
        user_id: i64,
        session_id: i64,
        coins: Option<u64>,
        put: impl FnOnce(&mut Session, u64),
    ) -> Reply {
        let Some(coins) = coins else { return invalid() };
        let Some(account) = self.world.account_mut(user_id).filter(|account| account.coins >= coins) else {
            return live_refusal(3_000_102, "ErrorCoinNotEnough");
        };
        account.coins -= coins;
        if let Some(session) = self.world.session_of(user_id, session_id) {
            put(session, coins);
        }
        live(self.region, json!({}))
    }
}
