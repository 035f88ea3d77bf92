use std::time::{Duration, Instant};

use entity::{live_session, live_session_item};
use sandbox::{Fault, FaultKind};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _,
    IntoActiveModel as _, ModelTrait as _, QueryFilter as _, QueryOrder as _,
};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{answer, audited, done, ended, refusals, row, stored};
use crate::support::{
    answer::{cache_hits, code, shopee_calls},
    world::World,
};

on_both!(
    what_differs_is_stored_and_told,
    an_end_is_stored,
    all_or_nothing,
    calls_run_side_by_side,
    those_who_ask_at_once_share_one_run,
    a_session_that_shopee_hides_is_said_to_be_unknown,
);

const SYNC: &str = "syncLiveSession";
/// Longer than anything else that a request does here.
const DELAY: u64 = 400;

async fn items(connection: &DatabaseConnection, session_key: i64) -> Vec<live_session_item::Model> {
    let query = live_session_item::Entity::find().order_by_asc(live_session_item::Column::Id);
    query.filter(live_session_item::Column::LiveSessionId.eq(session_key)).all(connection).await.unwrap()
}

/// Leaves a session as Shopee may have had it once: another title, fewer likes, no shares, a product less, another price.
async fn turn_back(connection: &DatabaseConnection, row: &live_session::Model) {
    let before = live_session::ActiveModel {
        session_name: Set("An old title".to_owned()),
        total_likes: Set(Some(1)),
        total_shares: Set(None),
        products_count: Set(row.products_count.map(|count| count - 1)),
        ..row.clone().into_active_model()
    };
    before.update(connection).await.unwrap();
    let mut items = items(connection, row.id).await.into_iter();
    items.next().unwrap().delete(connection).await.unwrap();
    let dearer =
        live_session_item::ActiveModel { live_price: Set(Some(1)), ..items.next().unwrap().into_active_model() };
    dearer.update(connection).await.unwrap();
}

async fn what_differs_is_stored_and_told(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (row_before, id) = stored(&connection, &ended(&world)).await;
    turn_back(&connection, &row_before).await;
    let extra = live_session_item::ActiveModel {
        live_session_id: Set(row_before.id),
        item_id: Set(1),
        product_name: Set("Taken out of the bag".to_owned()),
        last_updated: Set(row_before.updated_at),
        ..Default::default()
    };
    extra.insert(&connection).await.unwrap();

    let payload = done(&world, SYNC, json!({ "id": id })).await;
    assert_eq!(
        payload["changedFields"],
        json!(["productsCount", "sessionName", "totalLikes", "totalShares"]),
        "{payload:#}"
    );
    assert_eq!((&payload["itemsAdded"], &payload["itemsChanged"]), (&json!(1), &json!(1)));
    let truth = world.shopee().session(row_before.session_id).unwrap();
    let session = &payload["liveSession"];
    assert_eq!((&session["sessionName"], &session["totalLikes"]), (&json!(truth.title), &json!(truth.likes)));
    assert!(session["totalShares"].is_u64());
    let after = row(&connection, row_before.session_id).await.unwrap();
    assert!(after.updated_at > row_before.updated_at && after.items_synced_at > row_before.items_synced_at);
    let kept = items(&connection, row_before.id).await;
    assert_eq!(kept.len() as i64, after.products_count.unwrap() + 1, "what is listed no longer stays");

    let (before, now) = audited(&connection, "LIVE_SESSION_SYNCED").await.remove(0);
    assert_eq!((&before["sessionName"], &now["sessionName"]), (&json!("An old title"), &json!(truth.title)));
    assert_eq!((&now["itemsAdded"], before.get("endedAt")), (&json!(1), None));

    let again = done(&world, SYNC, json!({ "id": id })).await;
    assert_eq!(
        json!([again["changedFields"], again["itemsAdded"], again["itemsChanged"], again["userErrors"]]),
        json!([[], 0, 0, []])
    );
    assert!(again["liveSession"]["syncedAt"].as_str() > session["syncedAt"].as_str());
    assert_eq!(again["liveSession"]["updatedAt"], session["updatedAt"]);
    world.stop().await;
}

async fn an_end_is_stored(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (row, id) = stored(&connection, &world.on_air()).await;
    world.shopee().step(Duration::from_secs(600));
    world.shopee().end_session(row.session_id).unwrap();
    let payload = done(&world, SYNC, json!({ "id": id })).await;
    let session = &payload["liveSession"];
    assert_eq!((&session["status"], session["endedAt"].is_string()), (&json!("ENDED"), true));
    let changed = payload["changedFields"].as_array().unwrap();
    assert!(changed.contains(&json!("status")) && changed.contains(&json!("endedAt")), "{payload}");
    let again = done(&world, SYNC, json!({ "id": id })).await;
    assert_eq!((&again["changedFields"], &again["liveSession"]["endedAt"]), (&json!([]), &session["endedAt"]));
    world.stop().await;
}

async fn all_or_nothing(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (row_before, id) = stored(&connection, &ended(&world)).await;
    turn_back(&connection, &row_before).await;
    let before = (row(&connection, row_before.session_id).await, items(&connection, row_before.id).await);
    for call in ["session_info", "overview", "product_list"] {
        world.shopee().inject(Fault::new(FaultKind::Html).on(call));
        let answer = answer(&world, Some(&world.token), SYNC, json!({ "id": id })).await;
        world.shopee().clear_faults();
        assert_eq!((code(&answer), &answer["data"][SYNC]), ("SHOPEE_GARBLED", &Value::Null), "{call}");
        assert_eq!(answer["errors"][0]["extensions"]["call"], call);
        let after = (row(&connection, row_before.session_id).await, items(&connection, row_before.id).await);
        assert_eq!(after, before, "{call}");
    }
    assert_eq!(audited(&connection, "LIVE_SESSION_SYNCED").await, []);
    world.stop().await;
}

/// How long a request takes while each call to Shopee takes [`DELAY`] and more.
async fn timed(world: &World, work: impl Future<Output = Value>) -> (f64, Value) {
    world.shopee().inject(Fault::new(FaultKind::Delay(DELAY)));
    let started = Instant::now();
    let answer = work.await;
    world.shopee().clear_faults();
    (started.elapsed().as_secs_f64(), answer)
}

/// One call and three at once, one after the other: what else the machine does slows both.
#[expect(clippy::print_stdout, reason = "shown when the test fails, or when somebody wants to know")]
async fn calls_run_side_by_side(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (row, id) = stored(&connection, &ended(&world)).await;
    let one = "query ($id: ID!) { liveSession(id: $id) { overview { viewers } } }";
    let (alone, _) = timed(&world, world.ask(one, json!({ "id": id }))).await;
    world.shopee().reset_calls();
    let (together, answer) = timed(&world, answer(&world, Some(&world.token), SYNC, json!({ "id": id }))).await;
    let ratio = together / alone;
    println!("three calls took {together:.3} s, one {alone:.3} s: {ratio:.2} times as long");
    assert!((0.5..2.0).contains(&ratio), "one after the other it would be three times as long: {ratio}");
    assert_eq!(shopee_calls(&answer), 3);
    assert_eq!(world.shopee().call_log().len(), 3);
    assert!(world.shopee().call_log().iter().all(|call| call.session_id == Some(row.session_id)));

    // What was answered just now is not asked again for the payload.
    let with_overview = "mutation ($id: ID!) { syncLiveSession(input: { id: $id }) {
        liveSession { overview { viewers } info { title } } userErrors { code } } }";
    let answer = world.ask(with_overview, json!({ "id": id })).await;
    assert!(answer["data"][SYNC]["liveSession"]["info"]["title"].is_string(), "{answer}");
    assert_eq!((shopee_calls(&answer), cache_hits(&answer)), (3, 2));
    world.stop().await;
}

async fn those_who_ask_at_once_share_one_run(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (row, id) = stored(&connection, &ended(&world)).await;
    turn_back(&connection, &row).await;
    let ask = || answer(&world, Some(&world.token), SYNC, json!({ "id": id }));
    let both = async {
        let (one, other) = tokio::join!(ask(), ask());
        json!([one, other])
    };
    let (_, answers) = timed(&world, both).await;
    assert_eq!(answers[0]["data"], answers[1]["data"]);
    assert_eq!(answers[0]["data"][SYNC]["itemsAdded"], 1);
    assert_eq!(shopee_calls(&answers[0]) + shopee_calls(&answers[1]), 3);
    assert_eq!(world.shopee().call_log().len(), 3);
    assert_eq!(audited(&connection, "LIVE_SESSION_SYNCED").await.len(), 1);
    ask().await;
    assert_eq!(world.shopee().call_log().len(), 6, "whoever asks afterwards asks anew");
    world.stop().await;
}

async fn a_session_that_shopee_hides_is_said_to_be_unknown(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (before, id) = stored(&connection, &ended(&world)).await;
    for call in ["session_info", "overview"] {
        world.shopee().inject(Fault::new(FaultKind::EmptyData).on(call));
        let payload = done(&world, SYNC, json!({ "id": id })).await;
        world.shopee().clear_faults();
        assert_eq!(refusals(&payload), [("NOT_FOUND", Some("id"))], "{call}");
        assert_eq!((&payload["liveSession"], &payload["changedFields"]), (&Value::Null, &Value::Null));
    }
    world.shopee().expire_cookie(world.first_account().user_id).unwrap();
    let refused = answer(&world, Some(&world.token), SYNC, json!({ "id": id })).await;
    assert_eq!(code(&refused), "SHOPEE_SIGNED_OUT");
    assert_eq!(row(&connection, before.session_id).await.unwrap(), before);
    world.stop().await;
}
