//! What changes something.

use sandbox::CoinOfferView;
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{PREFIX, Things, call, data, refusal, row, stored};
use crate::support::{client, world::World};

on_both!(a_session_comes_is_changed_and_goes, syncs_answer_as_graphql_does, coins_are_given_once_for_each_key);

async fn a_session_comes_is_changed_and_goes(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.shopee().start_session(world.first_account().user_id, "Malam ini").unwrap().to_string();
    let body = json!({ "session_id": session_id, "session_name": "Payday", "campaign_budget": 250_000.5 });
    let (status, created) = call(&world, ("POST", "sessions"), body.clone()).await;
    assert_eq!((status, &created["success"]), (201, &json!(true)), "{created:#}");
    let by_id = json!({ "sessionId": session_id });
    let read = async || {
        let mut session = stored(&world, "RestLiveSession", by_id.clone()).await["live_session"].take();
        session.as_object_mut().unwrap().remove("items");
        row(session)
    };
    assert_eq!(created["data"], read().await);
    assert_eq!(created["data"]["campaign_budget"], json!({ "amount": "250000.5", "currency_code": "IDR" }));
    let again = refusal(&world, &world.token, ("POST", "sessions"), body).await;
    assert_eq!(again, (409, "TAKEN".to_owned(), Some("session_id".to_owned())));

    // Each by another name of the session.
    let id = created["data"]["id"].as_str().unwrap();
    let path = format!("sessions/{session_id}?region=ID");
    let changed = data(&world, ("PUT", &path), json!({ "session_name": "Second part", "campaign_id": 77 })).await;
    assert_eq!((&changed["session_name"], &changed["campaign_id"]), (&json!("Second part"), &json!("77")));
    assert_eq!(changed, read().await);
    let budget = json!({ "campaign_budget": { "amount": "5", "currency_code": "IDR" }, "campaign_id": null });
    let changed = data(&world, ("PUT", &format!("sessions/{id}")), budget).await;
    assert_eq!((&changed["campaign_budget"]["amount"], &changed["campaign_id"]), (&json!("5"), &Value::Null));
    assert_eq!(changed["session_name"], "Second part", "what is left out stays");
    let stale = json!({ "session_name": "Late", "updated_at": created["data"]["updated_at"] });
    let stale = refusal(&world, &world.token, ("PUT", &format!("sessions/{id}")), stale).await;
    assert_eq!((stale.0, stale.1.as_str()), (409, "STALE"));

    let on_air = refusal(&world, &world.token, ("DELETE", &format!("sessions/{id}")), Value::Null).await;
    assert_eq!((on_air.0, on_air.1.as_str()), (409, "ON_AIR"));
    world.shopee().end_session(session_id.parse().unwrap()).unwrap();
    data(&world, ("POST", "sessions/sync"), json!({ "id": id })).await;
    assert_eq!(data(&world, ("DELETE", &format!("sessions/{id}")), Value::Null).await, json!({ "id": id }));
    let gone = refusal(&world, &world.token, ("GET", &format!("sessions/{id}")), Value::Null).await;
    assert_eq!((gone.0, gone.1.as_str()), (404, "NOT_FOUND"));
    world.stop().await;
}

async fn syncs_answer_as_graphql_does(database: Database) {
    let world = World::start(&database).await;
    let things = Things::of(&world).await;
    for body in [json!({ "session_id": things.session_id }), json!({ "live_session_id": things.session })] {
        let synced = data(&world, ("POST", "sessions/sync"), body).await;
        let session = stored(&world, "RestLiveSession", json!({ "id": things.session })).await["live_session"].take();
        let mut session = row(session);
        session.as_object_mut().unwrap().remove("items");
        assert_eq!(synced["session"], session);
        assert!(synced["changed_fields"].is_array() && synced["items_added"].is_i64(), "{synced:#}");
    }
    let job = data(&world, ("POST", "sessions/sync"), Value::Null).await["job"].take();
    let named = data(&world, ("POST", "sessions/sync"), json!({ "shopee_account_id": things.account })).await;
    assert!(job["id"].is_string() && named["job"]["id"].is_string(), "{job} {named}");
    world.stop().await;
}

/// Offers of coins that Shopee has had in a session.
fn offers(world: &World, session_id: &str) -> Vec<u64> {
    let offers = world.shopee().coin_offers().into_iter().filter(|offer| offer.session_id.to_string() == session_id);
    offers.map(|CoinOfferView { coins, .. }| coins).collect()
}

async fn coins_are_given_once_for_each_key(database: Database) {
    let world = World::start(&database).await;
    let things = Things::of(&world).await;
    let give = async |key: Option<&str>, amount: i64| {
        let url = format!("{}{PREFIX}/coin/giveout/{}", world.gateway.url(), things.session_id);
        let mut request = client().post(url).bearer_auth(&world.token);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let answer = request.json(&json!({ "amount": amount, "recipients": 10 })).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, given) = give(Some("one"), 100).await;
    assert_eq!((status, &given["data"]["state"], &given["data"]["amount"]), (200, &json!("DONE"), &json!(100)));
    assert_eq!(given["data"]["idempotency_key"], "one");
    assert_eq!(give(Some("one"), 100).await, (200, given.clone()));
    let input = json!({ "idempotencyKey": "one", "liveSessionId": things.session, "amount": 100, "recipients": 10 });
    let by_graphql = stored(&world, "RestGiveOutCoins", json!({ "input": input })).await;
    assert_eq!(by_graphql["give_out_coins"]["coin_giveout"], given["data"]);
    let (status, reused) = give(Some("one"), 101).await;
    assert_eq!((status, &reused["error"]["code"]), (409, &json!("KEY_REUSED")));
    assert_eq!(offers(&world, &things.session_id), [100]);
    // Without a key each request is a wish of its own, as it was before there were any.
    for _ in 0..2 {
        let (status, given) = give(None, 50).await;
        assert_eq!((status, &given["data"]["state"]), (200, &json!("DONE")), "{given:#}");
    }
    assert_eq!(offers(&world, &things.session_id), [100, 50, 50]);
    world.stop().await;
}
