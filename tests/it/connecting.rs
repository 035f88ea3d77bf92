//! Connecting Shopee accounts: by QR code, by pasted cookies, and what becomes of a connected account.

mod accounts;
mod keys;
mod qr;
mod redeeming;
mod secrets;
mod standing;

use entity::{audit_entry, membership, membership::Role, shopee_account, shopee_login};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use serde_json::{Value, json};
use testing::Database;

use crate::support::{
    eventually,
    world::{Start, World},
};

const START: &str = "mutation($studio: ID!, $region: Region!) {
    startShopeeLogin(input: { studioId: $studio, region: $region }) {
        login { id status region imageUrl link expiresAt failure shopeeAccount { username } studio { name } }
        userErrors { code field message }
    }
}";

const CONNECT: &str = "mutation($studio: ID!, $cookies: String!) {
    connectShopeeAccount(input: { studioId: $studio, region: ID, cookies: $cookies }) {
        shopeeAccount { id username status signedOutAt studio { name } creator { userName } }
        userErrors { code field message }
    }
}";

const STATUS: &str = "subscription($id: ID!) { shopeeLoginStatus(id: $id) {
    id status imageUrl link failure shopeeAccount { username status } } }";

/// A world without a connected account.
async fn world_without_accounts(database: &Database) -> World {
    World::start_with(database, Start { accounts: 0, ..Start::default() }).await
}

/// The id of somebody's studio.
async fn studio_of(world: &World, token: &str) -> String {
    let answer = world.ask_as(Some(token), "{ viewer { memberships { studio { id } } } }", json!({})).await;
    answer["data"]["viewer"]["memberships"][0]["studio"]["id"].as_str().unwrap().to_owned()
}

/// Starts a login as somebody in their own studio; its global id, and Shopee's id of the code.
async fn started_as(world: &World, token: &str) -> (String, String) {
    let variables = json!({ "studio": studio_of(world, token).await, "region": "ID" });
    let known = codes(world);
    let answer = world.ask_as(Some(token), START, variables).await;
    let id = answer["data"]["startShopeeLogin"]["login"]["id"].as_str();
    let id = id.unwrap_or_else(|| panic!("not started: {answer:#}")).to_owned();
    (id, codes(world).into_iter().find(|code| !known.contains(code)).unwrap())
}

async fn started(world: &World) -> (String, String) {
    started_as(world, &world.token).await
}

fn codes(world: &World) -> Vec<String> {
    world.shopee().qr_codes().into_iter().map(|code| code.id).collect()
}

/// The newest login's row.
async fn login_row(database: &Database) -> shopee_login::Model {
    let connection = database.connect().await;
    let newest = shopee_login::Entity::find().order_by_desc(shopee_login::Column::Id);
    let row = newest.one(&connection).await.unwrap().unwrap();
    connection.close().await.unwrap();
    row
}

/// Waits until the newest login has this status in the database, without asking a gateway.
async fn login_becomes(database: &Database, status: shopee_login::Status) -> shopee_login::Model {
    eventually(&format!("the login is {status:?}"), async || login_row(database).await.status == status).await;
    login_row(database).await
}

async fn account_rows(database: &Database) -> Vec<shopee_account::Model> {
    let connection = database.connect().await;
    let query = shopee_account::Entity::find().order_by_asc(shopee_account::Column::Id);
    let rows = query.all(&connection).await.unwrap();
    connection.close().await.unwrap();
    rows
}

/// What the audit log tells of accounts and logins: what was done, and what was before and after.
async fn audited(database: &Database) -> Vec<(String, Value, Value)> {
    let connection = database.connect().await;
    let query = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Id);
    let of_accounts = audit_entry::Column::SubjectKind.is_in(["ShopeeAccount", "ShopeeLogin"]);
    let entries = query.filter(of_accounts).all(&connection).await.unwrap();
    connection.close().await.unwrap();
    let json = |text: Option<String>| text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    entries.into_iter().map(|entry| (entry.action, json(entry.before), json(entry.after))).collect()
}

/// What the audit log tells of an account.
fn told(status: &str, username: &str) -> Value {
    json!({ "status": status, "username": username })
}

/// Gives the owner of the first studio another role there.
async fn demote(database: &Database, role: Role) {
    let connection = database.connect().await;
    let first = membership::Entity::find().order_by_asc(membership::Column::Id).one(&connection).await.unwrap();
    let mut row: membership::ActiveModel = first.unwrap().into();
    row.role = Set(role);
    row.update(&connection).await.unwrap();
    connection.close().await.unwrap();
}
