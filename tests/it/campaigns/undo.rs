//! Every change is undone with one mutation, or there is a reason.

use entity::membership::Role;
use live_gateway::graphql::id::{GlobalId, Kind};
use sandbox::CampaignView;
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{account_id, amount, audited, campaigns, edits, ledger, start};
use crate::support::{
    answer::{code, without_request_ids},
    world::World,
};

on_both!(
    what_was_paused_or_resumed_is_again_what_it_was,
    a_budget_is_again_what_it_was,
    what_cannot_be_undone_says_so,
    what_was_changed_since_is_left_alone,
    the_same_key_undoes_once,
    a_foreign_change_is_not_there,
);

const EDIT: &str = "mutation ($input: EditPromotionInput!) {
    editPromotion(input: $input) { promotionEdit { id state refusal } userErrors { code } }
}";
const UNDO: &str = "mutation ($input: UndoPromotionEditInput!) {
    undoPromotionEdit(input: $input) {
        promotionEdit { id action state refusal dailyBudget { amount } undoes { id } }
        promotion { state dailyBudget { amount } }
        userErrors { code field message }
    }
}";

/// A campaign that runs, and whose it is.
struct Ad<'a> {
    world: &'a World,
    account: String,
    campaign: CampaignView,
}

impl<'a> Ad<'a> {
    async fn of(database: &Database, world: &'a World) -> Self {
        let campaign = campaigns(world).into_iter().find(|campaign| campaign.state == "ongoing").unwrap();
        Self { world, account: account_id(database).await, campaign }
    }

    /// The id of a change that was made.
    async fn edit(&self, key: &str, action: &str, budget: Option<i64>) -> Value {
        let mut input = json!({ "idempotencyKey": key, "shopeeAccountId": self.account, "action": action,
            "campaignId": self.campaign.campaign_id.to_string() });
        if let Some(budget) = budget {
            input["dailyBudget"] = json!({ "amount": amount(budget), "currencyCode": "IDR" });
        }
        let payload = self.world.data(EDIT, json!({ "input": input })).await["editPromotion"].take();
        payload["promotionEdit"]["id"].clone()
    }

    async fn pause(&self, key: &str) -> Value {
        self.edit(key, "PAUSE", None).await
    }

    async fn budget(&self, key: &str, steps: i64) -> Value {
        self.edit(key, "CHANGE_BUDGET", Some(self.campaign.daily_budget + steps * 1_000 * 100_000)).await
    }

    async fn undo(&self, key: &str, id: &Value) -> Value {
        let input = json!({ "idempotencyKey": key, "promotionEditId": id });
        self.world.data(UNDO, json!({ "input": input })).await["undoPromotionEdit"].take()
    }

    fn kinds(&self) -> Vec<&'static str> {
        edits(self.world).into_iter().map(|(_, kind)| kind).collect()
    }

    fn stands(&self) -> (&'static str, i64) {
        let campaign = self.world.shopee().campaign(self.campaign.campaign_id).unwrap();
        (campaign.state, (campaign.daily_budget - self.campaign.daily_budget) / (1_000 * 100_000))
    }
}

fn outcome(payload: &Value) -> (&str, Option<&str>, Option<&str>) {
    let (edit, error) = (&payload["promotionEdit"], &payload["userErrors"][0]["code"]);
    (edit["state"].as_str().unwrap_or("-"), edit["refusal"].as_str(), error.as_str())
}

const DONE: (&str, Option<&str>, Option<&str>) = ("DONE", None, None);

async fn what_was_paused_or_resumed_is_again_what_it_was(database: Database) {
    let world = start(&database, 0).await;
    let ad = Ad::of(&database, &world).await;
    let paused = ad.pause("1").await;
    let resumed = ad.undo("2", &paused).await;
    assert_eq!((outcome(&resumed), &resumed["promotion"]["state"]), (DONE, &json!("ONGOING")), "{resumed:#}");
    let edit = &resumed["promotionEdit"];
    assert_eq!((&edit["action"], &edit["undoes"]["id"]), (&json!("RESUME"), &paused));
    // What undoes can be undone.
    let paused_again = ad.undo("3", &edit["id"]).await;
    assert_eq!((outcome(&paused_again), ad.stands().0), (DONE, "paused"));
    assert_eq!(ad.kinds(), ["pause", "resume", "pause"]);

    let written = audited(&database, "PROMOTION_EDIT_REQUESTED").await;
    let undone: Vec<Value> = written
        .iter()
        .map(|entry| serde_json::from_str::<Value>(entry.after.as_ref().unwrap()).unwrap()["input"]["undoes"].take())
        .collect();
    let key = |id: &Value| json!(GlobalId::decode(id.as_str().unwrap()).unwrap().key);
    assert_eq!(undone, [Value::Null, key(&paused), key(&edit["id"])]);
    assert!(written.iter().all(|entry| entry.user_id.is_some()));
    world.stop().await;
}

async fn a_budget_is_again_what_it_was(database: Database) {
    let world = start(&database, 0).await;
    let ad = Ad::of(&database, &world).await;
    let first = ad.budget("1", 5).await;
    let second = ad.budget("2", 7).await;
    // A pause in between is another matter.
    ad.pause("3").await;
    let undone = ad.undo("4", &second).await;
    assert_eq!((outcome(&undone), ad.stands()), (DONE, ("paused", 5)), "{undone:#}");
    assert_eq!(undone["promotionEdit"]["dailyBudget"]["amount"], amount(ad.campaign.daily_budget + 500_000_000));
    let undone = ad.undo("5", &first).await;
    assert_eq!((outcome(&undone), ad.stands()), (DONE, ("paused", 0)), "one after the other: {undone:#}");
    world.stop().await;
}

async fn what_cannot_be_undone_says_so(database: Database) {
    let world = start(&database, 0).await;
    let ad = Ad::of(&database, &world).await;
    let refused = ad.edit("1", "RESUME", None).await;
    let stopped = ad.edit("2", "STOP", None).await;
    for (key, id) in [("3", &refused), ("4", &stopped)] {
        let payload = ad.undo(key, id).await;
        assert_eq!((outcome(&payload), &payload["promotion"]), (("-", None, Some("NOT_UNDOABLE")), &Value::Null));
    }
    let payload = ad.undo("", &stopped).await;
    assert_eq!(outcome(&payload), ("-", None, Some("INVALID")));
    assert_eq!((ad.kinds(), ledger(&world).await.len()), (vec!["stop"], 2));
    world.stop().await;
}

async fn what_was_changed_since_is_left_alone(database: Database) {
    let world = start(&database, 0).await;
    let ad = Ad::of(&database, &world).await;
    let changed = ("REFUSED", Some("CHANGED_SINCE"), Some("REFUSED"));
    // By another change that was made here.
    let paused = ad.pause("1").await;
    ad.edit("2", "RESUME", None).await;
    ad.pause("3").await;
    assert_eq!((outcome(&ad.undo("4", &paused).await), ad.stands().0), (changed, "paused"));
    let first = ad.budget("5", 5).await;
    let second = ad.budget("6", 7).await;
    assert_eq!((outcome(&ad.undo("7", &first).await), ad.stands().1), (changed, 7));
    // On Shopee's own page, of which this gateway hears nothing.
    let by_hand = |steps: i64| {
        let budget = ad.campaign.daily_budget + steps * 1_000 * 100_000;
        assert!(world.shopee().set_daily_budget(ad.campaign.campaign_id, budget));
    };
    by_hand(9);
    assert_eq!((outcome(&ad.undo("8", &second).await), ad.stands().1), (changed, 9));
    by_hand(5);
    let already = ("REFUSED", Some("ALREADY_SO"), Some("REFUSED"));
    assert_eq!(outcome(&ad.undo("9", &second).await), already);
    world.stop().await;
}

async fn the_same_key_undoes_once(database: Database) {
    let world = start(&database, 0).await;
    let ad = Ad::of(&database, &world).await;
    let paused = ad.pause("1").await;
    let (one, two) = tokio::join!(ad.undo("2", &paused), ad.undo("2", &paused));
    assert_eq!(one["promotionEdit"]["id"], two["promotionEdit"]["id"]);
    assert_eq!(outcome(&ad.undo("2", &paused).await), DONE, "the answer of the first time");
    assert_eq!(outcome(&ad.undo("3", &paused).await).1, Some("CHANGED_SINCE"), "another wish");
    assert_eq!(ad.undo("1", &paused).await["userErrors"][0]["code"], "KEY_REUSED");
    assert_eq!(ad.kinds(), ["pause", "resume"]);
    world.stop().await;
}

async fn a_foreign_change_is_not_there(database: Database) {
    let world = start(&database, 0).await;
    let ad = Ad::of(&database, &world).await;
    let paused = ad.pause("1").await;
    let absent = json!(GlobalId::new(Kind::PromotionEdit, 1_000_001).encode().0);
    let of = |id: &Value| json!({ "input": { "idempotencyKey": "2", "promotionEditId": id } });
    world.shopee().reset_calls();
    let stranger = Some(world.stranger_token.as_str());
    let [theirs, none] =
        [world.ask_as(stranger, UNDO, of(&paused)).await, world.ask_as(stranger, UNDO, of(&absent)).await];
    assert_eq!(code(&theirs), "NOT_FOUND");
    assert_eq!(without_request_ids(&theirs.to_string()), without_request_ids(&none.to_string()));
    let analyst = world.token_with_role(Role::Analyst).await;
    assert_eq!(code(&world.ask_as(Some(&analyst), UNDO, of(&paused)).await), "FORBIDDEN");
    let other_kind = json!(world.studio_id().await);
    assert_eq!(code(&world.ask(UNDO, of(&other_kind)).await), "BAD_USER_INPUT");
    assert!(world.shopee().calls_by_name().is_empty());
    assert_eq!(ad.kinds(), ["pause"]);
    world.stop().await;
}
