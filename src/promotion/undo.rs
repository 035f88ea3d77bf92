//! Taking a change of a campaign back: as a change of its own, so that it is written down, carried out and judged like any other.
//!
//! What the campaign was before stands with the change's intent: what Shopee showed just before the call was sent.

use std::collections::HashSet;

use entity::{
    intent::{self, State as Standing},
    promotion_edit::{Action, Model},
};

use super::{
    edit::{self, Campaign, Cause, Edit, Order},
    shown::{Shown, State},
    store::{self, EditRow},
};
use crate::{
    app::App,
    error::{Error, Result},
    identity::{actor::Actor, change::Change},
    ledger::{begin::Begun, key::IdempotencyKey, refusal::Refusal},
};

/// How taking a change back went.
pub enum Undone {
    Begun(Begun),
    /// It is not known yet whether the change happens.
    Pending,
    /// There is no taking it back; why.
    Never(&'static str),
}

/// Takes a change back, once for each key.
pub async fn undo(
    app: &App,
    actor: Actor,
    user_id: i64,
    key: IdempotencyKey,
    (done, intent): &EditRow,
) -> Result<Undone> {
    let edit = match inverse(done, intent)? {
        Ok(edit) => edit,
        Err(never) => return Ok(never),
    };
    let Model { campaign_id, studio_id, shopee_account_id, .. } = *done;
    let campaign = Campaign { campaign_id, studio_id, shopee_account_id };
    let order = Order { campaign, edit, key, user_id, cause: Cause::Undo(done.id) };
    let rule = async |change: &Change| {
        let later = store::later(&change.scope, &change.transaction, done).await?;
        Ok(is_changed_since(done, &later).then_some(Refusal::ChangedSince))
    };
    Ok(Undone::Begun(edit::edit(app, actor, order, rule).await?))
}

/// What makes a campaign again what it was before a change.
fn inverse(done: &Model, intent: &intent::Model) -> Result<Result<Edit, Undone>> {
    let unsettled = match intent.state {
        Standing::Done => None,
        Standing::Pending => Some(Undone::Pending),
        Standing::Refused => Some(Undone::Never("nothing was changed, so there is nothing to undo")),
        Standing::Unknown => {
            Some(Undone::Never("nobody knows whether this was done; tell with resolvePromotionEdit first"))
        }
    };
    if let Some(unsettled) = unsettled {
        return Ok(Err(unsettled));
    }
    let seen = intent.seen_before.as_deref().unwrap_or("null");
    let before = Shown::of(&serde_json::from_str(seen).map_err(Error::internal)?);
    Ok(match (done.action, before.state, before.daily_budget) {
        (Action::Pause, Some(State::Ongoing | State::Scheduled), _) => Ok(Edit::Resume),
        (Action::Resume, Some(State::Paused), _) => Ok(Edit::Pause),
        (Action::ChangeBudget, _, Some(budget)) if budget > 0 => Ok(Edit::ChangeBudget(budget)),
        (Action::ChangeBudget, _, Some(_)) => {
            Err(Undone::Never("the promotion had no daily budget before, and Shopee takes none back"))
        }
        (Action::Stop, _, _) => Err(Undone::Never("a promotion that was stopped is over for good")),
        _ => Err(Undone::Never("Shopee did not show what the promotion was before")),
    })
}

/// Whether something that still stands has changed the same of a campaign after a change. What was taken back itself does not count.
fn is_changed_since(done: &Model, later: &[EditRow]) -> bool {
    let mut void = HashSet::new();
    later.iter().any(|(edit, intent)| match edit.undoes {
        _ if void.contains(&edit.id) => false,
        Some(undone) if undone > done.id && intent.state == Standing::Done => {
            void.insert(undone);
            false
        }
        _ => (edit.action == Action::ChangeBudget) == (done.action == Action::ChangeBudget),
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn row(id: i64, action: Action, undoes: Option<i64>, state: Standing, seen_before: &str) -> EditRow {
        let edit = Model {
            id,
            studio_id: 1,
            shopee_account_id: 1,
            campaign_id: 1,
            action,
            daily_budget: (action == Action::ChangeBudget).then_some(100),
            undoes,
            rule_spent: None,
            rule_sales: None,
            rule_pauses_below_millionths: None,
        };
        let intent = intent::Model {
            id,
            studio_id: 1,
            shopee_account_id: 1,
            requested_by: 1,
            idempotency_key: String::new(),
            kind: intent::Kind::EditPromotion,
            resource: String::new(),
            input: String::new(),
            state,
            refusal_code: None,
            seen_before: Some(seen_before.to_owned()),
            attempts: 1,
            sent_at: None,
            accepted_at: None,
            revision: 1,
            created_at: DateTime::UNIX_EPOCH,
            settled_at: None,
        };
        (edit, intent)
    }

    fn done(id: i64, action: Action, undoes: Option<i64>) -> EditRow {
        row(id, action, undoes, Standing::Done, "null")
    }

    #[test]
    fn what_it_was_before_is_what_it_becomes() {
        let before =
            |state: &str, budget: &str| format!(r#"{{"state":{state},"daily_budget":{budget},"limits":null}}"#);
        for (action, state, budget, expected) in [
            (Action::Pause, r#""Ongoing""#, "5", Some(Edit::Resume)),
            (Action::Pause, r#""Scheduled""#, "5", Some(Edit::Resume)),
            (Action::Pause, r#""Unknown""#, "5", None),
            (Action::Resume, r#""Paused""#, "5", Some(Edit::Pause)),
            (Action::Resume, "null", "null", None),
            (Action::ChangeBudget, r#""Paused""#, "5", Some(Edit::ChangeBudget(5))),
            (Action::ChangeBudget, r#""Ongoing""#, "0", None),
            (Action::ChangeBudget, r#""Ongoing""#, "null", None),
            (Action::Stop, r#""Ongoing""#, "5", None),
        ] {
            let (edit, intent) = row(1, action, None, Standing::Done, &before(state, budget));
            assert_eq!(inverse(&edit, &intent).unwrap().ok(), expected, "{action:?} of {state} {budget}");
        }
        for state in [Standing::Pending, Standing::Refused, Standing::Unknown] {
            let (edit, intent) = row(1, Action::Pause, None, state, &before(r#""Ongoing""#, "5"));
            assert!(inverse(&edit, &intent).unwrap().is_err(), "{state:?}");
        }
    }

    #[test]
    fn what_was_taken_back_itself_does_not_stand_in_the_way() {
        use Action::{ChangeBudget, Pause, Resume};
        let unknown = row(2, Resume, None, Standing::Unknown, "null");
        for (first, later, expected) in [
            (Pause, vec![], false),
            (Pause, vec![done(2, Resume, None)], true),
            (Pause, vec![done(2, ChangeBudget, None)], false),
            (Pause, vec![unknown], true),
            // Taken back already.
            (Pause, vec![done(2, Resume, Some(1))], true),
            // Another budget, which was taken back.
            (ChangeBudget, vec![done(3, ChangeBudget, Some(2)), done(2, ChangeBudget, None)], false),
            // And that was taken back, too.
            (
                ChangeBudget,
                vec![done(4, ChangeBudget, Some(3)), done(3, ChangeBudget, Some(2)), done(2, ChangeBudget, None)],
                true,
            ),
        ] {
            let (edit, _) = done(1, first, None);
            assert_eq!(is_changed_since(&edit, &later), expected, "{first:?} {later:?}");
        }
    }
}
