//! What a client wants to have happened, once, and how it sees to that.

use std::time::Duration;

use entity::intent;
use rand::{Rng as _, rngs::StdRng};
use sandbox::{CampaignView, EditView, Fault, FaultKind, Panel};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::{
    super::{document, refusals},
    site::Site,
};

/// Longer than the gateway tries; whoever waits longer is stuck.
const LONGEST: Duration = Duration::from_secs(240);
/// Before a client asks again that got no answer, or was told that another giveout is under way.
const PAUSE: Duration = Duration::from_millis(20);
/// Refusals after which it is right to want it anew: a loaded machine's Shopee was too slow to be asked in time.
const PASSING: [&str; 2] = ["UNREACHABLE", "EXPIRED"];
/// One call in so many goes wrong.
const FAULT_IN: u32 = 4;
/// Giveouts that share so many sessions; then come others.
const SHARED_BY: u64 = 60;
const SESSIONS: u64 = 6;

/// More than the campaigns spend in a day, in rupiah; and the step that Shopee asks for.
const LEAST_BUDGET: i64 = 20_000_000;
const BUDGET_STEP: i64 = 1_000;
const EDIT: &str = "mutation ($input: EditPromotionInput!) {
    editPromotion(input: $input) { promotionEdit { state refusal } userErrors { code field message } } }";

/// Something that costs money, and what it is to bring about.
#[derive(Debug)]
pub(super) struct Errand {
    number: u64,
    mutation: &'static str,
    /// The payload's field that tells how it stands.
    thing: &'static str,
    /// How Shopee calls it.
    pub(super) call: &'static str,
    query: String,
    /// All but the key.
    input: Value,
    pub(super) effect: Effect,
    /// What goes wrong at Shopee when the errand begins, with this call or with that of somebody who is faster.
    fault: Option<FaultKind>,
}

/// Something that happened at Shopee; no two errands want the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    Coins {
        session_id: i64,
        kind: &'static str,
        coins: u64,
        claims: u64,
    },
    /// In 1/100000 of the currency unit.
    Budget {
        campaign_id: i64,
        daily_budget: i64,
    },
}

impl Effect {
    /// All that has happened.
    pub(super) fn all(panel: &Panel) -> Vec<Self> {
        let offers = panel.coin_offers().into_iter();
        let offers = offers.map(|offer| (offer.session_id, offer.kind, offer.coins, offer.claims));
        let coins = offers.map(|(session_id, kind, coins, claims)| Self::Coins { session_id, kind, coins, claims });
        let budget =
            |edit: EditView| Some(Self::Budget { campaign_id: edit.campaign_id, daily_budget: edit.daily_budget? });
        coins.chain(panel.edits().into_iter().filter_map(budget)).collect()
    }
}

/// How many sessions so many giveouts need.
pub(super) fn sessions_for(count: u64) -> u64 {
    count.div_ceil(SHARED_BY) * SESSIONS
}

/// Giveouts, and in each session one start: its coins would have to be claimed before there can be another.
pub(super) fn coins(site: &Site, count: u64, dice: &mut StdRng) -> Vec<Errand> {
    let mut errands = giveouts(site, count, dice);
    for some in errands.chunks_mut(SHARED_BY as usize) {
        for session in 0..SESSIONS as usize {
            let turn = dice.random_range(0..SHARED_BY / SESSIONS) as usize;
            if let Some(errand) = some.get_mut(turn * SESSIONS as usize + session) {
                errand.become_start();
            }
        }
    }
    errands
}

/// Giveouts, each to another number of viewers, by which its effect is known.
pub(super) fn giveouts(site: &Site, count: u64, dice: &mut StdRng) -> Vec<Errand> {
    (0..count).map(|number| Errand::giveout(site, number, dice)).collect()
}

/// Changes of budgets, each to another one, which shows at once.
pub(super) fn edits(site: &Site, count: u64, dice: &mut StdRng) -> Vec<Errand> {
    site.panel().set_edit_lag(Duration::ZERO);
    let account = site.machine.account().user_id;
    let open = |campaign: &CampaignView| campaign.user_id == account && ["ongoing", "paused"].contains(&campaign.state);
    let campaigns: Vec<i64> =
        site.panel().campaigns().iter().filter(|one| open(one)).map(|one| one.campaign_id).collect();
    let campaign = |number: u64| campaigns[number as usize % campaigns.len()];
    (0..count).map(|number| Errand::edit(site, number, campaign(number), dice)).collect()
}

impl Errand {
    fn edit(site: &Site, number: u64, campaign_id: i64, dice: &mut StdRng) -> Self {
        let budget = LEAST_BUDGET + BUDGET_STEP * number as i64;
        let amount = json!({ "amount": budget.to_string(), "currencyCode": "IDR" });
        Self {
            number,
            mutation: "editPromotion",
            thing: "promotionEdit",
            call: "edit_live_stream",
            query: EDIT.to_owned(),
            input: json!({
                "shopeeAccountId": site.account,
                "campaignId": campaign_id.to_string(),
                "action": "CHANGE_BUDGET",
                "dailyBudget": amount,
            }),
            effect: Effect::Budget { campaign_id, daily_budget: budget * 100_000 },
            fault: dice.random_ratio(1, FAULT_IN).then(|| fault(dice)),
        }
    }

    fn giveout(site: &Site, number: u64, dice: &mut StdRng) -> Self {
        let session = (number / SHARED_BY * SESSIONS + number % SESSIONS) as usize;
        let (session_id, session) = &site.sessions[session];
        let (coins, claims) = (dice.random_range(1..10), 100 + number);
        Self {
            number,
            mutation: "giveOutCoins",
            thing: "coinGiveout",
            call: "coin_giveout",
            query: document("giveOutCoins"),
            input: json!({ "liveSessionId": session, "amount": coins, "recipients": claims }),
            effect: Effect::Coins { session_id: *session_id, kind: "giveout", coins, claims },
            fault: dice.random_ratio(1, FAULT_IN).then(|| fault(dice)),
        }
    }

    /// The same coins for whoever claims, of which Shopee makes two claims a coin.
    fn become_start(&mut self) {
        let Effect::Coins { session_id, coins, .. } = self.effect else { panic!("no coins: {self:?}") };
        (self.mutation, self.call, self.query) = ("startCoins", "coin_start", document("startCoins"));
        self.input = json!({ "liveSessionId": self.input["liveSessionId"], "amount": coins });
        self.effect = Effect::Coins { session_id, kind: "start", coins, claims: 2 * coins };
    }

    /// Asks with the errand's key until it is done.
    pub(super) async fn run(&self, site: &Site) {
        if let Some(kind) = &self.fault {
            site.panel().inject(Fault::new(kind.clone()).on(self.call).times(1));
        }
        timeout(LONGEST, self.see_to_it(site)).await.unwrap_or_else(|_| panic!("never settled: {self:#?}"));
    }

    async fn see_to_it(&self, site: &Site) {
        let mut turn = 0;
        loop {
            let Some(payload) = self.ask(site, turn).await else {
                sleep(PAUSE).await;
                continue;
            };
            let thing = &payload[self.thing];
            match thing["state"].as_str() {
                Some("DONE") => return,
                Some("PENDING") => {}
                Some("REFUSED") if PASSING.contains(&thing["refusal"].as_str().unwrap()) => turn += 1,
                None if refusals(&payload) == [("BUSY", None)] => sleep(PAUSE).await,
                _ => panic!("{payload:#}\n{self:#?}"),
            }
        }
    }

    /// Asks once; `None` if no answer came.
    pub(super) async fn ask(&self, site: &Site, turn: u32) -> Option<Value> {
        let mut input = self.input.clone();
        input["idempotencyKey"] = format!("{}-{turn}", self.number).into();
        let mut data = site.ask(&self.query, &json!({ "input": input })).await?;
        Some(data[self.mutation].take())
    }

    /// Whether an intent is this errand's.
    pub(super) fn is_asked_for_by(&self, intent: &intent::Model) -> bool {
        intent.idempotency_key.split_once('-').is_some_and(|(number, _)| number == self.number.to_string())
    }
}

/// Something after which nobody has told the gateway whether it happened.
fn fault(dice: &mut StdRng) -> FaultKind {
    match dice.random_range(0..8) {
        0 => FaultKind::Hang,
        1 => FaultKind::HangAfterEffect,
        2 => FaultKind::CutBody,
        3 => FaultKind::ServerError(502),
        // After the gateway has given up waiting, and within the time that it has to allow for.
        4..7 => FaultKind::LateEffect(dice.random_range(600..=1_300)),
        _ => FaultKind::ServerErrorAfterEffect(502),
    }
}
