//! What nothing can tell.

use sandbox::{Fault, FaultKind};
use serde_json::json;
use shopee::CoinGiveout;
use testing::{Database, on_both};

use super::{document, give, giveout, offers, refusals, room, settled, start_hurried};
use crate::support::{answer::code, world::World};
use entity::membership::Role;

on_both!(coins_given_elsewhere_at_the_same_moment_leave_it_unknown);

/// The host gives coins in Shopee's own app, twice, while no answer to ours comes.
async fn coins_given_elsewhere_at_the_same_moment_leave_it_unknown(database: Database) {
    let world = start_hurried(&database).await;
    let (session_id, session) = room(&database, &world).await;
    world.shopee().inject(Fault::new(FaultKind::Hang).on("coin_giveout").times(1));
    let input = giveout(&session, "lost", 100, 10);
    let ((), _) = tokio::join!(
        async {
            while world.shopee().calls("coin_giveout") == 0 {
                tokio::task::yield_now().await;
            }
            for _ in 0..2 {
                give_in_shopees_app(&world, session_id, CoinGiveout { amount: 7, recipients: 5 }).await;
            }
        },
        give(&world, "giveOutCoins", &input)
    );
    let payload = settled(&world, "giveOutCoins", &input).await;
    assert_eq!(payload["coinGiveout"]["state"], "UNKNOWN", "{payload:#}");
    assert!(payload["coinGiveout"]["toCheck"].as_str().unwrap().contains("resolveCoinGiveout"));
    assert_eq!(refusals(&payload), []);
    // It is counted nowhere as given, and not made again.
    assert_eq!(super::books(&database.connect().await, session_id).await, (0, Some(0)));
    assert_eq!(offers(world.shopee(), session_id), [(7, 5); 2]);

    let unknown = "query ($id: ID!) { node(id: $id) { ... on LiveSession {
        coinGiveouts(filter: { state: UNKNOWN }) { totalCount nodes { id liveSession { sessionId } } } } } }";
    let found = world.data(unknown, json!({ "id": session })).await["node"]["coinGiveouts"].take();
    assert_eq!(found["totalCount"], 1);

    let input = json!({ "coinGiveoutId": payload["coinGiveout"]["id"], "happened": false });
    let operator = world.token_with_role(Role::Operator).await;
    let answer = world.ask_as(Some(&operator), &document("resolveCoinGiveout"), json!({ "input": input })).await;
    assert_eq!(code(&answer), "FORBIDDEN");
    let resolved = give(&world, "resolveCoinGiveout", &input).await;
    let refusal = &resolved["coinGiveout"]["refusal"];
    assert_eq!((&resolved["coinGiveout"]["state"], refusal), (&json!("REFUSED"), &json!("NOT_SEEN")));
    assert_eq!(refusals(&give(&world, "resolveCoinGiveout", &input).await)[0], ("NOT_UNKNOWN", None));
    world.stop().await;
}

/// As the host's own phone would.
async fn give_in_shopees_app(world: &World, session_id: i64, giveout: CoinGiveout) {
    let account = world.first_account();
    let credential = shopee::Credential::from_cookie_header(&account.cookie).unwrap();
    let region = account.region.to_string().parse().unwrap();
    let account = shopee::Account { key: 1_000, region, credential: &credential };
    world.gateway.app.shopee.coin_giveout(&account, session_id, giveout).await.unwrap();
}
