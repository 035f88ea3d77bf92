//! What goes into the page's variables, each looked up or made as a reader would.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::page::Operation;
use crate::support::{
    eventually,
    introspection::{list, text},
    world::World,
};

const SESSION: &str = "query($id: ID!) { liveSession(sessionId: $id) {
    id updatedAt shopeeAccount { id } items(first: 1) { nodes { itemId } } } }";
const ENDED: &str = "{ liveSessions(first: 1, filter: { status: [ENDED] }) { nodes { id } } }";
const START_LOGIN: &str = "mutation($studio: ID!) {
    startShopeeLogin(input: { studioId: $studio, region: ID }) { login { id } } }";
const LOGIN: &str = "query($id: ID!) { shopeeLogin(id: $id) { status } }";

/// The variables of an operation.
pub(super) async fn values(world: &World, operation: &Operation) -> Value {
    let mut values = Map::new();
    for name in &operation.variables {
        values.insert(name.clone(), value(world, name).await);
    }
    values.into()
}

async fn value(world: &World, name: &str) -> Value {
    match name {
        "studioId" => json!(world.studio_id().await),
        "liveSessionId" => session(world).await["id"].take(),
        "updatedAt" => session(world).await["updatedAt"].take(),
        "shopeeAccountId" => session(world).await["shopeeAccount"]["id"].take(),
        "syncJobId" => sync_job(world).await,
        "itemId" => session(world).await["items"]["nodes"][0]["itemId"].take(),
        "endedLiveSessionId" => world.data(ENDED, json!({})).await["liveSessions"]["nodes"][0]["id"].take(),
        "sessionId" => json!(world.on_air().session_id.to_string()),
        "newSessionId" => json!(new_session(world).to_string()),
        "shopeeLoginId" => waiting_login(world).await,
        "confirmedShopeeLoginId" => confirmed_login(world).await,
        "campaignId" => json!(campaign(world).to_string()),
        "region" => json!(world.first_account().region.to_string()),
        "userId" => json!(world.first_account().user_id.to_string()),
        "shopId" => json!(world.first_account().shop_id.to_string()),
        "shopName" => json!(world.first_account().username),
        "idempotencyKey" => json!(format!("{:032x}", rand::random::<u128>())),
        "coins" => json!(100),
        "recipients" => json!(10),
        "keyword" => json!("a"),
        "path" => json!("reports/today?page=2"),
        "from" | "to" => json!(day_of_session(world)),
        "days" => json!(30),
        other => panic!("nobody knows what goes into ${other}"),
    }
}

/// A run that has just been asked for.
async fn sync_job(world: &World) -> Value {
    let account = session(world).await["shopeeAccount"]["id"].take();
    let query = "mutation($id: ID!) { syncShopeeAccount(input: { shopeeAccountId: $id }) { job { id } } }";
    world.data(query, json!({ "id": account })).await["syncShopeeAccount"]["job"]["id"].take()
}

async fn session(world: &World) -> Value {
    let id = world.on_air().session_id.to_string();
    world.data(SESSION, json!({ "id": id })).await["liveSession"].take()
}

/// One that the gateway has not found by itself yet.
fn new_session(world: &World) -> i64 {
    world.shopee().start_session(world.first_account().user_id, "Siaran baru").unwrap()
}

/// A promotion of the first account that runs.
fn campaign(world: &World) -> i64 {
    let account = world.first_account().user_id;
    world
        .shopee()
        .campaigns()
        .into_iter()
        .find(|campaign| campaign.user_id == account && campaign.state == "ongoing")
        .unwrap()
        .campaign_id
}

async fn waiting_login(world: &World) -> Value {
    world.data(START_LOGIN, json!({ "studio": world.studio_id().await })).await["startShopeeLogin"]["login"]["id"]
        .take()
}

/// One that the owner of the second account has said yes to.
async fn confirmed_login(world: &World) -> Value {
    let known = world.shopee().qr_codes();
    let login = waiting_login(world).await;
    let code = world.shopee().qr_codes().into_iter().find(|code| !known.iter().any(|old| old.id == code.id)).unwrap();
    world.shopee().confirm_qr(&code.id, world.shopee().accounts()[1].user_id).unwrap();
    eventually("the login is over", async || {
        world.data(LOGIN, json!({ "id": login })).await["shopeeLogin"]["status"] == "CONFIRMED"
    })
    .await;
    login
}

/// The studio's day that the session on air began on.
fn day_of_session(world: &World) -> NaiveDate {
    world.on_air().started_at.with_timezone(&chrono_tz::Asia::Jakarta).date_naive()
}

/// What people would have to mend, anywhere in an answer.
pub(super) fn user_errors(data: &Value) -> Vec<&str> {
    let payloads = data.as_object().into_iter().flat_map(Map::values);
    payloads.flat_map(|payload| list(&payload["userErrors"])).map(|error| text(&error["code"])).collect()
}
