//! Storing what Shopee lists: what a run may change, what it must not, and what happens when a part of it fails.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod beside;
mod confirmed;
mod crash;
mod faults;
mod history;
mod jobs;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{job_failure, live_session, live_session_item, shopee_account};
use live_gateway::{
    account::connect,
    app::App,
    commands::ensure_studio,
    graphql::id::{GlobalId, Kind},
    identity::scope::Scope,
    session::sync::{Reach, sync_account},
};
use rust_decimal::Decimal;
use sandbox::{AccountView, Fault, FaultKind, ProductView};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};
use serde_json::{Value, json};
use shopee::Credential;
use testing::{Database, on_both};

use crate::support::{
    eventually,
    world::{OWNER, Start, World},
};

on_both!(
    what_is_stored_is_what_shopee_lists,
    a_second_run_changes_nothing,
    an_ended_session_stays_ended,
    what_shopee_leaves_out_keeps_its_last_value,
    names_follow_the_source,
    a_failing_product_list_stops_nothing_else,
    each_item_is_described_by_its_bag,
    a_bag_that_cannot_be_had_costs_nothing_but_what_it_tells,
    runs_at_once_come_to_the_same,
    the_job_goes_on_past_an_account_that_fails,
);

/// All rows of sessions and items.
#[derive(Debug, PartialEq)]
struct Rows {
    sessions: Vec<live_session::Model>,
    items: Vec<live_session_item::Model>,
}

impl Rows {
    async fn read(connection: &DatabaseConnection) -> Self {
        let sessions = live_session::Entity::find().order_by_asc(live_session::Column::Id);
        let items = live_session_item::Entity::find().order_by_asc(live_session_item::Column::Id);
        Self { sessions: sessions.all(connection).await.unwrap(), items: items.all(connection).await.unwrap() }
    }

    /// Without what every run may change: when the rows were last compared with Shopee.
    fn lasting(mut self) -> Self {
        for session in &mut self.sessions {
            (session.synced_at, session.items_synced_at) = (None, None);
        }
        self.items.iter_mut().for_each(|item| item.last_updated = DateTime::UNIX_EPOCH);
        self
    }

    fn session(&self, session_id: i64) -> live_session::Model {
        self.sessions.iter().find(|session| session.session_id == session_id).unwrap().clone()
    }

    fn session_ids(&self) -> BTreeSet<i64> {
        self.sessions.iter().map(|session| session.session_id).collect()
    }
}

/// The ids of an account's sessions, from the horse's mouth.
fn held_by(world: &World, account: &AccountView) -> BTreeSet<i64> {
    let sessions = world.shopee().sessions().into_iter();
    sessions.filter(|session| session.user_id == account.user_id).map(|session| session.session_id).collect()
}

async fn only_account(connection: &DatabaseConnection) -> i64 {
    shopee_account::Entity::find().one(connection).await.unwrap().unwrap().id
}

async fn sync(world: &World, connection: &DatabaseConnection) {
    sync_account(&world.gateway.app, only_account(connection).await, Reach::All).await.unwrap();
}

/// A world with nothing stored yet but one account, and its key.
async fn connected_only(database: &Database) -> (World, i64) {
    let world = World::start_with(database, Start { accounts: 0, ..Start::default() }).await;
    let (app, account) = (&world.gateway.app, world.first_account());
    let studio = ensure_studio(app, "First Studio", OWNER, chrono_tz::Asia::Jakarta).await.unwrap();
    let credential = Credential::from_cookie_header(&account.cookie).unwrap();
    let region = account.region.to_string().parse().unwrap();
    let account_id = connect::connect(app, &Scope::job_runner(), studio, region, &credential).await.unwrap();
    (world, account_id)
}

async fn what_is_stored_is_what_shopee_lists(database: Database) {
    let world = World::start(&database).await;
    let rows = Rows::read(&database.connect().await).await;
    assert_eq!(rows.session_ids(), held_by(&world, &world.first_account()));
    for row in &rows.sessions {
        let truth = world.shopee().session(row.session_id).unwrap();
        let (viewers, peak) = (truth.total_viewers as i64, truth.peak_viewers as i64);
        assert_eq!(row.session_name, truth.title);
        assert_eq!((row.total_viewers, row.peak_viewers), (Some(viewers), Some(peak)));
        assert_eq!((row.total_orders, row.total_revenue), (Some(truth.orders as i64), Some(truth.sales)));
        let confirmed = (row.confirmed_orders, row.confirmed_revenue);
        assert_eq!(confirmed, (Some(truth.confirmed_orders as i64), Some(truth.confirmed_sales)));
        assert_eq!(row.status == live_session::Status::OnAir, truth.on_air);
        assert_eq!(row.ended_at.map(|at| at.timestamp()), truth.ended_at.map(|at| at.timestamp()));
        let items = rows.items.iter().filter(|item| item.live_session_id == row.id);
        let (sold, sales) = items.fold((0, 0), |(sold, sales), item| {
            (sold + item.quantity_sold.unwrap(), sales + item.total_sales_amount.unwrap())
        });
        assert_eq!((sold, sales), (truth.items_sold as i64, truth.sales), "the items add up to the session");
    }
    world.stop().await;
}

async fn a_second_run_changes_nothing(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let before = Rows::read(&connection).await;
    sync(&world, &connection).await;
    let after = Rows::read(&connection).await;
    assert!(!after.items.is_empty());
    for (before, after) in before.sessions.iter().zip(&after.sessions) {
        assert!(after.synced_at > before.synced_at, "the second run came by");
    }
    assert_eq!(after.lasting(), before.lasting());
    world.stop().await;
}

/// Shopee says that the session is on air, and was ended by the gateway: an end is final.
async fn an_ended_session_stays_ended(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session_id = world.on_air().session_id;
    let ended_at: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
    let mut row = Rows::read(&connection).await.session(session_id).into_active_model();
    row.status = Set(live_session::Status::Ended);
    row.ended_at = Set(Some(ended_at));
    let ended = row.update(&connection).await.unwrap();

    sync(&world, &connection).await;
    let after = Rows::read(&connection).await.session(session_id);
    assert!(after.synced_at > ended.synced_at);
    assert_eq!(live_session::Model { synced_at: ended.synced_at, ..after }, ended);
    world.stop().await;
}

async fn what_shopee_leaves_out_keeps_its_last_value(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let before = Rows::read(&connection).await.lasting();
    assert!(before.sessions.iter().all(|session| session.total_likes.is_some()));
    world.shopee().inject(Fault::new(FaultKind::NullMetrics).on("session_list"));
    sync(&world, &connection).await;
    assert_eq!(Rows::read(&connection).await.lasting(), before);
    world.stop().await;
}

async fn names_follow_the_source(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session_id = world.on_air().session_id;
    let before = Rows::read(&connection).await.lasting();
    let session = before.session(session_id);
    let item = before.items.iter().find(|item| item.live_session_id == session.id).unwrap().clone();
    let (old_name, old_streamer) = (Set("an old name".to_owned()), Set(Some("an old streamer".to_owned())));
    let renamed =
        live_session::ActiveModel { session_name: old_name, streamer_name: old_streamer, ..session.clone().into() };
    renamed.reset_all().update(&connection).await.unwrap();
    let renamed = live_session_item::ActiveModel { product_name: Set("an old product".to_owned()), ..item.into() };
    renamed.reset_all().update(&connection).await.unwrap();

    sync(&world, &connection).await;
    let mut after = Rows::read(&connection).await.lasting();
    let changed = after.sessions.iter_mut().find(|session| session.session_id == session_id).unwrap();
    assert!(changed.updated_at > session.updated_at, "a change is noted");
    changed.updated_at = session.updated_at;
    assert_eq!(after, before);
    world.stop().await;
}

async fn a_failing_product_list_stops_nothing_else(database: Database) {
    let (world, account_id) = connected_only(&database).await;
    let connection = database.connect().await;
    let unknown = live_session::Entity::find().filter(live_session::Column::ProductsCount.is_null());
    let held = held_by(&world, &world.first_account());

    world.shopee().inject(Fault::new(FaultKind::Html).on("product_list").times(3));
    let listed = sync_account(&world.gateway.app, account_id, Reach::All).await.unwrap();
    assert_eq!(listed, held.len() as u64);
    assert_eq!(Rows::read(&connection).await.session_ids(), held);
    assert_eq!(unknown.all(&connection).await.unwrap(), [], "the same run makes up for what failed");
    let failed = job_failure::Entity::find().all(&connection).await.unwrap();
    assert_eq!(failed.len(), 3, "{failed:?}");
    for row in failed {
        assert_eq!((row.code.as_str(), row.call.as_deref()), ("SHOPEE_GARBLED", Some("product_list")));
        assert!(row.resolved_at.is_some() && held.contains(&row.session_id), "{row:?}");
    }
    world.stop().await;
}

/// The shops of a session's bag, as Shopee tells its viewers.
async fn bag_of(world: &World, session_id: i64) -> BTreeMap<String, i64> {
    let account = world.first_account();
    let credential = Credential::from_cookie_header(&account.cookie).unwrap();
    let account =
        shopee::Account { key: 0, region: account.region.to_string().parse().unwrap(), credential: &credential };
    let bag = world.gateway.app.shopee.session_items(&account, session_id, 0, 200).await.unwrap();
    bag.items.into_iter().map(|item| (item.item_id.to_string(), item.shop_id.unwrap())).collect()
}

fn truth_of<'a>(products: &'a [ProductView], item: &Value) -> &'a ProductView {
    let item_id: i64 = item["itemId"].as_str().unwrap().parse().unwrap();
    products.iter().find(|product| product.item_id == item_id).unwrap()
}

async fn items_of(world: &World, session_id: i64) -> Vec<Value> {
    let query = "query ($id: ID!) { liveSession(sessionId: $id, region: ID) {
        items(first: 100) { nodes { itemId shopId productUrl commissionRate regularPrice { amount }
            confirmedSalesAmount { amount } totalCommission { amount } } } } }";
    let mut data = world.data(query, json!({ "id": session_id.to_string() })).await;
    let Value::Array(items) = data["liveSession"]["items"]["nodes"].take() else { panic!("{data}") };
    items
}

async fn each_item_is_described_by_its_bag(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    let bag = bag_of(&world, session_id).await;
    assert!(!bag.is_empty());
    world.shopee().reset_calls();
    let items = items_of(&world, session_id).await;
    assert_eq!(items.len(), bag.len());
    let truth = world.shopee().products(session_id);
    for (item, truth) in items.iter().map(|item| (item, truth_of(&truth, item))) {
        let money = |amount: i64| json!({ "amount": Decimal::new(amount, 5).normalize() });
        assert_eq!(item["commissionRate"], json!(Decimal::new(truth.commission_rate, 5).normalize()));
        assert_eq!(item["regularPrice"], money(truth.price_before_discount));
        assert_eq!(item["confirmedSalesAmount"], money(truth.confirmed_sales));
        let item_id = item["itemId"].as_str().unwrap();
        let shop_id = bag[item_id];
        let page = format!("https://shopee.co.id/product/{shop_id}/{item_id}");
        assert_eq!((&item["shopId"], &item["productUrl"]), (&json!(shop_id.to_string()), &json!(page)));
    }
    sync(&world, &database.connect().await).await;
    assert_eq!(world.shopee().calls("session_items"), 0, "what is known is not asked for again at once");
    world.stop().await;
}

async fn a_bag_that_cannot_be_had_costs_nothing_but_what_it_tells(database: Database) {
    let (world, account_id) = connected_only(&database).await;
    let connection = database.connect().await;
    world.shopee().inject(Fault::new(FaultKind::RiskControl { status: 403 }).on("session_items"));
    sync_account(&world.gateway.app, account_id, Reach::All).await.unwrap();
    let items = Rows::read(&connection).await.items;
    assert!(!items.is_empty() && items.iter().all(|item| item.shop_id.is_none()));

    world.shopee().clear_faults();
    let session_id = world.on_air().session_id;
    let query = "mutation ($id: ID!) { syncLiveSession(input: { id: $id }) { itemsChanged } }";
    let session = Rows::read(&connection).await.session(session_id);
    let id = GlobalId::new(Kind::LiveSession, session.id).encode();
    let changed = world.data(query, json!({ "id": id })).await["syncLiveSession"]["itemsChanged"].clone();
    let items = items_of(&world, session_id).await;
    assert_eq!(changed, items.len(), "what was not told is made up for");
    assert!(items.iter().all(|item| item["shopId"].is_string()), "{items:?}");

    // What is known stays when Shopee does not tell it again.
    world.shopee().inject(Fault::new(FaultKind::Html).on("session_items"));
    let other = world.another_gateway(&database, &[]).await;
    sync_account(&other.app, account_id, Reach::All).await.unwrap();
    assert_eq!(items_of(&world, session_id).await, items);
    other.stop().await;
    world.stop().await;
}

/// Four runs of two gateways on an empty table: they insert the same rows at the same time.
async fn runs_at_once_come_to_the_same(database: Database) {
    let (world, account_id) = connected_only(&database).await;
    let app = &world.gateway.app;
    let other = App::build(app.config.clone()).await.unwrap();
    let run = |app| sync_account(app, account_id, Reach::All);
    let (one, two, three, four) = tokio::join!(run(app), run(&other), run(app), run(&other));
    let held = held_by(&world, &world.first_account());
    for listed in [one, two, three, four] {
        assert_eq!(listed.unwrap(), held.len() as u64);
    }
    other.database.clone().close().await;

    let connection = database.connect().await;
    let before = Rows::read(&connection).await.lasting();
    assert_eq!(before.session_ids(), held);
    assert_eq!(before.sessions.len(), held.len());
    sync(&world, &connection).await;
    assert_eq!(Rows::read(&connection).await.lasting(), before);
    world.stop().await;
}

async fn the_job_goes_on_past_an_account_that_fails(database: Database) {
    let variables = vec![("SYNC_INTERVAL_SECONDS", "1".to_owned())];
    let world = World::start_with(&database, Start { accounts: 2, variables }).await;
    let connection = database.connect().await;
    let (first, second) = (world.first_account(), world.shopee().accounts().remove(1));
    world.shopee().inject(Fault::new(FaultKind::ServerError(500)).account(first.user_id));
    let missed = world.shopee().start_session(first.user_id, "Nobody may list this").unwrap();
    let seen = world.shopee().start_session(second.user_id, "A session of the second account").unwrap();

    eventually("the job stores it", async || Rows::read(&connection).await.session_ids().contains(&seen)).await;
    assert!(!Rows::read(&connection).await.session_ids().contains(&missed));
    world.shopee().clear_faults();
    eventually("and this one, once it may", async || Rows::read(&connection).await.session_ids().contains(&missed))
        .await;
    world.stop().await;
}
