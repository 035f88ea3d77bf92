//! The rules before money.

use futures_util::future::join_all;
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{give, giveout, offers, refusals, room, start};
use crate::support::world::World;

on_both!(a_session_that_is_over_gets_no_coins, budgets_hold_also_when_everybody_gives_at_once, a_day_is_the_studios,);

async fn studio(world: &World) -> String {
    let viewer = world.data("{ viewer { memberships { studio { id } } } }", json!({})).await;
    viewer["viewer"]["memberships"][0]["studio"]["id"].as_str().unwrap().to_owned()
}

async fn set_budget(world: &World, field: &str, coins: Value) {
    let query = "mutation ($input: UpdateStudioInput!) {
        updateStudio(input: $input) { studio { coinBudgetPerSession coinBudgetPerDay } userErrors { code field } } }";
    let input = json!({ "studioId": studio(world).await, field: coins });
    let payload = world.data(query, json!({ "input": input })).await["updateStudio"].take();
    assert_eq!((&payload["studio"][field], refusals(&payload)), (&coins, vec![]));
}

async fn a_session_that_is_over_gets_no_coins(database: Database) {
    let world = start(&database).await;
    let (session_id, session) = room(&database, &world).await;
    world.shopee().end_session(session_id).unwrap();
    let sync = "mutation ($input: SyncLiveSessionInput!) { syncLiveSession(input: $input) { liveSession { status } } }";
    world.data(sync, json!({ "input": { "id": session } })).await;
    world.shopee().reset_calls();
    let input = giveout(&session, "late", 100, 10);
    let payload = give(&world, "giveOutCoins", &input).await;
    let giveout = &payload["coinGiveout"];
    assert_eq!((&giveout["state"], &giveout["refusal"]), (&json!("REFUSED"), &json!("NOT_ON_AIR")));
    assert_eq!(refusals(&payload), [("REFUSED", None)]);
    assert_eq!(give(&world, "giveOutCoins", &input).await, payload, "the same answer again");
    assert!(world.shopee().calls_by_name().is_empty(), "refused without a call");
    world.stop().await;
}

async fn budgets_hold_also_when_everybody_gives_at_once(database: Database) {
    let world = start(&database).await;
    let (session_id, session) = room(&database, &world).await;
    set_budget(&world, "coinBudgetPerSession", json!(35)).await;
    let inputs: Vec<Value> = (0..20).map(|number| giveout(&session, &format!("{number}"), 10, 5)).collect();
    // One at a time gets in; whoever was told to wait asks again.
    loop {
        let payloads = join_all(inputs.iter().map(|input| give(&world, "giveOutCoins", input))).await;
        if payloads.iter().all(|payload| payload["coinGiveout"]["settledAt"].is_string()) {
            let done = payloads.iter().filter(|payload| payload["coinGiveout"]["state"] == "DONE").count();
            let refused =
                payloads.iter().filter(|payload| payload["coinGiveout"]["refusal"] == "SESSION_BUDGET").count();
            assert_eq!((done, refused), (3, 17));
            break;
        }
    }
    assert_eq!(offers(world.shopee(), session_id), [(10, 5); 3]);
    set_budget(&world, "coinBudgetPerSession", json!(null)).await;
    let payload = give(&world, "giveOutCoins", &giveout(&session, "more", 10, 5)).await;
    assert_eq!(payload["coinGiveout"]["state"], "DONE");
    world.stop().await;
}

async fn a_day_is_the_studios(database: Database) {
    let world = start(&database).await;
    let (_, session) = room(&database, &world).await;
    set_budget(&world, "coinBudgetPerDay", json!(100)).await;
    for (key, coins, refusal) in [("a", 60, json!(null)), ("b", 41, json!("DAY_BUDGET")), ("c", 40, json!(null))] {
        let payload = give(&world, "giveOutCoins", &giveout(&session, key, coins, 5)).await;
        assert_eq!(payload["coinGiveout"]["refusal"], refusal, "{payload:#}");
    }
    // What was given yesterday counts no more.
    let connection = database.connect().await;
    let yesterday = live_gateway::clock::Clock.now() - chrono::TimeDelta::days(1);
    move_all(&connection, yesterday).await;
    let payload = give(&world, "giveOutCoins", &giveout(&session, "d", 100, 5)).await;
    assert_eq!(payload["coinGiveout"]["state"], "DONE", "{payload:#}");
    world.stop().await;
}

async fn move_all(connection: &sea_orm::DatabaseConnection, to: chrono::DateTime<chrono::Utc>) {
    use entity::intent::{Column, Entity};
    use sea_orm::{EntityTrait as _, sea_query::Expr};
    Entity::update_many().col_expr(Column::CreatedAt, Expr::value(to)).exec(connection).await.unwrap();
}
