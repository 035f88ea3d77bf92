//! Taking an intent as far as it gets now: looking, sending once, and telling by what Shopee shows what became of a call of which no
//! answer came.

use std::time::Duration;

use chrono::TimeDelta;
use entity::intent::{Kind, Model};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    begin::{thing, told},
    effect::{Effect, Handler, Sent, Verdict},
    refusal::Refusal,
    store::{self, Outcome},
};
use crate::{
    app::App,
    error::{ClientError, Error, Result},
    identity::{
        actor::Actor,
        audit::{self, Action, Entry},
        scope::Scope,
        store::member,
    },
};

/// Until when a call that certainly did not arrive is made again: later, whoever wanted it has given up.
const SEND_WITHIN: TimeDelta = TimeDelta::minutes(2);
/// After which time an outcome that Shopee does not show is given up as unknown.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::minutes(10);
/// The pauses in milliseconds before each look at what a call has done that Shopee has taken: a change of a campaign shows after a second or so.
const LOOKS_AT_WHAT_WAS_TAKEN: [u64; 5] = [0, 300, 700, 1_000, 1_500];
/// The same for a call of which no answer came: what it has done often shows at once, and the rest is not urgent.
const LOOKS_AT_WHAT_WAS_LOST: [u64; 2] = [0, 300];

/// How often an answer of Shopee's is written down before that is given up, and the pause in between: a database that restarts is back by
/// then.
const WRITES: u32 = 10;
const BETWEEN_WRITES: Duration = Duration::from_millis(500);

/// Takes an intent as far as it gets. `overdue` is the number of a sending of which nobody can be carrying the call out any more.
pub async fn advance(app: App, handler: Handler, id: i64, overdue: Option<i64>, actor: Actor) {
    if let Err(error) = try_to(&app, handler, id, overdue, actor).await {
        tracing::warn!(error = error.for_log(), intent = id, "an intent was not carried out yet; it is tried again");
    }
}

async fn try_to(app: &App, handler: Handler, id: i64, overdue: Option<i64>, actor: Actor) -> Result<()> {
    let statements = app.database.read(Default::default());
    let Some(intent) = store::by_id(&Scope::job_runner(), &statements, id).await? else { return Ok(()) };
    if intent.settled_at.is_some() {
        return Ok(());
    }
    // Somebody may have sent it again since it was found to be overdue.
    let overdue = overdue == Some(intent.attempts);
    let (row, books) = (intent.clone(), Books { app, handler, actor });
    let effect = match (handler.load)(app, &row).await {
        Ok(effect) => effect,
        Err(Error::Client(ClientError::Shopee(fault))) if intent.attempts == 0 => {
            return books.settle(&intent, Outcome::Refused(fault.kind.into())).await;
        }
        Err(_) if overdue && books.is_hopeless(&intent) => return books.settle(&intent, books.given_up(&intent)).await,
        Err(error) => return Err(error),
    };
    let mut advance = Advance { books, effect: &*effect, intent };
    if advance.intent.attempts == 0 { advance.begin().await } else { advance.judge(overdue).await }
}

/// What is written down about intents.
struct Books<'a> {
    app: &'a App,
    handler: Handler,
    actor: Actor,
}

/// An intent that is being carried out.
struct Advance<'a> {
    books: Books<'a>,
    effect: &'a dyn Effect,
    intent: Model,
}

impl Advance<'_> {
    /// Shopee has not heard of it.
    async fn begin(&mut self) -> Result<()> {
        match self.effect.look().await {
            Ok(seen) => self.send(seen).await,
            Err(error) => self.settle(Outcome::Refused(Refusal::from(&error))).await,
        }
    }

    /// Makes the call, if nobody else does. What is seen here is what the outcome will be judged by.
    async fn send(&mut self, seen: Value) -> Result<()> {
        if let Some(refusal) = self.effect.objection(&seen) {
            return self.settle(Outcome::Refused(refusal)).await;
        }
        if self.books.age(&self.intent) > SEND_WITHIN {
            return self.settle(Outcome::Refused(Refusal::Expired)).await;
        }
        let begun = Instant::now();
        let Some(sent) = self.books.mark_sent(&self.intent, &seen).await? else { return Ok(()) };
        self.intent = sent;
        if begun.elapsed() > self.books.app.config.shopee_timeout {
            // Others count from the moment that was noted. So late, they could take it for lost while it is under way.
            return Ok(());
        }
        match self.effect.send(&seen).await {
            Ok(Sent::Done) => self.settle_surely(Outcome::Done).await,
            Ok(Sent::Taken) => self.taken(&LOOKS_AT_WHAT_WAS_TAKEN).await,
            // It arrived, whatever the answer says: to make the call again would be to make it twice.
            Err(shopee::Error::Garbled { .. }) => self.taken(&LOOKS_AT_WHAT_WAS_LOST).await,
            Err(error) if error.may_have_happened() => self.watch(&LOOKS_AT_WHAT_WAS_LOST).await,
            Err(error) => self.settle_surely(Outcome::Refused(Refusal::from(&error))).await,
        }
    }

    async fn taken(&mut self, pauses: &[u64]) -> Result<()> {
        let Some(taken) = self.accept_surely().await? else { return Ok(()) };
        self.intent = taken;
        self.watch(pauses).await
    }

    /// Waits a little for what was sent to show.
    async fn watch(&mut self, pauses: &[u64]) -> Result<()> {
        for pause in pauses {
            sleep(Duration::from_millis(*pause)).await;
            if let Ok(now) = self.effect.look().await
                && self.verdict(&now)? == Verdict::Happened
            {
                return self.settle(Outcome::Done).await;
            }
        }
        Ok(())
    }

    /// It was sent, and nobody knows what came of it.
    async fn judge(&mut self, overdue: bool) -> Result<()> {
        let hopeless = self.books.is_hopeless(&self.intent);
        let Ok(now) = self.effect.look().await else {
            return if hopeless && overdue { self.settle(Outcome::Unknown).await } else { Ok(()) };
        };
        match self.verdict(&now)? {
            Verdict::Happened => self.settle(Outcome::Done).await,
            _ if !overdue => Ok(()),
            Verdict::Unclear => self.settle(Outcome::Unknown).await,
            // Shopee said that it had taken it: to make the call again would be to make it twice.
            Verdict::NotYet if self.intent.accepted_at.is_some() => match hopeless {
                true => self.settle(Outcome::Unknown).await,
                false => Ok(()),
            },
            Verdict::NotYet => self.send(now).await,
        }
    }

    fn verdict(&self, now: &Value) -> Result<Verdict> {
        let before = self.intent.seen_before.as_deref().unwrap_or("null");
        Ok(self.effect.verdict(&serde_json::from_str(before).map_err(Error::internal)?, now))
    }

    async fn settle(&self, outcome: Outcome) -> Result<()> {
        self.books.settle(&self.intent, outcome).await
    }

    /// What Shopee has answered nobody tells a second time.
    async fn settle_surely(&self, outcome: Outcome) -> Result<()> {
        for _ in 1..WRITES {
            if self.settle(outcome).await.is_ok() {
                return Ok(());
            }
            sleep(BETWEEN_WRITES).await;
        }
        self.settle(outcome).await
    }

    /// The same for its having taken the call.
    async fn accept_surely(&self) -> Result<Option<Model>> {
        for _ in 1..WRITES {
            if let Ok(accepted) = self.books.mark_accepted(&self.intent).await {
                return Ok(accepted);
            }
            sleep(BETWEEN_WRITES).await;
        }
        self.books.mark_accepted(&self.intent).await
    }
}

impl Books<'_> {
    /// What is left to say of an intent of which nothing can be found out any more.
    fn given_up(&self, intent: &Model) -> Outcome {
        if intent.attempts == 0 { Outcome::Refused(Refusal::Expired) } else { Outcome::Unknown }
    }

    fn age(&self, intent: &Model) -> TimeDelta {
        self.app.clock.now() - intent.created_at
    }

    fn is_hopeless(&self, intent: &Model) -> bool {
        self.age(intent) > GIVE_UP_AFTER
    }

    async fn mark_sent(&self, intent: &Model, seen: &Value) -> Result<Option<Model>> {
        let (transaction, now) = (self.app.database.write().await?, self.app.clock.now());
        let sent = store::mark_sent(&Scope::job_runner(), &transaction, intent, seen, now).await?;
        transaction.commit().await?;
        Ok(sent)
    }

    async fn mark_accepted(&self, intent: &Model) -> Result<Option<Model>> {
        let (transaction, now) = (self.app.database.write().await?, self.app.clock.now());
        let accepted = store::mark_accepted(&Scope::job_runner(), &transaction, intent, now).await?;
        transaction.commit().await?;
        Ok(accepted)
    }

    /// Settles an intent, with all that hangs on it, unless somebody else has.
    async fn settle(&self, intent: &Model, outcome: Outcome) -> Result<()> {
        let (transaction, scope) = (self.app.database.write().await?, Scope::job_runner());
        let now = self.app.clock.now();
        member::take_turn(&scope, &transaction, intent.studio_id).await?;
        let Some(settled) = store::settle(&scope, &transaction, intent, outcome, now).await? else { return Ok(()) };
        (self.handler.settled)(&scope, &transaction, &settled).await?;
        audit::record(&scope, &transaction, &self.actor, settled_entry(intent, &settled)?, now).await?;
        transaction.commit().await?;
        if outcome == Outcome::Unknown {
            let (kind, key) = (thing(intent.kind).name(), intent.id);
            tracing::error!(kind, key, "nothing tells whether this happened at Shopee; a person has to look");
        }
        Ok(())
    }
}

/// What the audit log says when an intent is settled.
pub(super) fn settled_entry(before: &Model, after: &Model) -> Result<Entry> {
    let action = match after.kind {
        Kind::StartCoins | Kind::GiveOutCoins => Action::CoinsSettled,
        Kind::EditPromotion => Action::PromotionEditSettled,
    };
    let entry = Entry::in_studio(action, after.studio_id, thing(after.kind), after.id);
    let entry = entry.before(json!({ "state": told(before.state) }))?;
    entry.after(json!({ "state": told(after.state), "refusal": after.refusal_code, "attempts": after.attempts }))
}
