//! The coins of a session: what the panel of the simulated Shopee says of them, and what they are worth.

use std::time::Duration;

use entity::live_session;
use sandbox::{Fault, FaultKind, SessionView};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::{Value, json};
use shopee::{Account, CoinGiveout, Credential, Region};
use testing::{Database, on_both};

use super::money::written;
use crate::support::world::World;

on_both!(coins_are_those_of_the_panel, coins_that_are_overdrawn_are_none_left, coins_beyond_counting_have_no_value);

const COINS: &str = "query($id: ID!) { liveSession(sessionId: $id) { coinsDistributed
    coins { ...Coins } coinReward { rounds claimers coins { ...Coins } } } }
    fragment Coins on LiveCoins { state isShown coinsPerClaim claimsOffered claimsLeft claimed given
        value { amount currencyCode } claimedValue { amount currencyCode } }";

/// What a coin of Indonesia is worth, in 1/100000 rupiah.
const WORTH: i64 = 100_000;

async fn coins(world: &World, session_id: i64) -> Value {
    world.data(COINS, json!({ "id": session_id.to_string() })).await["liveSession"].take()
}

/// The first account's two sessions on air.
fn on_air(world: &World) -> [SessionView; 2] {
    let account = world.first_account().user_id;
    let own = world.shopee().on_air().into_iter().filter(|session| session.user_id == account);
    own.collect::<Vec<_>>().try_into().unwrap()
}

async fn start(world: &World, session_id: i64, total: i64) {
    let credential = Credential::from_cookie_header(&world.first_account().cookie).unwrap();
    let account = Account { key: 77, region: Region::Id, credential: &credential };
    world.gateway.app.shopee.coin_start(&account, session_id, Some(total)).await.unwrap();
}

async fn give(world: &World, session_id: i64, giveout: CoinGiveout) {
    let credential = Credential::from_cookie_header(&world.first_account().cookie).unwrap();
    let account = Account { key: 77, region: Region::Id, credential: &credential };
    world.gateway.app.shopee.coin_giveout(&account, session_id, giveout).await.unwrap();
}

async fn store_given(database: &Database, session_id: i64, coins: i64) {
    let rows = live_session::Entity::update_many().filter(live_session::Column::SessionId.eq(session_id));
    let rows = rows.col_expr(live_session::Column::CoinsDistributed, Expr::value(coins));
    rows.exec(&database.connect().await).await.unwrap();
}

fn rupiah(coins: i64) -> Value {
    json!({ "amount": written(coins * WORTH), "currencyCode": "IDR" })
}

async fn coins_are_those_of_the_panel(database: Database) {
    let world = World::start(&database).await;
    let [with, without] = on_air(&world).map(|session| session.session_id);
    start(&world, with, 100).await;
    give(&world, with, CoinGiveout { amount: 50, recipients: 10 }).await;
    world.shopee().step(Duration::from_secs(120));
    store_given(&database, with, 150).await;
    let (told, truth) = (coins(&world, with).await, world.shopee().coins(with).unwrap());
    assert!(truth.coins_claimed > 0 && truth.claimed < truth.claims, "{truth:?}");
    let now = &told["coins"];
    assert_eq!((&now["state"], &now["isShown"]), (&json!("ACTIVE"), &json!(true)));
    assert_eq!((&now["claimsOffered"], &now["claimed"]), (&json!(truth.claims), &json!(truth.coins_claimed)));
    assert_eq!(now["claimsLeft"], truth.claims - truth.claimed);
    assert_eq!(now["claimedValue"], rupiah(truth.coins_claimed as i64));
    assert_eq!((&now["given"], &now["value"]), (&json!(150), &rupiah(150)));
    assert_eq!(told["coinsDistributed"], 150);
    let reward = &told["coinReward"];
    assert_eq!((&reward["rounds"], &reward["claimers"]), (&json!(2), &json!(truth.claimers)));
    let mut unshown = now.clone();
    unshown["isShown"] = Value::Null;
    assert_eq!(reward["coins"], unshown, "Shopee does not tell it with the reward");

    let told = coins(&world, without).await;
    let now = &told["coins"];
    assert_eq!((&now["state"], &now["isShown"], &now["claimed"]), (&json!("OFF"), &json!(false), &json!(0)));
    assert_eq!((&now["given"], &now["value"], &now["claimedValue"]), (&Value::Null, &Value::Null, &rupiah(0)));
    assert_eq!((&told["coinReward"]["rounds"], &told["coinsDistributed"]), (&json!(0), &Value::Null));
    world.stop().await;
}

async fn coins_that_are_overdrawn_are_none_left(database: Database) {
    let world = World::start(&database).await;
    let session_id = on_air(&world)[0].session_id;
    start(&world, session_id, 100).await;
    let offer = world.shopee().coin_offers().remove(0);
    world.shopee().inject(Fault::new(FaultKind::NegativeClaimsLeft));
    let now = coins(&world, session_id).await["coins"].take();
    assert_eq!(now["claimsLeft"], 0);
    let per_claim: f64 = now["coinsPerClaim"].as_str().unwrap().parse().unwrap();
    assert_eq!(per_claim * offer.claims as f64, offer.coins as f64);
    world.stop().await;
}

async fn coins_beyond_counting_have_no_value(database: Database) {
    let world = World::start(&database).await;
    let session_id = on_air(&world)[0].session_id;
    for (given, value) in
        [(i64::MAX / WORTH, rupiah(i64::MAX / WORTH)), (i64::MAX / WORTH + 1, Value::Null), (i64::MAX, Value::Null)]
    {
        store_given(&database, session_id, given).await;
        let now = coins(&world, session_id).await["coins"].take();
        assert_eq!((&now["given"], &now["value"]), (&json!(given), &value));
    }
    world.stop().await;
}
