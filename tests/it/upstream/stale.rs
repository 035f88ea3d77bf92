//! While Shopee fails, its last answers are given for a stated time, and say so.

use chrono::{DateTime, Utc};
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both, on_sqlite};

use crate::support::{
    answer::{cache_hits, code},
    eventually,
    world::{Start, World},
};

on_both!(the_last_answer_is_given_and_marked);

/// Shopee's overview of the session on air, in a whole answer.
async fn overview(world: &World) -> Value {
    let query = "query($id: ID!) { liveSession(sessionId: $id) { sessionName overview { currentViewers observedAt stale ageSeconds } } }";
    world.ask(query, json!({ "id": world.on_air().session_id.to_string() })).await
}

fn told(answer: &Value) -> &Value {
    &answer["data"]["liveSession"]["overview"]
}

async fn for_so_long(database: &Database, seconds: u32) -> World {
    let variables = vec![("SHOPEE_STALE_SECONDS", seconds.to_string())];
    World::start_with(database, Start { accounts: 1, variables }).await
}

async fn the_last_answer_is_given_and_marked(database: Database) {
    let world = World::start(&database).await;
    let first = told(&overview(&world).await).clone();
    assert_eq!((&first["stale"], &first["ageSeconds"]), (&json!(false), &json!(0)));
    world.shopee().inject(Fault::new(FaultKind::ServerError(503)));
    eventually("the answer is stale", async || told(&overview(&world).await)["stale"] == true).await;

    // Beyond the moment from which on nothing is sent any more.
    for _ in 0..30 {
        let answer = overview(&world).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        let stale = told(&answer);
        assert_eq!((&stale["stale"], &stale["observedAt"]), (&json!(true), &first["observedAt"]));
        assert_eq!(stale["currentViewers"], first["currentViewers"]);
        let observed_at: DateTime<Utc> = stale["observedAt"].as_str().unwrap().parse().unwrap();
        let age = world.gateway.app.clock.now() - observed_at;
        assert!((0..=1).contains(&(age.num_seconds() - stale["ageSeconds"].as_i64().unwrap())), "{stale} {age}");
        assert_eq!(cache_hits(&answer), 1);
    }
    world.shopee().clear_faults();
    eventually("Shopee answers again", async || told(&overview(&world).await)["stale"] == false).await;
    world.stop().await;
}

#[tokio::test]
async fn it_is_given_no_longer_than_stated() {
    on_sqlite(async |database: Database| {
        let world = for_so_long(&database, 4).await;
        let first = told(&overview(&world).await).clone();
        world.shopee().inject(Fault::new(FaultKind::ServerError(503)));
        eventually("the answer is stale", async || told(&overview(&world).await)["stale"] == true).await;
        eventually("it is too old", async || overview(&world).await.get("errors").is_some()).await;
        assert_eq!(code(&overview(&world).await), "SHOPEE_UNREACHABLE");
        let observed_at: DateTime<Utc> = first["observedAt"].as_str().unwrap().parse().unwrap();
        assert!((world.gateway.app.clock.now() - observed_at).num_milliseconds() >= 3_900);
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn none_is_given_where_that_is_switched_off() {
    on_sqlite(async |database: Database| {
        let world = for_so_long(&database, 0).await;
        overview(&world).await;
        world.shopee().inject(Fault::new(FaultKind::ServerError(503)));
        eventually("Shopee is asked again", async || {
            let answer = overview(&world).await;
            assert_ne!(told(&answer)["stale"], true);
            answer.get("errors").is_some()
        })
        .await;
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_is_refused_is_told_so() {
    on_sqlite(async |database: Database| {
        let world = World::start(&database).await;
        let refusals = [
            (FaultKind::RiskControl { status: 403 }, "SHOPEE_RISK_CONTROL"),
            (FaultKind::Refused { code: 7 }, "SHOPEE_REFUSED"),
            (FaultKind::Expired, "SHOPEE_SIGNED_OUT"),
        ];
        for (kind, expected) in refusals {
            assert_eq!(told(&overview(&world).await)["stale"], false);
            world.shopee().inject(Fault::new(kind));
            eventually("Shopee is asked again", async || {
                let answer = overview(&world).await;
                assert_ne!(told(&answer)["stale"], true, "{answer}");
                answer.get("errors").is_some_and(|_| code(&answer) == expected)
            })
            .await;
            world.shopee().clear_faults();
        }
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_since_is_not_given() {
    on_sqlite(async |database: Database| {
        let world = World::start(&database).await;
        let coins = async || {
            let query = "query($id: ID!) { liveSession(sessionId: $id) { id coins { claimed stale } } }";
            world.ask(query, json!({ "id": world.on_air().session_id.to_string() })).await
        };
        let before = coins().await;
        assert_eq!(before["data"]["liveSession"]["coins"]["stale"], false);
        let id = &before["data"]["liveSession"]["id"];
        let input = json!({ "idempotencyKey": "once", "liveSessionId": id, "amount": 10, "recipients": 10 });
        let mutation = "mutation($input: GiveOutCoinsInput!) { giveOutCoins(input: $input) { coinGiveout { state } } }";
        let given = world.data(mutation, json!({ "input": input })).await;
        assert_eq!(given["giveOutCoins"]["coinGiveout"]["state"], "DONE");
        world.shopee().inject(Fault::new(FaultKind::ServerError(503)).on("coin_totals"));
        let after = coins().await;
        assert_eq!(after["data"]["liveSession"]["coins"], Value::Null);
        assert_eq!(code(&after), "SHOPEE_UNREACHABLE");
        world.stop().await;
    })
    .await;
}
