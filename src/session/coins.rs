//! Giving coins away in a session: the rules, the call, and how to tell afterwards whether it happened.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::{
    intent::{self, Kind},
    live_session::Status,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shopee::CoinGiveout;

use super::store::{coins, edit};
use crate::{
    account::{self, access::Access, signed_out},
    app::App,
    clock::start_of_day,
    error::{Error, Result},
    identity::{actor::Actor, change::Change, scope::Scope, store as identity_store},
    ledger::{
        begin::{self, Authority, Begun, Wish},
        effect::{Effect, Handler, Sent, Verdict},
        key::IdempotencyKey,
        refusal::Refusal,
    },
};

/// The session room's part in the ledger.
pub const HANDLER: Handler = Handler { kinds: &[Kind::StartCoins, Kind::GiveOutCoins], load, settled };

/// The session whose viewers are to get coins.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub session_key: i64,
    pub studio_id: i64,
    pub shopee_account_id: i64,
}

/// Coins for viewers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coins {
    /// Whole coins altogether, above zero.
    pub amount: i64,
    /// How many viewers share them; `None` leaves them to whoever claims.
    pub recipients: Option<i64>,
}

impl Coins {
    fn kind(self) -> Kind {
        if self.recipients.is_some() { Kind::GiveOutCoins } else { Kind::StartCoins }
    }
}

/// What the ledger calls the coins of a session.
pub fn resource(session_key: i64) -> String {
    format!("coins/{session_key}")
}

/// Gives coins to viewers of a session, once for each key.
pub async fn give(
    app: &App,
    actor: Actor,
    user_id: i64,
    room: Room,
    key: IdempotencyKey,
    coins: Coins,
) -> Result<Begun> {
    let wish = Wish {
        studio_id: room.studio_id,
        shopee_account_id: room.shopee_account_id,
        requested_by: user_id,
        authority: Authority::Member,
        key,
        kind: coins.kind(),
        resource: resource(room.session_key),
        input: json!({ "session": room.session_key, "amount": coins.amount, "recipients": coins.recipients }),
    };
    let rule = async |change: &Change| forbidden(change, room, coins.amount).await;
    let detail = async |change: &Change, id| coins::insert(&change.scope, &change.transaction, id, room, coins).await;
    begin::begin(app, actor, HANDLER, wish, rule, detail).await
}

/// The studio's rule that forbids it. What nothing is known of counts as given.
async fn forbidden(change: &Change, room: Room, amount: i64) -> Result<Option<Refusal>> {
    let (scope, transaction) = (&change.scope, &change.transaction);
    let session = edit::hold(scope, transaction, room.session_key).await?.ok_or_else(|| Error::not_found("session"))?;
    if session.status != Status::OnAir {
        return Ok(Some(Refusal::NotOnAir));
    }
    let studio = identity_store::studio(scope, transaction, room.studio_id).await?;
    let studio = studio.ok_or_else(|| Error::not_found("studio"))?;
    if let Some(budget) = studio.coin_budget_per_session
        && coins::promised_in(scope, transaction, room.session_key).await?.saturating_add(amount) > budget
    {
        return Ok(Some(Refusal::SessionBudget));
    }
    if let Some(budget) = studio.coin_budget_per_day {
        let since = today(&studio.time_zone, change.now)?;
        let promised = coins::promised_since(scope, transaction, room.studio_id, since).await?;
        return Ok((promised.saturating_add(amount) > budget).then_some(Refusal::DayBudget));
    }
    Ok(None)
}

/// The first instant of a studio's day.
fn today(time_zone: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let zone: Tz = time_zone.parse().map_err(|_| Error::internal("a studio has an unknown time zone"))?;
    Ok(start_of_day(now.with_timezone(&zone).date_naive(), zone))
}

/// How often coins were given in a session, and how many claims they make: two numbers that only rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Given {
    rounds: Option<i64>,
    claims: Option<i64>,
}

/// Coins that are about to be given.
struct Giving<'a> {
    app: &'a App,
    access: Arc<Access>,
    session_id: i64,
    coins: Coins,
}

#[async_trait]
impl Effect for Giving<'_> {
    async fn look(&self) -> Result<Value, shopee::Error> {
        let shopee = self.app.shopee.patient();
        let reward = signed_out::noted(
            self.app,
            &self.access,
            shopee.coin_reward_info(&self.access.account(), self.session_id).await,
        )
        .await?;
        let given = reward.map(|reward| Given { rounds: reward.rounds, claims: reward.totals.claims_offered });
        Ok(json!(given.unwrap_or_default()))
    }

    fn objection(&self, _seen: &Value) -> Option<Refusal> {
        None
    }

    async fn send(&self, _seen: &Value) -> Result<Sent, shopee::Error> {
        let (account, amount) = (self.access.account(), self.coins.amount);
        let sent = match self.coins.recipients {
            Some(recipients) => {
                let giveout = CoinGiveout { amount, recipients };
                self.app.shopee.coin_giveout(&account, self.session_id, giveout).await
            }
            None => self.app.shopee.coin_start(&account, self.session_id, Some(amount)).await,
        };
        // Whoever asks for the coins after this sees no older ones.
        let key = (self.access.account_id, self.session_id);
        self.app.reads.coin_totals.forget(&key).await;
        self.app.reads.coin_reward_info.forget(&key).await;
        signed_out::noted(self.app, &self.access, sent).await.map(|()| Sent::Done)
    }

    fn verdict(&self, before: &Value, now: &Value) -> Verdict {
        let read = |seen: &Value| Given::deserialize(seen).unwrap_or_default();
        verdict(self.coins.recipients, read(before), read(now))
    }
}

/// One intent at a time gives coins in a session, so what was given more is this one's, or that of somebody who used Shopee's own
/// app meanwhile: as many claims as this one has recipients tell it from that. A round of other claims may be ours all the same, if
/// Shopee counts otherwise than we think, so it tells nothing.
fn verdict(recipients: Option<i64>, before: Given, now: Given) -> Verdict {
    let more = |before: Option<i64>, now: Option<i64>| Some(now? - before?);
    let (rounds, claims) = (more(before.rounds, now.rounds), more(before.claims, now.claims));
    match (rounds, claims, recipients) {
        (Some(0), None | Some(0), _) | (None, Some(0), _) => Verdict::NotYet,
        (Some(1) | None, Some(claims), Some(recipients)) if claims == recipients => Verdict::Happened,
        (Some(1), Some(claims), None) if claims > 0 => Verdict::Happened,
        _ => Verdict::Unclear,
    }
}

fn load<'a>(app: &'a App, intent: &'a intent::Model) -> BoxFuture<'a, Result<Box<dyn Effect + 'a>>> {
    async move {
        let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
        let accounts = account::store::accesses(&scope, &statements, &[intent.shopee_account_id]).await?;
        let account = accounts.first().ok_or_else(|| Error::not_found("account"))?;
        let access = Access::open(&app.config.credential_keys, account)?;
        let found = coins::by_intent(&scope, &statements, intent.id).await?;
        let (coins, session_id) = found.ok_or_else(|| Error::internal("an intent to give coins names none"))?;
        Ok(Box::new(Giving { app, access, session_id, coins }) as Box<dyn Effect>)
    }
    .boxed()
}

fn settled<'a>(
    scope: &'a Scope,
    transaction: &'a DatabaseTransaction,
    intent: &'a intent::Model,
) -> BoxFuture<'a, Result<()>> {
    coins::add_up(scope, transaction, intent.id).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(rounds: impl Into<Option<i64>>, claims: impl Into<Option<i64>>) -> Given {
        Given { rounds: rounds.into(), claims: claims.into() }
    }

    #[test]
    fn what_shopee_shows_tells_whether_a_giveout_happened() {
        let before = given(3, 70);
        for (now, expected) in [
            (given(3, 70), Verdict::NotYet),
            (given(4, 80), Verdict::Happened),
            // A giveout from Shopee's own app, or ours counted otherwise.
            (given(4, 75), Verdict::Unclear),
            // Both, or two others.
            (given(5, 85), Verdict::Unclear),
            (given(None, 80), Verdict::Happened),
            (given(None, 70), Verdict::NotYet),
            (given(None, 75), Verdict::Unclear),
            (given(4, None), Verdict::Unclear),
            (given(3, None), Verdict::NotYet),
            (given(None, None), Verdict::Unclear),
            // Counted anew: nothing can be told.
            (given(0, 0), Verdict::Unclear),
            (given(3, 80), Verdict::Unclear),
        ] {
            assert_eq!(verdict(Some(10), before, now), expected, "{now:?}");
        }
    }

    #[test]
    fn what_shopee_shows_tells_whether_coins_were_started() {
        let before = given(0, 0);
        for (now, expected) in [
            (given(0, 0), Verdict::NotYet),
            (given(1, 200), Verdict::Happened),
            (given(2, 400), Verdict::Unclear),
            (given(1, 0), Verdict::Unclear),
            (given(None, 200), Verdict::Unclear),
            (given(None, None), Verdict::Unclear),
        ] {
            assert_eq!(verdict(None, before, now), expected, "{now:?}");
        }
    }
}
