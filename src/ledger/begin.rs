//! Writing an intent down, once for each key, before anything is asked of Shopee.

use std::time::Duration;

use entity::{
    intent::{Kind, Model, State},
    membership::Role,
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use super::{advance::advance, effect::Handler, key::IdempotencyKey, refusal::Refusal, store};
use crate::{
    app::App,
    error::{Error, Result},
    graphql::id,
    identity::{
        actor::Actor,
        audit::{Action, Entry},
        change::Change,
        scope::Scope,
    },
};

/// The longest that an answer waits for an intent to be settled; a shorter time limit of operations makes it half of that.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How often the row is looked at that another instance is working on.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// In whose right something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Of whoever asks, who has to be an operator of the studio at that moment.
    Member,
    /// Of a rule that the studio has switched on, and that stands also when whoever did has gone.
    Rule,
}

/// What somebody wants.
pub struct Wish {
    pub studio_id: i64,
    pub shopee_account_id: i64,
    pub requested_by: i64,
    pub authority: Authority,
    pub key: IdempotencyKey,
    pub kind: Kind,
    /// What it changes at Shopee.
    pub resource: String,
    /// All that was asked for, whoever asks.
    pub input: Value,
}

/// What came of it.
pub enum Begun {
    /// It is written down, now or by an earlier one with the same key; here is how it stands.
    Intent(Box<Model>),
    /// The key stands for something else.
    KeyReused,
    /// Another intent of the same resource is under way; nothing was written down.
    Busy,
}

/// Writes an intent down, carries it out, and gives it back as soon as it is settled, or after a while as it is then. What is under way
/// goes on also when whoever asked has gone.
///
/// `rule` says which rule forbids it, in the transaction that writes it down, in which nobody else in the studio writes. `detail` writes
/// what else there is of it.
pub async fn begin(
    app: &App,
    actor: Actor,
    handler: Handler,
    wish: Wish,
    rule: impl AsyncFnOnce(&Change) -> Result<Option<Refusal>>,
    detail: impl AsyncFnOnce(&Change, i64) -> Result<()>,
) -> Result<Begun> {
    match write_down(app, actor.clone(), wish, rule, detail).await? {
        Begun::Intent(intent) => Ok(Begun::Intent(Box::new(settled(app, handler, *intent, actor).await?))),
        nothing => Ok(nothing),
    }
}

/// The transaction is over when this is: whoever carries the intent out needs the studio's turn.
async fn write_down(
    app: &App,
    actor: Actor,
    wish: Wish,
    rule: impl AsyncFnOnce(&Change) -> Result<Option<Refusal>>,
    detail: impl AsyncFnOnce(&Change, i64) -> Result<()>,
) -> Result<Begun> {
    let change = match wish.authority {
        Authority::Member => Change::begin(app, actor, wish.requested_by, wish.studio_id, Role::Operator).await?,
        Authority::Rule => Change::begin_by_rule(app, actor, wish.studio_id).await?,
    };
    let known = store::by_key(&change.scope, &change.transaction, wish.studio_id, wish.key.as_str()).await?;
    if let Some(known) = known {
        let input = wish.input.to_string();
        let is_alike = known.kind == wish.kind && known.input == input;
        return Ok(if is_alike { Begun::Intent(Box::new(known)) } else { Begun::KeyReused });
    }
    if store::is_busy(&change.scope, &change.transaction, &wish.resource).await? {
        return Ok(Begun::Busy);
    }
    let refusal = rule(&change).await?;
    let intent = store::insert(&change.scope, &change.transaction, &wish, refusal, change.now).await?;
    detail(&change, intent.id).await?;
    change.record(requested(&intent, wish.input)?).await?;
    change.commit().await?;
    Ok(Begun::Intent(Box::new(intent)))
}

/// Takes an intent up if it is not settled, and waits for that.
async fn settled(app: &App, handler: Handler, intent: Model, actor: Actor) -> Result<Model> {
    if intent.state != State::Pending {
        return Ok(intent);
    }
    let deadline = Instant::now() + LONGEST_WAIT.min(app.config.operation_timeout / 2);
    // One that was sent before is for whoever looks after what is left over: they know how long ago that was.
    if intent.attempts == 0
        && let Some(work) = app.intents.begin(intent.id, advance(app.clone(), handler, intent.id, None, actor))
    {
        let _ = timeout_at(deadline, work).await;
    }
    loop {
        let statements = app.database.read(Default::default());
        let row = store::by_id(&Scope::job_runner(), &statements, intent.id).await?;
        let row = row.ok_or_else(|| Error::not_found("intent"))?;
        if row.state != State::Pending || Instant::now() >= deadline {
            return Ok(row);
        }
        sleep(LOOK_EVERY).await;
    }
}

fn requested(intent: &Model, input: Value) -> Result<Entry> {
    let action = match intent.kind {
        Kind::StartCoins | Kind::GiveOutCoins => Action::CoinsRequested,
        Kind::EditPromotion => Action::PromotionEditRequested,
    };
    let (state, refusal) = (told(intent.state), &intent.refusal_code);
    let after = json!({ "input": input, "state": state, "refusal": refusal });
    Entry::in_studio(action, intent.studio_id, thing(intent.kind), intent.id).after(after)
}

/// What the audit log says about an intent's state.
pub(super) fn told(state: State) -> &'static str {
    match state {
        State::Pending => "PENDING",
        State::Done => "DONE",
        State::Refused => "REFUSED",
        State::Unknown => "UNKNOWN",
    }
}

/// What clients know an intent as.
pub(super) fn thing(kind: Kind) -> id::Kind {
    match kind {
        Kind::StartCoins | Kind::GiveOutCoins => id::Kind::CoinGiveout,
        Kind::EditPromotion => id::Kind::PromotionEdit,
    }
}
