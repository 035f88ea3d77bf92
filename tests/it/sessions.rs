//! What people do with one session: take it in, change it, delete it, compare it with Shopee.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod creating;
mod deleting;
mod editing;
mod roles;
mod syncing;

use entity::{audit_entry, live_session, shopee_account};
use live_gateway::{
    graphql::id::{GlobalId, Kind},
    session::sync::{Reach, sync_account},
};
use sandbox::SessionView;
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};

use crate::support::world::World;

/// What every mutation here is asked for.
const ANSWER: &str = "liveSession {
        id sessionId sessionName status startedAt endedAt totalShares totalLikes campaignId updatedAt syncedAt
        campaignBudget { amount currencyCode } campaignSpent { amount currencyCode }
    }
    userErrors { code field message }";

/// A mutation with all of its payload.
fn document(mutation: &str) -> String {
    let payload = match mutation {
        "deleteLiveSession" => "deletedLiveSessionId userErrors { code field message }".to_owned(),
        "syncLiveSession" => format!("{ANSWER} changedFields itemsAdded itemsChanged"),
        _ => ANSWER.to_owned(),
    };
    let input = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    format!("mutation ($input: {input}!) {{ {mutation}(input: $input) {{ {payload} }} }}")
}

/// The payload of a mutation that the owner sends and that has no error.
async fn done(world: &World, mutation: &str, input: Value) -> Value {
    world.data(&document(mutation), json!({ "input": input })).await[mutation].take()
}

/// The whole answer to a mutation that anybody sends.
async fn answer(world: &World, token: Option<&str>, mutation: &str, input: Value) -> Value {
    world.ask_as(token, &document(mutation), json!({ "input": input })).await
}

/// Codes and fields of the payload's errors.
fn refusals(payload: &Value) -> Vec<(&str, Option<&str>)> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("no userErrors: {payload:#}"));
    errors.iter().map(|error| (error["code"].as_str().unwrap(), error["field"].as_str())).collect()
}

fn id(kind: Kind, key: i64) -> String {
    GlobalId::new(kind, key).encode().0
}

/// The first account's key and global id.
async fn account(connection: &DatabaseConnection) -> (i64, String) {
    let query = shopee_account::Entity::find().order_by_asc(shopee_account::Column::Id);
    let key = query.one(connection).await.unwrap().unwrap().id;
    (key, id(Kind::ShopeeAccount, key))
}

async fn sync(world: &World, connection: &DatabaseConnection) {
    sync_account(&world.gateway.app, account(connection).await.0, Reach::All).await.unwrap();
}

/// The stored row of a session.
async fn row(connection: &DatabaseConnection, session_id: i64) -> Option<live_session::Model> {
    let query = live_session::Entity::find().filter(live_session::Column::SessionId.eq(session_id));
    query.one(connection).await.unwrap()
}

/// A session of the first account that is over, and stored.
fn ended(world: &World) -> SessionView {
    let account = world.first_account().user_id;
    let mut sessions = world.shopee().sessions().into_iter();
    sessions.rfind(|session| session.user_id == account && !session.on_air).unwrap()
}

/// The stored row of a session, with its global id.
async fn stored(connection: &DatabaseConnection, session: &SessionView) -> (live_session::Model, String) {
    let row = row(connection, session.session_id).await.unwrap();
    let id = id(Kind::LiveSession, row.id);
    (row, id)
}

/// What was written down of one action, oldest first.
async fn audited(connection: &DatabaseConnection, action: &str) -> Vec<(Value, Value)> {
    let query = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq(action));
    let entries = query.order_by_asc(audit_entry::Column::Id).all(connection).await.unwrap();
    let json = |text: Option<String>| text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    entries.into_iter().map(|entry| (json(entry.before), json(entry.after))).collect()
}
