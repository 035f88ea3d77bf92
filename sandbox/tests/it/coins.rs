//! Coins are offered by the host alone, claimed by viewers over time, and never more than there are.

use std::time::Duration;

use sandbox::{CoinOfferView, Region};
use serde_json::{Value, json};

use crate::support::{Desk, body, data, send};

struct Coins<'a> {
    desk: &'a Desk,
    session_id: i64,
}

impl Coins<'_> {
    fn path(&self, name: &str) -> String {
        format!("/session/{}/coin/{name}", self.session_id)
    }

    async fn start(&self, total: Option<i64>) -> Value {
        let words = total.map_or(json!({}), |total| json!({ "total_coins": total, "distribution_mode": "random" }));
        body(self.desk.live_post(&self.desk.host(), &self.path("start"), &words)).await
    }

    async fn give(&self, amount: i64, recipients: i64) -> Value {
        let words = json!({ "amount": amount, "recipient_count": recipients });
        body(self.desk.live_post(&self.desk.host(), &self.path("giveout"), &words)).await
    }

    async fn read(&self, name: &str) -> Value {
        data(self.desk.live(&self.desk.host(), &self.path(name))).await
    }
}

#[tokio::test]
async fn coins_are_claimed_over_time_until_none_is_left() {
    let desk = Desk::open().await;
    let coins = Coins { desk: &desk, session_id: desk.on_air().session_id };
    let before = coins.read("giveout").await;
    assert_eq!((&before["shown_coins"], &before["coin_status"], &before["giveout"]), (&json!(0), &json!(1), &json!(0)));
    assert_eq!(coins.start(Some(60)).await["err_code"], 0);
    let opened = coins.read("giveout").await;
    assert_eq!((&opened["shown_coins"], &opened["coin_status"]), (&json!(1), &json!(0)));
    assert_eq!(
        (&opened["claim_times"], &opened["claims_left"], &opened["coins_per_claim"]),
        (&json!(120), &json!(120), &json!(0.5))
    );
    assert_eq!(coins.start(Some(60)).await["err_code"], 3_000_101, "while a round is open");
    let mut last = 0;
    for _ in 0..60 {
        desk.panel().step(Duration::from_millis(10_001));
        let now = coins.read("giveout").await;
        let claimed = now["giveout"].as_i64().unwrap();
        assert!(claimed >= last && claimed <= 60);
        assert_eq!(now, coins.read("giveout").await, "reading changes nothing");
        last = claimed;
    }
    assert_eq!(last, 60);
    assert_eq!(coins.read("giveout").await["coin_status"], 1);
    assert_eq!(coins.start(None).await["err_code"], 0, "the next round");
    let view = desk.panel().coins(coins.session_id).unwrap();
    assert_eq!((view.starts, view.giveouts, view.coins, view.coins_claimed), (2, 0, 160, 60));
    assert_eq!(view.balance, 100_000 - 160);
}

#[tokio::test]
async fn each_giveout_is_counted_once_and_paid_once() {
    let desk = Desk::open().await;
    let coins = Coins { desk: &desk, session_id: desk.on_air().session_id };
    for _ in 0..3 {
        assert_eq!(coins.give(50, 10).await["err_code"], 0);
        desk.panel().step(Duration::from_secs(60));
    }
    let offers = desk.panel().coin_offers();
    let whole = |offer: &CoinOfferView| (offer.session_id, offer.kind, offer.coins, offer.claims, offer.claimed);
    assert_eq!(offers.iter().map(whole).collect::<Vec<_>>(), [(coins.session_id, "giveout", 50, 10, 10); 3]);
    let view = desk.panel().coins(coins.session_id).unwrap();
    assert_eq!((view.giveouts, view.coins, view.coins_claimed, view.balance), (3, 150, 150, 100_000 - 150));
    let reward = coins.read("rewardinfo").await;
    assert_eq!(
        (&reward["coins_round"], &reward["giveout"], &reward["user_claimed"]),
        (&json!(3), &json!(150), &json!(10))
    );
    let path = format!("/liveDetail?sessionId={}", coins.session_id);
    let detail = data(desk.creator(&desk.host(), &path)).await["promotion"].take();
    assert_eq!(
        (&detail["coinsRound"], &detail["coinsClaimed"], &detail["timeClaimed"]),
        (&json!(3), &json!(150), &json!(30))
    );
}

#[tokio::test]
async fn what_cannot_be_given_is_refused_without_effect() {
    let desk = Desk::open().await;
    let coins = Coins { desk: &desk, session_id: desk.on_air().session_id };
    for (amount, recipients, code) in
        [(0, 1, 3_000_104), (1, 0, 3_000_104), (-5, 1, 3_000_104), (100_001, 1, 3_000_102), (1, i64::MAX, 3_000_104)]
    {
        assert_eq!(coins.give(amount, recipients).await["err_code"], code, "{amount} to {recipients}");
    }
    assert_eq!(coins.start(Some(0)).await["err_code"], 3_000_104);
    assert_eq!(coins.start(Some(100_001)).await["err_code"], 3_000_102);
    let over = Coins { desk: &desk, session_id: desk.ended().session_id };
    assert_eq!(over.start(None).await["err_code"], 3_000_068);
    assert_eq!(over.give(1, 1).await["err_code"], 3_000_068);
    let nowhere = Coins { desk: &desk, session_id: 1 };
    assert_eq!(nowhere.give(1, 1).await["err_code"], 3_000_001);
    assert!(desk.panel().coin_offers().is_empty());
    assert_eq!(desk.panel().coins(coins.session_id).unwrap().balance, 100_000);
}

#[tokio::test]
async fn only_the_host_sees_and_gives_coins() {
    let desk = Desk::open().await;
    let other = desk.panel().accounts().remove(1);
    assert_eq!(other.region, Region::Id);
    let path = format!("/session/{}/coin/giveout", desk.on_air().session_id);
    let words = json!({ "amount": 1, "recipient_count": 1 });
    for request in [desk.live_post(&other, &path, &words), desk.live(&other, &path)] {
        let answer = send(request).await;
        assert_eq!(answer.status(), 403);
        assert!(answer.json::<Value>().await.unwrap()["err_msg"].as_str().unwrap().contains("no permission"));
    }
    assert!(desk.panel().coin_offers().is_empty());
}

#[tokio::test]
async fn claims_stop_with_the_session_and_with_its_viewers() {
    let desk = Desk::open().await;
    let session_id = desk.on_air().session_id;
    let coins = Coins { desk: &desk, session_id };
    coins.give(1_000, 1_000).await;
    desk.panel().step(Duration::from_secs(30));
    desk.panel().set_viewers(session_id, 0).unwrap();
    let seen = desk.panel().coins(session_id).unwrap();
    assert!(seen.claimed > 0 && seen.claimed < 1_000);
    desk.panel().step(Duration::from_secs(60));
    assert_eq!(desk.panel().coins(session_id).unwrap(), seen, "nobody is there");
    desk.panel().set_viewers(session_id, 1_000).unwrap();
    desk.panel().step(Duration::from_secs(60));
    desk.panel().end_session(session_id).unwrap();
    let end = desk.panel().coins(session_id).unwrap();
    assert!(end.claimed > seen.claimed);
    desk.panel().step(Duration::from_secs(600));
    assert_eq!(desk.panel().coins(session_id).unwrap(), end);
    assert_eq!(coins.read("giveout").await["coin_status"], 1);
}
