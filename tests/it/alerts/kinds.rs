//! Each other kind of alert: what raises it, what it says, what ends it.

use chrono::{TimeDelta, Utc};
use entity::{intent, live_session, shopee_account, user};
use live_gateway::{alert::stock, graphql::id::Kind};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _,
    sea_query::Expr,
};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{alerts, id, look, open, session};
use crate::support::world::{OWNER, World};

on_both!(
    an_account_that_is_signed_out_is_told,
    an_intent_that_stays_unknown_is_told,
    coins_that_run_out_are_told,
    a_silent_source_is_told,
    products_that_run_out_are_told,
);

async fn set_status(connection: &DatabaseConnection, key: i64, status: shopee_account::Status) {
    let row = shopee_account::ActiveModel { id: Set(key), status: Set(status), ..Default::default() };
    row.update(connection).await.unwrap();
}

async fn an_account_that_is_signed_out_is_told(database: Database) {
    let world = World::start(&database).await;
    let account = id(Kind::ShopeeAccount, session(&database.connect().await, &world).await.shopee_account_id);
    look(&world).await;
    assert_eq!(alerts(&world, json!(null)).await, [json!(null); 0]);

    let check =
        "mutation ($id: ID!) { checkShopeeAccount(input: { shopeeAccountId: $id }) { shopeeAccount { status } } }";
    let user_id = world.first_account().user_id;
    world.shopee().expire_cookie(user_id).unwrap();
    world.data(check, json!({ "id": account })).await;
    for _ in 0..3 {
        look(&world).await;
    }
    let told = open(&world, "ACCOUNT_SIGNED_OUT").await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["about"], json!({ "__typename": "ShopeeAccount", "id": account }));
    assert_eq!((&told[0]["usual"], &told[0]["threshold"]), (&json!(null), &json!(null)));
    assert_eq!(told[0]["studio"]["name"], "First Studio");

    set_status(&database.connect().await, 1, shopee_account::Status::Active).await;
    look(&world).await;
    assert_eq!(open(&world, "ACCOUNT_SIGNED_OUT").await.len(), 0);
    // When it comes again it is another alert.
    set_status(&database.connect().await, 1, shopee_account::Status::SignedOut).await;
    look(&world).await;
    assert_eq!(alerts(&world, json!({ "kind": "ACCOUNT_SIGNED_OUT" })).await.len(), 2);

    // Whoever takes a credential away knows that it is gone.
    let disconnect =
        "mutation ($id: ID!) { disconnectShopeeAccount(input: { shopeeAccountId: $id }) { userErrors { code } } }";
    world.data(disconnect, json!({ "id": account })).await;
    look(&world).await;
    assert_eq!(open(&world, "ACCOUNT_SIGNED_OUT").await.len(), 0);
    world.stop().await;
}

async fn an_intent_that_stays_unknown_is_told(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session = session(&connection, &world).await;
    let owner = user::Entity::find().filter(user::Column::Email.eq(OWNER)).one(&connection).await.unwrap().unwrap();
    let now = live_gateway::clock::Clock.now();
    let row = intent::ActiveModel {
        studio_id: Set(session.studio_id),
        shopee_account_id: Set(session.shopee_account_id),
        requested_by: Set(owner.id),
        idempotency_key: Set("lost".to_owned()),
        kind: Set(intent::Kind::GiveOutCoins),
        resource: Set(format!("coins/{}", session.id)),
        input: Set("{}".to_owned()),
        state: Set(intent::State::Unknown),
        attempts: Set(1),
        revision: Set(1),
        created_at: Set(now),
        settled_at: Set(Some(now)),
        ..Default::default()
    };
    let key = row.insert(&connection).await.unwrap().id;
    let coins = entity::coin_giveout::ActiveModel {
        id: Set(key),
        studio_id: Set(session.studio_id),
        live_session_id: Set(session.id),
        amount: Set(5),
        recipients: Set(None),
    };
    coins.insert(&connection).await.unwrap();
    look(&world).await;
    let told = open(&world, "INTENT_UNKNOWN").await;
    assert_eq!(told.len(), 1, "{told:#?}");
    let giveout = id(Kind::CoinGiveout, key);
    assert_eq!(told[0]["about"], json!({ "__typename": "CoinGiveout", "id": giveout }));

    let resolve = "mutation ($id: ID!) {
        resolveCoinGiveout(input: { coinGiveoutId: $id, happened: true }) { userErrors { code } } }";
    world.data(resolve, json!({ "id": giveout })).await;
    look(&world).await;
    assert_eq!(open(&world, "INTENT_UNKNOWN").await.len(), 0);
    world.stop().await;
}

async fn coins_that_run_out_are_told(database: Database) {
    let world = World::start(&database).await;
    let (connection, studio) = (database.connect().await, world.studio_id().await);
    let session = session(&connection, &world).await;
    let budgets = "mutation ($id: ID!, $session: Long, $day: Long) { updateStudio(input: {
        studioId: $id, coinBudgetPerSession: $session, coinBudgetPerDay: $day }) { userErrors { code } } }";
    let set = async |per_session: Value, per_day: Value| {
        world.data(budgets, json!({ "id": studio, "session": per_session, "day": per_day })).await;
        look(&world).await;
    };
    let give = "mutation ($id: ID!) { giveOutCoins(input: {
        idempotencyKey: \"one\", liveSessionId: $id, amount: 90, recipients: 9 }) { userErrors { code } } }";
    world.data(give, json!({ "id": id(Kind::LiveSession, session.id) })).await;
    // A tenth of a budget is left, and a little more; of one that allows nothing, nothing runs out.
    for (per_session, per_day) in [(json!(101), json!(101)), (json!(0), json!(0)), (json!(null), json!(null))] {
        set(per_session, per_day).await;
        assert_eq!(open(&world, "COINS_LOW").await, [json!(null); 0]);
    }
    set(json!(100), json!(null)).await;
    let told = open(&world, "COINS_LOW").await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["about"]["__typename"], "LiveSession");
    let numbers = ["usual", "observed", "threshold"].map(|name| told[0][name].clone());
    assert_eq!(numbers, [json!("100"), json!("10"), json!(10)]);
    set(json!(null), json!(80)).await;
    let told = open(&world, "COINS_LOW").await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["about"], json!({ "__typename": "Studio", "id": studio }));
    assert_eq!((&told[0]["usual"], &told[0]["observed"]), (&json!("80"), &json!("0")));
    world.stop().await;
}

async fn a_silent_source_is_told(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session = session(&connection, &world).await;
    let heard_at = async |minutes: i64| {
        let at = live_gateway::clock::Clock.now() - TimeDelta::minutes(minutes);
        let synced = live_session::Entity::update_many().col_expr(live_session::Column::SyncedAt, Expr::value(at));
        synced.filter(live_session::Column::Id.eq(session.id)).exec(&connection).await.unwrap();
        look(&world).await;
        at
    };
    heard_at(14).await;
    assert_eq!(open(&world, "SOURCE_STALE").await.len(), 0);
    let at = heard_at(16).await;
    let told = open(&world, "SOURCE_STALE").await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["about"]["id"], id(Kind::LiveSession, session.id));
    assert_eq!(told[0]["threshold"], 15);
    let since: chrono::DateTime<Utc> = told[0]["staleSince"].as_str().unwrap().parse().unwrap();
    assert!((since - at).abs() < TimeDelta::milliseconds(2), "{since} {at}");
    // An account that is signed out is told by itself; what is told already stays.
    heard_at(0).await;
    assert_eq!(open(&world, "SOURCE_STALE").await.len(), 0);
    set_status(&connection, session.shopee_account_id, shopee_account::Status::SignedOut).await;
    heard_at(30).await;
    assert_eq!(open(&world, "SOURCE_STALE").await.len(), 0);
    assert_eq!(open(&world, "ACCOUNT_SIGNED_OUT").await.len(), 1);
    world.stop().await;
}

async fn products_that_run_out_are_told(database: Database) {
    let world = World::start(&database).await;
    let studio = world.studio_id().await;
    let bound = async |pieces: Value| {
        let set = "mutation ($id: ID!, $pieces: Long) {
            updateAlertSettings(input: { studioId: $id, stockLowPieces: $pieces }) { userErrors { code } } }";
        world.data(set, json!({ "id": studio, "pieces": pieces })).await;
        stock::look(&world.gateway.app).await.unwrap();
        look(&world).await;
        open(&world, "STOCK_LOW").await
    };
    assert_eq!(bound(json!(null)).await.len(), 0);
    assert_eq!(world.shopee().calls("session_items"), 0, "nobody wants to know");
    assert_eq!(bound(json!(0)).await.len(), 0);
    let asked = world.shopee().calls("session_items");
    assert!(asked > 0);

    // Somewhere below the fewest that the sandbox has in stock, and that of one product alone.
    let stocks =
        "query ($id: ID!) { liveSession(sessionId: $id) { items(first: 100) { nodes { id stock stockSeenAt } } } }";
    let session = world.on_air().session_id.to_string();
    let data = world.data(stocks, json!({ "id": session })).await;
    let items = data["liveSession"]["items"]["nodes"].as_array().unwrap();
    let left: Vec<i64> = items.iter().map(|item| item["stock"].as_i64().unwrap()).collect();
    assert!(items.iter().all(|item| item["stockSeenAt"].is_string()), "{items:#?}");
    let fewest = *left.iter().min().unwrap();
    let told = bound(json!(fewest)).await;
    let of_the_fewest = items.iter().find(|item| item["stock"] == fewest).unwrap();
    let told: Vec<_> = told.iter().filter(|alert| alert["about"]["id"] == of_the_fewest["id"]).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((&told[0]["observed"], &told[0]["threshold"]), (&json!(fewest.to_string()), &json!(fewest)));
    assert_eq!(world.shopee().calls("session_items"), asked, "asked every few minutes");
    assert_eq!(bound(json!(0)).await.len(), 0);
    world.stop().await;
}
