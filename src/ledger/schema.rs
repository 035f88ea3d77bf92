//! What clients see of any intent.

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::intent::{Kind, Model, State};

use super::refusal::Refusal;
use crate::{
    error::{Error, Result},
    graphql::{
        long::Long,
        user_error::{UserError, UserErrorCode},
    },
    identity::{loader, schema::User},
};

/// What is known of something that costs money and was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum IntentState {
    /// It is under way, or Shopee's answer was lost and the gateway is finding out. Ask again with the same key, or watch.
    Pending,
    /// It has happened, once.
    Done,
    /// It has not happened, and will not.
    Refused,
    /// Nothing that can be asked tells whether it happened; a person has to look at Shopee.
    Unknown,
}

impl From<State> for IntentState {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::Done => Self::Done,
            State::Refused => Self::Refused,
            State::Unknown => Self::Unknown,
        }
    }
}

impl From<IntentState> for State {
    fn from(state: IntentState) -> Self {
        match state {
            IntentState::Pending => Self::Pending,
            IntentState::Done => Self::Done,
            IntentState::Refused => Self::Refused,
            IntentState::Unknown => Self::Unknown,
        }
    }
}

/// Which intents to show: those that match everything that is given.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct IntentFilter {
    /// Those that stand so.
    state: Option<IntentState>,
}

impl IntentFilter {
    pub fn state(self) -> Option<State> {
        self.state.map(Into::into)
    }
}

/// How an intent stands: the fields that all of them have.
pub struct Standing<'a>(pub &'a Model);

#[Object]
impl Standing<'_> {
    /// What is known of it.
    async fn state(&self) -> IntentState {
        self.0.state.into()
    }

    /// Why nothing came of it; null unless it is REFUSED.
    async fn refusal(&self) -> Option<Refusal> {
        Refusal::from_name(self.0.refusal_code.as_deref()?)
    }

    /// What a person should do about it, in English; null unless it is UNKNOWN.
    async fn to_check(&self) -> Option<&'static str> {
        (self.0.state == State::Unknown).then_some(match self.0.kind {
            Kind::StartCoins | Kind::GiveOutCoins => {
                "Open the session in Shopee's own app and see whether its viewers got these coins; then tell with \
                 resolveCoinGiveout. Until then they count against the studio's budgets."
            }
            Kind::EditPromotion => {
                "Open the campaign in Shopee's seller centre and see whether it was changed so; then tell with \
                 resolvePromotionEdit."
            }
        })
    }

    /// How often the gateway set out to make the call: again only where it had not arrived before.
    async fn attempts(&self) -> Long {
        Long(self.0.attempts)
    }

    /// The key that it was asked for under.
    async fn idempotency_key(&self) -> &str {
        &self.0.idempotency_key
    }

    /// Who asked for it; for what a studio's rule does by itself, who changed that rule last.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn requested_by(&self, ctx: &Context<'_>) -> Result<User> {
        let user = loader::user(ctx, self.0.requested_by).await?;
        user.ok_or_else(|| Error::internal("somebody who has spent money is not there"))
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it became known what came of it; null while it is PENDING.
    async fn settled_at(&self) -> Option<DateTime<Utc>> {
        self.0.settled_at
    }
}

/// What whoever asked for an intent has to know about it: why nothing came of it, if that is so. `field` is that of the input which
/// a refusal is about, if it is about one.
pub fn objections(intent: &Model, field: fn(Refusal) -> Option<&'static str>) -> Vec<UserError> {
    let refusal = intent.refusal_code.as_deref().and_then(Refusal::from_name);
    let message = refusal.map_or("it was refused", Refusal::sentence);
    let refused = || match refusal.and_then(field) {
        Some(field) => UserError::on(field, UserErrorCode::Refused, message),
        None => UserError::new(UserErrorCode::Refused, message),
    };
    (intent.state == State::Refused).then(refused).into_iter().collect()
}
