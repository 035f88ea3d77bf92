//! Changing a campaign: the rules, the call, and how to tell afterwards whether it happened.
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
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shopee::{Amount, BudgetForEdit, CampaignChange, CampaignState};

use super::{reference::reference_id, store};
use crate::{
    account::{self, access::Access, signed_out},
    app::App,
    error::{Error, Result},
    identity::{actor::Actor, change::Change, scope::Scope},
    ledger::{
        begin::{self, Begun, Wish},
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

/// Changes a campaign, once for each key.
pub async fn edit(
    app: &App,
    actor: Actor,
    user_id: i64,
    campaign: Campaign,
    key: IdempotencyKey,
    edit: Edit,
) -> Result<Begun> {
    let Campaign { campaign_id, studio_id, shopee_account_id } = campaign;
    let wish = Wish {
        studio_id,
        shopee_account_id,
        requested_by: user_id,
        key,
        kind: Kind::EditPromotion,
        resource: format!("campaign/{shopee_account_id}/{campaign_id}"),
        input: json!({ "account": shopee_account_id, "campaign": campaign_id.to_string(), "edit": edit.told() }),
    };
    // What there is to say against it, Shopee knows.
    let rule = async |_: &Change| Ok(None);
    let detail =
        async |change: &Change, id| store::insert(&change.scope, &change.transaction, id, campaign, edit).await;
    begin::begin(app, actor, HANDLER, wish, rule, detail).await
}

/// A campaign as Shopee shows it; `None` throughout where it shows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Shown {
    state: Option<State>,
    daily_budget: Option<i64>,
    /// What a budget may be; asked only for a change of it.
    limits: Option<Limits>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Ongoing,
    Scheduled,
    Paused,
    Over,
    Unknown,
}

impl From<&CampaignState> for State {
    fn from(state: &CampaignState) -> Self {
        match state {
            CampaignState::Ongoing => Self::Ongoing,
            CampaignState::Scheduled => Self::Scheduled,
            CampaignState::Paused => Self::Paused,
            CampaignState::Ended | CampaignState::Closed => Self::Over,
            CampaignState::Unknown(_) => Self::Unknown,
        }
    }
}

/// What a budget may be. What is not reported bounds nothing: Shopee itself refuses what it does not take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Limits {
    minimum: Option<i64>,
    maximum: Option<i64>,
    step: Option<i64>,
    may_decrease: Option<bool>,
    log_key: Option<String>,
}

impl From<BudgetForEdit> for Limits {
    fn from(budget: BudgetForEdit) -> Self {
        let count = |amount: Option<Amount>| amount.map(|amount| amount.0);
        Self {
            minimum: count(budget.minimum),
            maximum: count(budget.maximum),
            step: count(budget.step),
            may_decrease: budget.may_decrease,
            log_key: budget.log_key,
        }
    }
}

impl Limits {
    fn objection(&self, now: Option<i64>, wanted: i64) -> Option<Refusal> {
        match self {
            Self { minimum: Some(minimum), .. } if wanted < *minimum => Some(Refusal::BudgetTooSmall),
            Self { maximum: Some(maximum), .. } if wanted > *maximum => Some(Refusal::BudgetTooLarge),
            Self { step: Some(step), .. } if *step > 0 && wanted % step != 0 => Some(Refusal::BudgetNotAStep),
            Self { may_decrease: Some(false), .. } if now.is_some_and(|now| wanted < now) => {
                Some(Refusal::BudgetMayNotDecrease)
            }
            _ => None,
        }
    }
}

impl Shown {
    fn of(seen: &Value) -> Self {
        Self::deserialize(seen).unwrap_or_default()
    }

    fn objection(&self, edit: Edit) -> Option<Refusal> {
        let Some(state) = self.state else { return Some(Refusal::NoSuchCampaign) };
        match (edit, state) {
            (_, State::Over) => Some(Refusal::CampaignEnded),
            (Edit::Pause, State::Paused) | (Edit::Resume, State::Ongoing | State::Scheduled) => {
                Some(Refusal::AlreadySo)
            }
            (Edit::ChangeBudget(wanted), _) if self.daily_budget == Some(wanted) => Some(Refusal::AlreadySo),
            (Edit::ChangeBudget(wanted), _) => self.limits.as_ref()?.objection(self.daily_budget, wanted),
            _ => None,
        }
    }

    /// Whether a change shows that was sent when the campaign looked like `before`. One change at a time is made of a campaign, so
    /// what differs is this one's doing, or that of somebody who used Shopee's own page meanwhile.
    fn verdict(&self, before: &Self, edit: Edit) -> Verdict {
        let happened = match edit {
            Edit::Pause => self.state == Some(State::Paused),
            Edit::Resume => matches!(self.state, Some(State::Ongoing | State::Scheduled)),
            Edit::Stop => self.state == Some(State::Over),
            Edit::ChangeBudget(wanted) => self.daily_budget == Some(wanted),
        };
        let is_as_before = match edit {
            Edit::ChangeBudget(_) => self.daily_budget == before.daily_budget,
            _ => self.state == before.state,
        };
        match (happened, is_as_before) {
            (true, _) => Verdict::Happened,
            (false, true) => Verdict::NotYet,
            (false, false) => Verdict::Unclear,
        }
    }
}

/// A campaign that is about to be changed.
struct Editing<'a> {
    app: &'a App,
    access: Arc<Access>,
    campaign_id: i64,
    edit: Edit,
}

impl Editing<'_> {
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
        Shown::of(seen).objection(self.edit)
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
        let edit = Edit::of(&row)?;
        Ok(Box::new(Editing { app, access, campaign_id: row.campaign_id, edit }) as Box<dyn Effect>)
    }
    .boxed()
}

/// Nothing of a campaign is stored.
fn settled<'a>(_: &'a Scope, _: &'a DatabaseTransaction, _: &'a intent::Model) -> BoxFuture<'a, Result<()>> {
    async { Ok(()) }.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(state: State, daily_budget: i64) -> Shown {
        let limits = Limits { minimum: Some(10), maximum: Some(100), step: Some(5), ..Limits::default() };
        Shown { state: Some(state), daily_budget: Some(daily_budget), limits: Some(limits) }
    }

    #[test]
    fn what_shopee_shows_forbids_what_makes_no_sense() {
        let (ongoing, paused) = (shown(State::Ongoing, 50), shown(State::Paused, 50));
        for (shown, edit, expected) in [
            (&ongoing, Edit::Pause, None),
            (&ongoing, Edit::Resume, Some(Refusal::AlreadySo)),
            (&ongoing, Edit::Stop, None),
            (&paused, Edit::Pause, Some(Refusal::AlreadySo)),
            (&paused, Edit::Resume, None),
            (&shown(State::Over, 50), Edit::Resume, Some(Refusal::CampaignEnded)),
            (&Shown::default(), Edit::Pause, Some(Refusal::NoSuchCampaign)),
            (&ongoing, Edit::ChangeBudget(50), Some(Refusal::AlreadySo)),
            (&ongoing, Edit::ChangeBudget(5), Some(Refusal::BudgetTooSmall)),
            (&ongoing, Edit::ChangeBudget(105), Some(Refusal::BudgetTooLarge)),
            (&ongoing, Edit::ChangeBudget(52), Some(Refusal::BudgetNotAStep)),
            (&ongoing, Edit::ChangeBudget(45), None),
        ] {
            assert_eq!(shown.objection(edit), expected, "{edit:?} of {shown:?}");
        }
        let limits = Limits { may_decrease: Some(false), ..Limits::default() };
        assert_eq!(limits.objection(Some(50), 45), Some(Refusal::BudgetMayNotDecrease));
        assert_eq!(limits.objection(Some(50), 55), None);
    }

    #[test]
    fn what_shopee_shows_tells_whether_a_change_happened() {
        let before = shown(State::Ongoing, 50);
        for (now, edit, expected) in [
            (shown(State::Paused, 50), Edit::Pause, Verdict::Happened),
            (shown(State::Ongoing, 50), Edit::Pause, Verdict::NotYet),
            (shown(State::Ongoing, 60), Edit::Pause, Verdict::NotYet),
            (shown(State::Over, 50), Edit::Pause, Verdict::Unclear),
            (shown(State::Over, 50), Edit::Stop, Verdict::Happened),
            (shown(State::Ongoing, 60), Edit::ChangeBudget(60), Verdict::Happened),
            (shown(State::Paused, 50), Edit::ChangeBudget(60), Verdict::NotYet),
            (shown(State::Ongoing, 70), Edit::ChangeBudget(60), Verdict::Unclear),
        ] {
            assert_eq!(now.verdict(&before, edit), expected, "{edit:?}: {now:?}");
        }
        let scheduled = shown(State::Scheduled, 50);
        assert_eq!(scheduled.verdict(&shown(State::Paused, 50), Edit::Resume), Verdict::Happened);
    }
}
