//! Changing a campaign, whoever wants it: what is written down, and the call.
//!
//! Shopee takes a change and shows it a second or so later, so a change is done when it shows.

use std::sync::Arc;

use async_trait::async_trait;
use entity::{
    intent::{self, Kind},
    promotion_edit::{self, Action},
};
use futures_util::{FutureExt as _, future::BoxFuture};
use sea_orm::DatabaseTransaction;
use serde_json::{Value, json};
use shopee::{Amount, CampaignChange};

use super::{
    reference::reference_id,
    shown::{Limits, Shown, State},
    store,
};
use crate::{
    account::{self, access::Access, signed_out},
    app::App,
    error::{Error, Result},
    graphql::id,
    identity::{
        actor::Actor,
        audit::{self, Entry},
        change::Change,
        scope::Scope,
    },
    ledger::{
        begin::{self, Authority, Begun, Wish},
        effect::{Effect, Handler, Sent, Verdict},
        key::IdempotencyKey,
        refusal::Refusal,
    },
};

/// The promotion room's part in the ledger.
pub const HANDLER: Handler = Handler { kinds: &[Kind::EditPromotion], load, settled };

/// The campaign to change.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    pub campaign_id: i64,
    pub studio_id: i64,
    pub shopee_account_id: i64,
}

/// What to do with a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    Pause,
    Resume,
    /// For good.
    Stop,
    /// What it may spend a day from now on, in 1/100000 of the currency unit.
    ChangeBudget(i64),
}

impl Edit {
    fn of(row: &promotion_edit::Model) -> Result<Self> {
        Ok(match row.action {
            Action::Pause => Self::Pause,
            Action::Resume => Self::Resume,
            Action::Stop => Self::Stop,
            Action::ChangeBudget => {
                let budget = row.daily_budget.ok_or_else(|| Error::internal("a change of a budget names none"))?;
                Self::ChangeBudget(budget)
            }
        })
    }

    fn told(self) -> Value {
        match self {
            Self::Pause => json!("PAUSE"),
            Self::Resume => json!("RESUME"),
            Self::Stop => json!("STOP"),
            Self::ChangeBudget(daily_budget) => json!({ "dailyBudget": daily_budget }),
        }
    }
}

/// What is to be done with a campaign, in whose name and why.
#[derive(Clone, Debug)]
pub struct Order {
    pub campaign: Campaign,
    pub edit: Edit,
    pub key: IdempotencyKey,
    pub user_id: i64,
    pub cause: Cause,
}

/// Why a campaign is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Somebody wants it.
    Wish,
    /// Somebody wants the change of this id taken back.
    Undo(i64),
    /// A rule of the studio's wants it.
    Rule(Numbers),
}

/// The numbers by which a rule has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub spent: i64,
    pub sales: i64,
    pub pauses_below_millionths: i64,
}

impl Order {
    fn wish(&self) -> Wish {
        let Campaign { campaign_id, studio_id, shopee_account_id } = self.campaign;
        Wish {
            studio_id,
            shopee_account_id,
            requested_by: self.user_id,
            authority: if let Cause::Rule(_) = self.cause { Authority::Rule } else { Authority::Member },
            key: self.key.clone(),
            kind: Kind::EditPromotion,
            resource: format!("campaign/{shopee_account_id}/{campaign_id}"),
            input: self.told(),
        }
    }

    fn told(&self) -> Value {
        let Campaign { campaign_id, shopee_account_id, .. } = self.campaign;
        let mut input =
            json!({ "account": shopee_account_id, "campaign": campaign_id.to_string(), "edit": self.edit.told() });
        match self.cause {
            Cause::Wish => {}
            Cause::Undo(undone) => input["undoes"] = json!(undone),
            Cause::Rule(_) => input["rule"] = json!(true),
        }
        input
    }

    /// Writes down what the intent of this id is about; what a rule does, with the numbers that led to it.
    async fn write_down(&self, change: &Change, id: i64) -> Result<()> {
        store::insert(&change.scope, &change.transaction, id, self).await?;
        let Cause::Rule(Numbers { spent, sales, pauses_below_millionths }) = self.cause else { return Ok(()) };
        let action = audit::Action::PromotionPausedByRule;
        let entry = Entry::in_studio(action, self.campaign.studio_id, id::Kind::PromotionEdit, id);
        let numbers = json!({
            "campaign": self.campaign.campaign_id.to_string(),
            "spent": spent,
            "sales": sales,
            "pausesBelowMillionths": pauses_below_millionths,
        });
        change.record(entry.after(numbers)?).await
    }
}

/// Changes a campaign, once for each key. `rule` says what forbids it beside what Shopee says, in the transaction that writes it down.
pub async fn edit(
    app: &App,
    actor: Actor,
    order: Order,
    rule: impl AsyncFnOnce(&Change) -> Result<Option<Refusal>>,
) -> Result<Begun> {
    let detail = async |change: &Change, id| order.write_down(change, id).await;
    begin::begin(app, actor, HANDLER, order.wish(), rule, detail).await
}

/// A campaign that is about to be changed.
struct Editing<'a> {
    app: &'a App,
    access: Arc<Access>,
    campaign_id: i64,
    edit: Edit,
    /// The budget that a change has given which is to be taken back.
    given: Option<i64>,
}

impl Editing<'_> {
    /// Whether another budget shows than the one that is to be taken back.
    fn is_changed_since(&self, shown: &Shown) -> bool {
        let Edit::ChangeBudget(wanted) = self.edit else { return false };
        let is_either = |given| [Some(given), Some(wanted)].contains(&shown.daily_budget);
        shown.state.is_some() && self.given.is_some_and(|given| !is_either(given))
    }

    async fn shown(&self) -> Result<Shown, shopee::Error> {
        let (shopee, account) = (self.app.shopee.patient(), self.access.account());
        let campaign = shopee.live_stream(&account, self.campaign_id).await?;
        let limits = match self.edit {
            Edit::ChangeBudget(_) => shopee.budget_for_edit(&account, self.campaign_id, &reference_id()).await?,
            _ => None,
        };
        // Whoever asks for the campaign after this sees no older one.
        self.app.reads.campaign.keep((self.access.account_id, self.campaign_id), campaign.clone()).await;
        Ok(Shown {
            state: campaign.as_ref().map(|campaign| campaign.state.as_ref().map_or(State::Unknown, State::from)),
            daily_budget: campaign.and_then(|campaign| campaign.daily_budget).map(|budget| budget.0),
            limits: limits.map(Limits::from),
        })
    }

    fn change(&self, seen: &Shown) -> CampaignChange {
        match self.edit {
            Edit::Pause => CampaignChange::Pause,
            Edit::Resume => CampaignChange::Resume,
            Edit::Stop => CampaignChange::Stop,
            Edit::ChangeBudget(daily_budget) => CampaignChange::ChangeBudget {
                daily_budget: Amount(daily_budget),
                log_key: seen.limits.as_ref().and_then(|limits| limits.log_key.clone()).unwrap_or_default(),
            },
        }
    }
}

#[async_trait]
impl Effect for Editing<'_> {
    async fn look(&self) -> Result<Value, shopee::Error> {
        Ok(json!(signed_out::noted(self.app, &self.access, self.shown().await).await?))
    }

    fn objection(&self, seen: &Value) -> Option<Refusal> {
        let shown = Shown::of(seen);
        if self.is_changed_since(&shown) { Some(Refusal::ChangedSince) } else { shown.objection(self.edit) }
    }

    async fn send(&self, seen: &Value) -> Result<Sent, shopee::Error> {
        let change = self.change(&Shown::of(seen));
        let sent = self.app.shopee.edit_live_stream(&self.access.account(), self.campaign_id, &change).await;
        signed_out::noted(self.app, &self.access, sent).await.map(|()| Sent::Taken)
    }

    fn verdict(&self, before: &Value, now: &Value) -> Verdict {
        Shown::of(now).verdict(&Shown::of(before), self.edit)
    }
}

fn load<'a>(app: &'a App, intent: &'a intent::Model) -> BoxFuture<'a, Result<Box<dyn Effect + 'a>>> {
    async move {
        let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
        let accounts = account::store::accesses(&scope, &statements, &[intent.shopee_account_id]).await?;
        let account = accounts.first().ok_or_else(|| Error::not_found("account"))?;
        let access = Access::open(&app.config.credential_keys, account)?;
        let row = store::by_intent(&scope, &statements, intent.id).await?;
        let row = row.ok_or_else(|| Error::internal("an intent to change a campaign names none"))?;
        let undone = match row.undoes {
            Some(undone) => store::by_intent(&scope, &statements, undone).await?,
            None => None,
        };
        let (edit, given) = (Edit::of(&row)?, undone.and_then(|undone| undone.daily_budget));
        Ok(Box::new(Editing { app, access, campaign_id: row.campaign_id, edit, given }) as Box<dyn Effect>)
    }
    .boxed()
}

/// Nothing of a campaign is stored.
fn settled<'a>(_: &'a Scope, _: &'a DatabaseTransaction, _: &'a intent::Model) -> BoxFuture<'a, Result<()>> {
    async { Ok(()) }.boxed()
}
